// Why a job failed: what is wrong and where, what helps, and how the file would then be read.

import { excerptOf, textsOf, warnings } from "./advice.js";
import { isAbort, post, Problem } from "./api.js";
import { fill, h, icon, panel } from "./dom.js";
import { hashOfNew } from "./jobs.js";
import { count, counted } from "./numbers.js";
import { changed } from "./options.js";
import { columnOf, firstRows } from "./preview.js";
import { givenOptions, runButton } from "./rerun.js";

/**
 * Return the panel with a job's error, and one for the first rows with the best suggestion.
 * @param {Object} job that has failed
 * @param {AbortSignal} signal
 */
export function failure(job, signal) {
  const { suggestions = [] } = job.error;
  const useful = suggestions.filter(isUseful);
  const best = useful[0] ?? suggestions[0];
  const others = suggestions.filter((each) => each !== best);
  const rows = h("div", { class: "stack", hidden: true });
  if (useful.length) showRows(rows, job, best, signal);
  return [errorPanel(job, best), rows, others.length > 0 && othersPanel(job, others)];
}

function isUseful({ options }) {
  return Object.keys(options).length > 0;
}

function errorPanel(job, best) {
  const { error } = job;
  const [, fact, rest] = /^(.+?)\.(?:\s+(.*))?$/s.exec(error.detail) ?? [null, error.detail];
  const why = best?.sentence ?? rest;
  return h(
    "section",
    { class: "panel", "aria-labelledby": "h-err" },
    h(
      "div",
      { class: "body why" },
      icon("bad"),
      h("h2", { id: "h-err" }, fact),
      why && h("p", null, why),
    ),
    error.excerpt && excerptOf(error.excerpt),
    h(
      "footer",
      { class: "do" },
      best && isUseful(best) && suggestionButtons(job, best, "btn-1"),
      h("span", { class: "mut small" }, placeOf(error), " There are no totals."),
    ),
  );
}

function suggestionButtons(job, { options }, look) {
  return [
    runButton(job, options, look, icon("redo"), "Run again with ", textsOf(options)),
    h("a", { class: "btn", href: newWith(job, options) }, "Preview it first"),
  ];
}

function newWith(job, options) {
  return hashOfNew(job.csv, changed(givenOptions(job), options));
}

function placeOf({ line, column, byte_offset: byte }) {
  const parts = [
    line !== undefined && ["Line ", count(line)],
    column !== undefined && ["column ", h("b", null, column)],
    byte !== undefined && ["byte ", count(byte)],
  ].filter(Boolean);
  return parts.length ? [parts.map((part, index) => [index ? ", " : "", part]), "."] : "";
}

function othersPanel(job, suggestions) {
  const item = (each) => {
    const buttons = isUseful(each) && h("div", { class: "acts" }, suggestionButtons(job, each, ""));
    return h("li", { class: "list" }, h("p", null, each.sentence), buttons);
  };
  const list = h("ul", { class: "body list small" }, suggestions.map(item));
  return panel("h-else", "Other possible causes", "", list);
}

async function showRows(root, job, { options }, signal) {
  const given = changed(givenOptions(job), options);
  try {
    const { body } = await post("preview", { csv: job.csv, ...given }, { signal });
    if (!body.rows?.length || signal.aborted) return;
    fill(root, rowsAs(body, options, job, given)).hidden = false;
  } catch (error) {
    // The button still works; only the proof is missing.
    if (!isAbort(error) && !(error instanceof Problem)) throw error;
  }
}

function rowsAs(preview, options, job, given) {
  const { error, summed = [], left_out: leftOut = [] } = preview;
  const said = error
    ? ["A job would still fail: ", error.detail]
    : `${counted(summed.length, "column")} summed, ${leftOut.length} left out`;
  const change = (changes) => (location.hash = hashOfNew(job.csv, changed(given, changes)));
  const choose = (index) => {
    const others = summed.map((column) => column.index).filter((each) => each !== index);
    const indexes = others.length < summed.length ? others : [...others, index];
    const columns = indexes
      .sort((one, other) => one - other)
      .map((each) => columnOf(preview, each));
    change({ columns: columns.length ? columns : null });
  };
  return h(
    "section",
    { "aria-labelledby": "h-then" },
    h(
      "div",
      { class: "sec-h" },
      h("h2", { id: "h-then" }, "With ", textsOf(options), " it is read like this"),
      h("p", null, said),
    ),
    firstRows(preview, { expanded: new Set(), allRows: false }, choose),
    warnings(preview, change),
  );
}
