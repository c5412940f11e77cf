// What to do where AWS checks signatures: a page cannot sign requests.

import { commandLine, curlTo } from "../command.js";
import { fill, h } from "../dom.js";
import { setTitle } from "../title.js";

const WHY = "It authenticates clients by AWS signatures, and a page has no key to sign with.";
const INSTEAD =
  "Use curl, with the credentials of your AWS profile. With those of a role, " +
  "also send the header X-Amz-Security-Token:";
const OR = "This page works if the operator deploys the service with AUTH=token.";
const SIGNED =
  'curl --aws-sigv4 aws:amz:REGION:execute-api --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"';

/**
 * Show the view.
 * @param {HTMLElement} root
 */
export async function show(root) {
  setTitle("Signed requests");
  fill(
    root,
    h(
      "div",
      { class: "hero" },
      h("h1", null, "This service takes signed requests"),
      h("p", { class: "lead" }, WHY),
      h("p", null, INSTEAD),
      commandLine(curlTo("jobs").replace("curl", SIGNED)),
      h("p", { class: "mut small" }, OR),
    ),
  );
}
