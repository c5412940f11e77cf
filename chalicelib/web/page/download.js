// Files that are made in the browser.

import { h } from "./dom.js";

const QUOTED = /[",\r\n]/;

/**
 * Return a link that saves a file, which is made when the link is followed.
 * @param {string} name of the file
 * @param {string} kind its content type
 * @param {() => string} text
 * @param {...(Node|string)} content of the link
 */
export function saveButton(name, kind, text, ...content) {
  const save = () => {
    const href = URL.createObjectURL(new Blob([text()], { type: kind }));
    h("a", { href, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60_000);
  };
  return h("button", { class: "btn", type: "button", onclick: save }, content);
}

/**
 * Return rows as CSV (RFC 4180).
 * @param {(string|number)[][]} rows
 */
export function csvOf(rows) {
  const cell = (value) => {
    const text = String(value);
    return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/**
 * Return a name for a file that is about another one: "q3/rates.csv" gives "rates-sums.json".
 * @param {string} csv
 * @param {string} end
 */
export function nameFor(csv, end) {
  return csv.replace(/^.*\//, "").replace(/\.csv(\.\w+)?$/i, "") + end;
}
