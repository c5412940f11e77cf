// What a preview says before a job is made: how the file is read, warnings, and what would fail.

import { listText } from "./command.js";
import { h, icon } from "./dom.js";
import { count, counted } from "./numbers.js";

/** For codes of warnings: a button and the options that it stands for. */
const ANSWERS = {
  three_digits_after_points: ["Read 1.250 as 1250", { decimal: ",", thousands: "." }],
  last_row_without_end: ["Leave it out", { last_row: "drop" }],
};
/** The words for what a dialect has. */
export const WORDS = {
  ",": "comma",
  ";": "semicolon",
  "\t": "tab",
  "|": "bar",
  " ": "space",
  ":": "colon",
};
export const ENCODINGS = {
  "utf-8": "UTF-8",
  "utf-16": "UTF-16",
  "windows-1252": "Windows-1252",
  "latin-1": "Latin-1",
};
export const ROW_ENDS = {
  lf: ["LF", "Unix"],
  crlf: ["CRLF", "Windows"],
  cr: ["CR", "old Mac"],
  crcrlf: ["CR CR LF", ""],
};

/**
 * Return how the file is read: what was found, or was asked for.
 * @param {Object} preview a reply of `POST /preview`
 */
export function facts({ dialect, fields, compression }) {
  const { delimiter, encoding, header, row_end: rowEnd } = dialect;
  const items = [
    fact("Delimiter", delimiter, (value) => [value === "\t" ? "" : value, WORDS[value]]),
    fact("Encoding", encoding, (value) => [ENCODINGS[value] ?? value, ""]),
    fact("Header", header, (value) => [value ? "first row" : "none", ""]),
    h("div", null, h("dt", null, "Columns"), h("dd", null, count(fields))),
    fact("Row end", rowEnd, (value) => ROW_ENDS[value] ?? [value, ""]),
    compression && h("div", null, h("dt", null, "Compressed"), h("dd", null, compression)),
  ];
  return h("dl", { class: "facts", "aria-label": "How the file is read" }, items);
}

function fact(name, { found, asked, why }, say) {
  const [text, word] = say(found);
  return h(
    "div",
    { title: why },
    h("dt", null, `${name}, ${asked === "auto" ? "found" : "asked for"}`),
    h("dd", null, text, text && word && " ", h("small", null, word)),
  );
}

/**
 * Return a note for each kind of warning, with a button where an option answers it.
 * @param {Object} preview or job
 * @param {(changes: Object<string, unknown>) => void} change
 */
export function warnings(preview, change) {
  const notes = oneOfEach(preview.warnings ?? []).map((warning) => {
    const [text, options] = ANSWERS[warning.code] ?? [];
    const answer = text && suggestion(text, options, change);
    const about = warning.column !== undefined && [h("b", null, warning.column), h("br")];
    return h(
      "div",
      { class: "note note-warn" },
      icon("warn"),
      h("p", null, about, warning.detail),
      answer,
    );
  });
  return notes.length ? h("section", { "aria-label": "Warnings" }, notes) : null;
}

/** Return a warning for each code, which names the first of its columns. */
function oneOfEach(given) {
  const found = new Map();
  for (const warning of given) {
    const { first = warning, rest = -1 } = found.get(warning.code) ?? {};
    found.set(warning.code, { first, rest: rest + 1 });
  }
  return [...found.values()].map(({ first, rest }) => {
    const more = rest ? ` and ${counted(rest, "more column")}` : "";
    return first.column === undefined ? first : { ...first, column: first.column + more };
  });
}

/**
 * Return why a job would fail: the sentence, the lines around the fault, and what helps.
 * @param {Object} error as a preview or a job has it
 * @param {(changes: Object<string, unknown>) => void} change
 */
export function failure(error, change) {
  const isNews = ({ sentence, options }) =>
    Object.keys(options).length > 0 || !error.detail.includes(sentence);
  const news = (error.suggestions ?? []).filter(isNews);
  const detail = news.reduce((text, { sentence }) => text.replace(sentence, ""), error.detail);
  return h(
    "section",
    { class: "panel", "aria-labelledby": "h-why" },
    h(
      "div",
      { class: "body why" },
      icon("bad"),
      h("h2", { id: "h-why" }, "A job would fail"),
      h("p", null, detail),
    ),
    error.excerpt && excerptOf(error.excerpt),
    news.length > 0 &&
      h(
        "div",
        { class: "body list" },
        news.map((each) => adviceOf(each, change)),
      ),
  );
}

function adviceOf({ sentence, options }, change) {
  const isOption = Object.keys(options).length > 0;
  const button = isOption && suggestion(["Use ", textsOf(options)], options, change);
  return h(
    "div",
    { class: "note do" },
    icon(isOption ? "next" : "file"),
    h("p", null, sentence),
    button,
  );
}

/**
 * Return options as a text: "delimiter ;". Null takes an option away, so it is left out.
 * @param {Object<string, unknown>} options
 */
export function textsOf(options) {
  const text = (value) =>
    Array.isArray(value) ? listText(value) : value === "\t" ? "tab" : String(value);
  // What is null is left out, and so it takes no place in a sentence.
  const given = Object.entries(options).filter(([, value]) => value !== null);
  return given.map(([name, value], index) => [
    index ? " and " : "",
    `${name.replaceAll("_", " ")} `,
    h("code", null, text(value)),
  ]);
}

function suggestion(text, options, change) {
  return h("button", { class: "btn", type: "button", onclick: () => change(options) }, text);
}

/**
 * Return the lines around a fault, with the fault marked.
 * @param {{lines: {line: number, text: string}[], line: number, from: number, to: number}} excerpt
 */
export function excerptOf({ lines, line: at, from, to }) {
  const marked = (text) => [
    text.slice(0, from),
    h("mark", null, text.slice(from, to) || " "),
    text.slice(to),
  ];
  const digits = String(lines.at(-1)?.line).length;
  const shown = lines.map(({ line, text }) => {
    const isAt = line === at;
    return h(
      "span",
      { class: isAt ? "ln at" : "ln", "data-n": String(line).padStart(digits) },
      isAt ? marked(text) : text || " ",
    );
  });
  return h(
    "div",
    { class: "code", tabindex: "0", role: "group", "aria-label": `Line ${at} and those around it` },
    shown,
  );
}
