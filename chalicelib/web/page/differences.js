// The columns of two jobs with what differs, as rows of a table.

import { change, compare, difference } from "./decimal.js";
import { h } from "./dom.js";
import { csvOf } from "./download.js";
import { exact } from "./numbers.js";
import { NAME, placesIn, sumsOf } from "./results.js";

/**
 * @typedef {Object} Difference of a column
 * @property {string} name
 * @property {string} [before] the total; undefined if the job does not have the column
 * @property {string} [after]
 * @property {string|null} by after minus before, exactly; null if one of them is missing
 * @property {string} cells what differs of the numbers of cells
 */

/**
 * Return a row for each column of either job, in the order of the second one.
 * @param {Object} left
 * @param {Object} right
 * @returns {Difference[]}
 */
export function rowsOf(left, right) {
  const before = new Map(sumsOf(left).map((sum) => [sum.name, sum]));
  const after = new Map(sumsOf(right).map((sum) => [sum.name, sum]));
  const removed = [...before.keys()].filter((name) => !after.has(name));
  return [...after.keys(), ...removed].map((name) =>
    rowOf(name, before.get(name), after.get(name)),
  );
}

function rowOf(name, one, other) {
  const by = one && other ? difference(other.total, one.total) : null;
  return { name, before: one?.total, after: other?.total, by, cells: cellsText(one, other) };
}

function cellsText(one, other) {
  const parts = ["values", "missing", "skipped"]
    .filter((member) => one && other && one[member] !== other[member])
    .map((member) => `${one[member]} → ${other[member]} ${member}`);
  return parts.join(", ");
}

/**
 * Return whether a column is not the same in both jobs.
 * @param {Difference} row
 */
export function isDifferent({ by }) {
  return by !== "0";
}

/**
 * Return differences as CSV.
 * @param {Difference[]} rows
 */
export function csvFor(rows) {
  const lines = rows.map(({ name, before, after, by }) => [
    name,
    before ?? "",
    after ?? "",
    by ?? "",
  ]);
  return csvOf([["column", "before", "after", "difference"], ...lines]);
}

function total(member, name) {
  return {
    name,
    look: "num",
    cell: (row) =>
      row[member] === undefined
        ? h("span", { class: "mut" }, "not summed")
        : exact(row[member]),
    order: (one, other) => compare(one[member] ?? "0", other[member] ?? "0"),
    chars: (row) => row[member]?.length ?? 15,
    places: (row) => placesIn(row[member] ?? ""),
  };
}

function differenceCell({ by, before }) {
  if (by === null)
    return h("span", { class: "mut" }, before === undefined ? "new column" : "removed");
  if (by === "0") return h("span", { class: "zero" }, "equal");
  return h("span", { class: "tot" }, by.startsWith("-") ? "" : "+", exact(by));
}

/** The columns of the table of differences. */
export const COLUMNS = [
  NAME,
  {
    name: "Difference",
    look: "num",
    cell: differenceCell,
    order: (one, other) => compare(one.by ?? "0", other.by ?? "0"),
    chars: ({ by }) => (by?.length ?? 10) + 1,
    places: ({ by }) => placesIn(by ?? ""),
  },
  {
    name: "Change",
    look: "num",
    cell: ({ by, before, after }) => h("span", { class: "mut" }, by ? change(before, after) : ""),
  },
  total("before", "Before"),
  total("after", "After"),
  {
    name: "Cells",
    cell: ({ cells }) => h("span", { class: "mut" }, cells),
  },
];
