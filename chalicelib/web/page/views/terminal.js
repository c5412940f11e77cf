// The same service from a terminal.

import { curlOf, quoted } from "../command.js";
import { copyButton, fill, h } from "../dom.js";
import { setTitle } from "../title.js";

/**
 * Show the view.
 * @param {HTMLElement} root
 */
export async function show(root) {
  setTitle("Command line");
  const { auth } = document.documentElement.dataset;
  const base = document.baseURI;
  const get = (path) =>
    `curl ${auth === "token" ? '-H "Authorization: Bearer $TOKEN" ' : ""}${quoted(base + path)}`;
  const commands = [
    ["Submit a file of the source", curlOf("data.csv", { step: 10 })],
    ["Wait for a job", get("jobs/ID?wait=20")],
    ["Get the sums", get("storage/get_json/ID")],
    ["Everything the API can do", get("openapi.json")],
  ];
  fill(
    root,
    h(
      "div",
      { class: "head" },
      h(
        "div",
        null,
        h("h1", null, "Command line"),
        h("p", { class: "sub" }, "All that this page does, it does through the API."),
      ),
    ),
    h("div", { class: "stack" }, commands.map(section)),
  );
}

function section([name, command]) {
  return h(
    "section",
    null,
    h("div", { class: "sec-h" }, h("h2", null, name)),
    h(
      "div",
      { class: "cmd" },
      h("code", { tabindex: "0" }, command),
      copyButton(() => command, `Copy: ${name}`),
    ),
  );
}
