// A row of the table of jobs.

import { h } from "./dom.js";
import { hashOf, nameOf, statusOf } from "./jobs.js";
import { bytes, count, counted, ordinal, seconds, time } from "./numbers.js";

/** The heads of the columns: their names, their classes, whether only screen readers get them. */
export const HEADS = [
  ["Compare", "m-no", true],
  ["Status", ""],
  ["File", ""],
  ["Rows", "num m-no"],
  ["Size", "num m-no"],
  ["Took", "num m-no"],
  ["Submitted", "num"],
];

/**
 * Return the row of a job that has ended.
 * @param {Object} job
 * @param {Element|false} choice what its first cell holds
 */
export function jobRow(job, choice) {
  const { ledger } = job;
  return h(
    "tr",
    null,
    h("td", { class: "m-no" }, choice),
    h("td", null, statusOf(job.status)),
    h(
      "td",
      { class: "file" },
      h(
        "div",
        { class: "fn" },
        h("a", { href: hashOf(job.id), title: job.csv }, nameOf(job.csv)),
        h("small", null, remark(job)),
      ),
    ),
    h("td", { class: "num m-no" }, ledger && count(ledger.rows)),
    h("td", { class: "num m-no" }, bytes(job.bytes)),
    h("td", { class: "num m-no" }, took(job)),
    h("td", { class: "num" }, time(job.submitted_at)),
  );
}

function took(job) {
  if (job.ledger) return seconds(job.ledger.seconds);
  if (!job.started_at || !job.finished_at) return "";
  return seconds((Date.parse(job.finished_at) - Date.parse(job.started_at)) / 1000);
}

/**
 * Return why a job failed, or else how its columns were chosen.
 * @param {Object} job
 */
export function remark(job) {
  if (job.error) return job.error.detail;
  if (job.cached_from) return "from an earlier result";
  const { columns, step, first } = job.options;
  if (columns) return counted(columns.length, "chosen column");
  return step === 1
    ? "every column"
    : `every ${ordinal(step)} column${first ? `, from ${first}` : ""}`;
}
