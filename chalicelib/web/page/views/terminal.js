// The same service from a terminal.

import { commandSection, curlOf, curlTo } from "../command.js";
import { fill, h } from "../dom.js";
import { setTitle } from "../title.js";

/**
 * Show the view.
 * @param {HTMLElement} root
 */
export async function show(root) {
  setTitle("Command line");
  const sub = h("p", { class: "sub" }, "The page does everything through the API. So can you:");
  const commands = [
    commandSection("Submit a file of the source", curlOf("data.csv", { step: 10 })),
    commandSection("Wait for a job", curlTo("jobs/ID?wait=20")),
    commandSection("Get the sums", curlTo("storage/get_json/ID")),
    commandSection("Everything the API can do", curlTo("openapi.json")),
  ];
  fill(
    root,
    h("div", { class: "head" }, h("div", null, h("h1", null, "Command line"), sub)),
    h("div", { class: "stack" }, commands),
  );
}
