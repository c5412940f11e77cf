// A choice of one of a few, side by side.

import { h } from "./dom.js";

/**
 * Return the choice; the first one is chosen.
 * @param {string} legend what is chosen, for screen readers
 * @param {string} name of the radio buttons
 * @param {[Array<Node|string>|string, () => void][]} choices what each says and does
 */
export function choiceOf(legend, name, choices) {
  const radios = choices.map(([content, choose], index) => {
    const input = h("input", { type: "radio", name, checked: index === 0, onchange: choose });
    return h("label", null, input, h("span", null, content));
  });
  return h("fieldset", { class: "seg" }, h("legend", { class: "vh" }, legend), radios);
}
