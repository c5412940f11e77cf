// What there is to know of a job beside its sums: when, how it was read, what was left out.

import { ENCODINGS, ROW_ENDS, WORDS } from "./advice.js";
import { listText } from "./command.js";
import { costOf, dollarsOf, IS_PAID } from "./cost.js";
import { h, panel } from "./dom.js";
import { ENDED, hashOf } from "./jobs.js";
import { bytes, count, ordinal, seconds, time } from "./numbers.js";
import { givenOptions } from "./rerun.js";

const FEW = 12;
const MAX_LEFT_OUT = 1000;
const SAID = ["step", "first", "columns", "delimiter", "encoding", "header"];

/**
 * Return the panel with what happened when.
 * @param {Object} job
 * @param {{reruns: number, states: string}|null} parts as `GET /jobs/<id>/parts` has them
 */
export function timeline(job, parts) {
  const number = job.progress.parts;
  const again = parts?.reruns ? `${parts.reruns} rerun, since they began inside quotes` : "";
  const items = [
    ["ok", "Submitted", time(job.submitted_at, "clock")],
    job.started_at && ["ok", "Started", after(job, job.started_at)],
    number > 1 && !job.cached_from && ["ok", `Cut into ${number} parts`, ""],
    again && ["ok", again, ""],
    ...endOf(job, parts),
  ].filter(Boolean);
  const item = ([look, text, when]) =>
    h("li", { class: look, "aria-current": look === "now" && "step" }, text, h("time", null, when));
  return panel("h-tl", "Timeline", "", h("ol", { class: "body tl" }, items.map(item)));
}

function endOf(job, parts) {
  const { parts_done: done, parts: number } = job.progress;
  const when = job.finished_at ? after(job, job.finished_at) : "";
  const failed = number > 1 && parts ? parts.states.indexOf("f") : -1;
  const ends = {
    queued: ["now", "Waiting for a worker", ""],
    running: ["now", "Summing", number > 1 ? `${done} of ${number}` : ""],
    succeeded: ["ok", endText(job), when],
    failed: ["bad", failed < 0 ? "Failed" : `Failed in part ${failed + 1}`, when],
    cancelled: ["bad", "Cancelled", when],
  };
  return [ends[job.status], job.status === "running" && ["next", "Add up the parts", ""]];
}

function endText(job) {
  if (job.cached_from) return "Totals taken from an earlier job";
  return job.progress.parts > 1 ? "Cuts checked, totals ready" : "Totals ready";
}

/** Return how long after its submission something happened to a job. */
function after(job, iso) {
  return `+${seconds((Date.parse(iso) - Date.parse(job.submitted_at)) / 1000)}`;
}

/**
 * Return the panel with how the file was read: what was found, and what was asked for.
 * @param {Object} job
 */
export function howRead(job) {
  const given = Object.entries(givenOptions(job)).filter(([name]) => !SAID.includes(name));
  const entries = [
    ["Columns", columnsText(job.options)],
    ...dialectTexts(job),
    ...given.map(([name, value]) => [nameOfOption(name), h("code", null, optionText(value))]),
    ["Size", bytes(job.bytes)],
    job.error && ["Code", h("code", null, job.error.code)],
  ];
  const title = ENDED.includes(job.status) ? "How it was read" : "How it is read";
  return panel("h-how", title, "", pairs(entries));
}

/**
 * Return what was found of a file, or asked for: pairs of a name and a text with its reason.
 * @param {Object} job
 */
export function dialectTexts({ dialect, options }) {
  if (!dialect)
    return [
      ["Delimiter", askedText(options.delimiter)],
      ["Encoding", askedText(options.encoding)],
    ];
  const { delimiter, encoding, header, row_end: rowEnd } = dialect;
  return [
    ["Delimiter", WORDS[delimiter.found] ?? delimiter.found, delimiter],
    ["Encoding", ENCODINGS[encoding.found] ?? encoding.found, encoding],
    ["Header", header.found ? "first row" : "none", header],
    ["Row end", (ROW_ENDS[rowEnd.found] ?? [rowEnd.found])[0], rowEnd],
  ].map(([name, text, { asked, why }]) => {
    const isFound = asked === "auto" || asked === null || asked === undefined;
    return [name, h("span", { title: why }, text, isFound ? ", found" : ", as asked")];
  });
}

/**
 * Return how an option is named in sentences.
 * @param {string} name
 */
export function nameOfOption(name) {
  const text = name.replaceAll("_", " ");
  return text[0].toUpperCase() + text.slice(1);
}

/**
 * Return an option's value as a text.
 * @param {unknown} value
 */
export function optionText(value) {
  if (Array.isArray(value)) return listText(value);
  return value === null ? "auto" : value === "\t" ? "tab" : String(value);
}

/**
 * Return which columns are summed.
 * @param {{step: number|null, first: number|null, columns: Array|null}} options
 */
export function columnsText({ step, first, columns }) {
  if (columns) return columns.length > FEW ? `${columns.length} chosen` : listText(columns);
  return `${step === 1 ? "every one" : `every ${ordinal(step)}`} from ${first}`;
}

/**
 * Return the panel with what was read.
 * @param {Object} job that has succeeded
 * @param {number} reruns
 */
export function ledger(job, reruns) {
  const { rows, bytes: size, parts, etag, kernel } = job.ledger;
  const from = job.cached_from;
  return panel(
    "h-led",
    "Ledger",
    "what was read",
    pairs([
      ["Rows", count(rows)],
      ["Bytes", count(size)],
      ["Parts", count(parts)],
      reruns > 0 && ["Rerun", count(reruns)],
      ["Version", h("code", { title: etag }, shortened(etag))],
      ["Kernel", kernel],
      from
        ? ["Taken from", h("a", { href: hashOf(from), class: "mono" }, from.slice(0, 8))]
        : IS_PAID && ["Cost on AWS, estimated", dollarsOf(costOf(size, parts))],
    ]),
  );
}

/**
 * Return the panel with the columns that hold text.
 * @param {Object} job that has succeeded
 */
export function leftOut({ left_out: columns }) {
  const item = ({ index, name, cell, why }) => [
    `${index} · ${name}`,
    [h("span", null, cell), h("small", null, why)],
  ];
  const rest = columns.slice(FEW, MAX_LEFT_OUT);
  const more =
    rest.length > 0 &&
    h(
      "details",
      { class: "body small" },
      h("summary", null, `${columns.length - FEW} more`),
      pairs(rest.map(item)),
    );
  return panel(
    "h-out",
    "Left out",
    "",
    pairs(columns.slice(0, FEW).map(item)),
    more,
  );
}

function shortened(text) {
  return text.length > 16 ? `${text.slice(0, 8)}…${text.slice(-4)}` : text;
}

function askedText(value) {
  return value === "auto" ? "not detected yet" : `${WORDS[value] ?? value}, as asked`;
}

function pairs(entries) {
  const pair = ([name, value]) => [h("dt", null, name), h("dd", null, value)];
  return h("dl", { class: "body kv" }, entries.filter(Boolean).map(pair));
}
