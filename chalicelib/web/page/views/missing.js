// The view of a hash that names none.

import { fill, h } from "../dom.js";
import { setTitle } from "../title.js";

/**
 * Show the view.
 * @param {HTMLElement} root
 */
export async function show(root) {
  setTitle("No such page");
  fill(
    root,
    h("h1", null, "There is no such page"),
    h("p", { class: "mut" }, "Go to the ", h("a", { href: "#/" }, "list of jobs"), "."),
  );
}
