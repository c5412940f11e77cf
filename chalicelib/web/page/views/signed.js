// What to do where AWS checks signatures: a page cannot sign requests.

import { copyButton, fill, h } from "../dom.js";
import { setTitle } from "../title.js";

/**
 * Show the view.
 * @param {HTMLElement} root
 */
export async function show(root) {
  setTitle("Signed requests");
  const url = new URL("jobs", document.baseURI).href;
  const user = '--user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"';
  const command = `curl --aws-sigv4 aws:amz:REGION:execute-api ${user} ${url}`;
  fill(
    root,
    h(
      "div",
      { class: "hero" },
      h("h1", null, "This service takes signed requests"),
      h(
        "p",
        { class: "lead" },
        "It knows its clients by the signatures of AWS, and a page has no key to sign with.",
      ),
      h(
        "p",
        null,
        "Use the command line, with the credentials of your AWS profile. With those of a role, ",
        "send also the header ",
        h("code", null, "X-Amz-Security-Token"),
        ":",
      ),
      h(
        "div",
        { class: "cmd" },
        h("code", { tabindex: "0" }, command),
        copyButton(() => command, "Copy the command"),
      ),
      h(
        "p",
        { class: "mut small" },
        "To use this page, whoever runs the service can deploy it with AUTH=token.",
      ),
    ),
  );
}
