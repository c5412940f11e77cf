// Jobs as commands for a terminal.

import { copyButton, h } from "./dom.js";

const { auth } = document.documentElement.dataset;
const PLAIN = /^[\w@%+=:,./-]+$/;

/**
 * Return the command with which curl submits a job.
 * @param {string} csv the name of the file
 * @param {Object<string, unknown>} [options]
 */
export function curlOf(csv, options = {}) {
  return `${curlTo("jobs")} -d ${quoted(JSON.stringify({ csv, ...options }))}`;
}

/**
 * Return the command with which curl gets a path of the API.
 * @param {string} path
 */
export function curlTo(path) {
  const login = auth === "token" ? '-H "Authorization: Bearer $TOKEN" ' : "";
  return `curl ${login}${quoted(new URL(path, document.baseURI).href)}`;
}

/**
 * Return a section with a command to copy.
 * @param {string} name the heading
 * @param {string} command
 */
export function commandSection(name, command) {
  return h(
    "section",
    null,
    h("div", { class: "sec-h" }, h("h2", null, name)),
    commandLine(command, `Copy the command: ${name}`),
  );
}

/**
 * Return a command to copy.
 * @param {string} command
 * @param {string} [label] of the button
 */
export function commandLine(command, label = "Copy the command") {
  const code = h("code", { tabindex: "0" }, command);
  return h(
    "div",
    { class: "cmd" },
    code,
    copyButton(() => command, label),
  );
}

/**
 * Return a text as one word of a shell.
 * @param {string} text
 */
export function quoted(text) {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * Return how a list is written in one line: commas apart, a backslash before a comma that is text.
 * @param {Array<string|number>} items
 */
export function listText(items) {
  return items.map((item) => (typeof item === "number" ? String(item) : escaped(item))).join(",");
}

/**
 * Return the items of such a text; items of digits are numbers if they are to be.
 * @param {string} text
 * @param {boolean} [withNumbers]
 * @returns {Array<string|number>}
 */
export function listOf(text, withNumbers = false) {
  const items = (text.match(/(?:\\.|[^,\\])+/gs) ?? []).map((item) => item.trim()).filter(Boolean);
  return items.map((item) =>
    withNumbers && /^\d{1,8}$/.test(item) ? Number(item) : item.replace(/\\(.)/gs, "$1"),
  );
}

function escaped(text) {
  const plain = text.replace(/[\\,]/g, "\\$&");
  return /^\d+$/.test(plain) ? `\\${plain}` : plain;
}
