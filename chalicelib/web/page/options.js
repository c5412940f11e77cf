// The form of the options. It knows only those that differ from the defaults.

import { listOf, listText } from "./command.js";
import { h, icon } from "./dom.js";

const DELIMITERS = [
  ["auto", "detect"],
  [",", ", comma"],
  [";", "; semicolon"],
  ["\t", "tab"],
  ["|", "| bar"],
  [" ", "space"],
  [":", ": colon"],
];
const ENCODINGS = [
  ["auto", "detect"],
  ["utf-8", "UTF-8"],
  ["utf-16", "UTF-16"],
  ["windows-1252", "Windows-1252"],
  ["latin-1", "Latin-1"],
];
const THOUSANDS = [
  ["", "none"],
  [",", ", comma"],
  [".", ". point"],
  [" ", "space"],
  ["'", "' mark"],
  ["_", "_ underscore"],
];

/** The groups of the form: their name, what is said if all is as by default, their fields. */
const GROUPS = [
  [
    "Columns",
    "every 10th",
    [
      { name: "step", label: "Every", kind: "number", by: 10, least: 1 },
      { name: "first", label: "Starting at", kind: "number", by: 0, least: 0 },
      {
        name: "columns",
        label: "Or names and numbers",
        kind: "columns",
        hint: "amount, fees, 30",
        wide: true,
      },
    ],
  ],
  [
    "File",
    "as found",
    [
      { name: "delimiter", label: "Delimiter", kind: "choice", by: "auto", choices: DELIMITERS },
      { name: "encoding", label: "Encoding", kind: "choice", by: "auto", choices: ENCODINGS },
      {
        name: "header",
        label: "Header",
        kind: "switch",
        choices: [
          ["", "detect"],
          ["true", "yes"],
          ["false", "no"],
        ],
      },
      { name: "skip_rows", label: "Lines to skip", kind: "number", by: 0, least: 0 },
      { name: "comment", label: "Comments begin with", kind: "text", by: "", hint: "#" },
      {
        name: "last_row",
        label: "Last row",
        kind: "choice",
        by: "keep",
        choices: [
          ["keep", "keep"],
          ["drop", "drop if cut off"],
        ],
      },
    ],
  ],
  [
    "Numbers",
    "1234.5",
    [
      {
        name: "decimal",
        label: "Decimal sign",
        kind: "choice",
        by: ".",
        choices: [
          [".", ". point"],
          [",", ", comma"],
        ],
      },
      { name: "thousands", label: "Thousands", kind: "choice", by: "", choices: THOUSANDS },
      { name: "strip", label: "Ignore signs", kind: "text", by: "", hint: "€%", wide: true },
    ],
  ],
  [
    "Cells",
    "strict",
    [
      {
        name: "non_numeric",
        label: "Not a number",
        kind: "choice",
        by: "columns",
        choices: [
          ["columns", "leave text columns out"],
          ["fail", "fail"],
          ["skip", "skip the cell"],
        ],
      },
      {
        name: "ragged",
        label: "Short rows",
        kind: "choice",
        by: "fail",
        choices: [
          ["fail", "fail"],
          ["pad", "fill up"],
        ],
      },
      { name: "missing", label: "Also missing", kind: "list", hint: "-, n/k", wide: true },
    ],
  ],
];
const COLUMN_OPTIONS = ["step", "first"];

/**
 * Return options with others in their place. Columns are chosen in one way, so the two ways
 * replace each other. Null takes an option away.
 * @param {Object<string, unknown>} options
 * @param {Object<string, unknown>} changes
 */
export function changed(options, changes) {
  const result = { ...options };
  if (changes.columns) for (const name of COLUMN_OPTIONS) delete result[name];
  if (COLUMN_OPTIONS.some((name) => changes[name] != null)) delete result.columns;
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined) delete result[name];
    else result[name] = value;
  }
  return result;
}

/**
 * Return the groups of the form.
 * @param {Object<string, unknown>} options
 * @param {(changes: Object<string, unknown>) => void} change is called with what was changed
 * @returns {HTMLElement[]}
 */
export function optionGroups(options, change) {
  return GROUPS.map(([name, usual, fields], index) => {
    const given = fields.filter((field) => field.name in options);
    const state = given.length ? `${given.length} set` : usual;
    const summary = h("summary", null, icon("next"), name, h("span", null, state));
    const form = h(
      "div",
      { class: "fs" },
      fields.map((field) => fieldOf(field, options[field.name], change)),
    );
    return h(
      "details",
      { open: index === 0 || given.length > 0, "data-group": name },
      summary,
      form,
    );
  });
}

function fieldOf(field, value, change) {
  const input = inputOf(field, value);
  input.addEventListener("change", () => {
    if (input.checkValidity()) change({ [field.name]: valueOf(field, input.value) });
    else input.reportValidity();
  });
  return h(
    "label",
    { class: field.wide ? "field w" : "field" },
    h("span", null, field.label),
    input,
  );
}

function inputOf(field, value) {
  const shown = textOf(field, value);
  const common = { class: "in", name: field.name };
  if (field.choices) return selectOf(field.choices, shown, common);
  if (field.kind === "number")
    return h("input", {
      ...common,
      type: "number",
      min: field.least,
      max: 10_000_000,
      value: shown,
    });
  return h("input", {
    ...common,
    value: shown,
    placeholder: field.hint,
    autocomplete: "off",
    spellcheck: "false",
  });
}

function selectOf(choices, shown, common) {
  const others = choices.some(([value]) => value === shown) ? [] : [[shown, shown]];
  const option = ([value, label]) => h("option", { value, selected: value === shown }, label);
  return h("select", common, [...choices, ...others].map(option));
}

function textOf(field, value) {
  if (value === undefined) return String(field.by ?? "");
  return Array.isArray(value) ? listText(value) : String(value);
}

function valueOf(field, text) {
  if (field.kind === "number")
    return text === "" || Number(text) === field.by ? null : Number(text);
  if (field.kind === "switch") return text === "" ? null : text === "true";
  if (field.kind === "columns" || field.kind === "list") {
    const items = listOf(text, field.kind === "columns");
    return items.length ? items : null;
  }
  return text === field.by ? null : text;
}
