// The totals of a job: a table, a bar chart, files to download.

import { chartPanel } from "./chart.js";
import { compare } from "./decimal.js";
import { h, icon } from "./dom.js";
import { csvOf, nameFor, saveButton } from "./download.js";
import { count, exact } from "./numbers.js";
import { Table, tablePanel } from "./table.js";

/**
 * @typedef {Object} Sum of a column
 * @property {number|null} index null if the job does not say it
 * @property {string} name
 * @property {string} total in all its digits
 * @property {number} values
 * @property {number} missing
 * @property {number} skipped
 */

/**
 * Return the panels with a job's totals.
 * @param {Object} job that has succeeded
 */
export function results(job) {
  const sums = sumsOf(job);
  const chart = chartPanel();
  const table = new Table("h-sums", columnsFor(sums), ({ name }) => name, chart.show);
  const csv = () => csvOf([CSV_HEADER, ...sums.map(csvRow)]);
  const panel = tablePanel(
    "h-sums",
    "Totals",
    table,
    saveButton(nameFor(job.csv, "-sums.csv"), "text/csv", csv, icon("down"), "CSV"),
    saveButton(
      nameFor(job.csv, "-sums.json"),
      "application/json",
      jsonOf(job),
      icon("down"),
      "JSON",
    ),
  );
  table.show(sums);
  return [panel, chart.element];
}

/**
 * Return the sums of a job in the order of the columns.
 * @param {Object} job
 * @returns {Sum[]}
 */
export function sumsOf({ summed, exact: totals, cells, options, left_out: leftOut }) {
  const places = placesOf(options, leftOut);
  return summed.map((name) => ({ index: places(), name, total: totals[name], ...cells[name] }));
}

const COLLATOR = new Intl.Collator("en", { numeric: true });
const CSV_HEADER = ["column", "total", "values", "missing", "skipped"];

function csvRow({ name, total, values, missing, skipped }) {
  return [name, total, values, missing, skipped];
}

/** Return the job as a text, without the numbers that are rounded to doubles. */
function jsonOf(job) {
  return () => JSON.stringify({ ...job, result: undefined }, null, 2);
}

/** Return what gives the index of one summed column after the other, where every n-th is summed. */
function placesOf({ step, first, columns }, leftOut) {
  const left = new Set(leftOut.map(({ index }) => index));
  let next = first - step;
  return () => {
    if (columns) return null;
    do next += step;
    while (left.has(next));
    return next;
  };
}

function columnsFor(sums) {
  const number = sums[0]?.index === null ? [] : [NUMBER];
  return [...number, NAME, TOTAL, ...["values", "missing", "skipped"].map(countColumn)];
}

const NUMBER = {
  name: "No.",
  look: "ix m-no",
  cell: ({ index }) => String(index),
  order: (one, other) => one.index - other.index,
};

/** The column of names, in any table whose rows have them. */
export const NAME = {
  name: "Column",
  look: "name",
  heads: true,
  cell: ({ name }) => h("span", { title: name }, name),
  order: (one, other) => COLLATOR.compare(one.name, other.name),
  chars: ({ name }) => name.length,
};

const TOTAL = {
  name: "Total",
  look: "num tot",
  cell: ({ total }) => exact(total),
  order: (one, other) => compare(one.total, other.total),
  chars: ({ total }) => total.length,
  places: ({ total }) => placesIn(total),
};

function countColumn(member) {
  return {
    name: member[0].toUpperCase() + member.slice(1),
    look: "num",
    cell: (row) => mark(row[member], member),
    order: (one, other) => one[member] - other[member],
    chars: (row) => String(row[member]).length,
  };
}

function mark(number, member) {
  const look = member === "values" ? "" : number ? "hit" : "zero";
  return h("span", { class: look }, count(number));
}

/**
 * Return how many characters of a number are its point and what follows it.
 * @param {string} text
 */
export function placesIn(text) {
  const point = text.indexOf(".");
  return point < 0 ? 0 : text.length - point;
}
