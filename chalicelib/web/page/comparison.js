// Two jobs that have succeeded, side by side.

import { cautions } from "./cautions.js";
import { choiceOf } from "./choice.js";
import { COLUMNS, csvFor, isDifferent, rowsOf } from "./differences.js";
import { copyButton, fill, h, icon } from "./dom.js";
import { nameFor, saveButton } from "./download.js";
import { hashOf, hashOfPair, nameOf } from "./jobs.js";
import { bytes, count, time } from "./numbers.js";
import { Table, tablePanel } from "./table.js";

/**
 * Return what to show of two jobs.
 * @param {Object} left
 * @param {Object} right
 */
export function comparison(left, right) {
  const rows = rowsOf(left, right);
  return [
    pageHead(
      titleOf(rows),
      rowsText(left.ledger.rows, right.ledger.rows),
      actions(left, right, rows),
    ),
    h(
      "div",
      { class: "stack" },
      h("div", { class: "pair" }, card("left", left, right), card("right", right, left)),
      cautions(left, right),
      differences(rows),
    ),
  ];
}

/**
 * Return the head of a page: what it shows, something about it, and buttons.
 * @param {Node|string} title
 * @param {Node|string} about
 * @param {Array} [acts]
 */
export function pageHead(title, about, acts = []) {
  const texts = h("div", null, h("h1", null, title), h("p", { class: "sub" }, about));
  return h("div", { class: "head" }, texts, h("div", { class: "acts" }, acts));
}

function titleOf(rows) {
  const number = rows.filter(isDifferent).length;
  const columns = rows.length === 1 ? " column " : " columns ";
  if (!number)
    return rows.length === 1
      ? "The column is equal"
      : ["All ", count(rows.length), columns, "are equal"];
  return [
    count(number),
    " of ",
    count(rows.length),
    columns,
    rows.length === 1 ? "differs" : "differ",
  ];
}

function actions(left, right, rows) {
  const swap = h("a", { class: "btn", href: hashOfPair(right.id, left.id) });
  const name = nameFor(right.csv, "-compared.csv");
  return [
    fill(swap, icon("diff"), "Swap"),
    saveButton(name, "text/csv", () => csvFor(rows), icon("down"), "CSV"),
    copyButton(() => location.href, "Copy link", icon("link"), "Copy link"),
  ];
}

function differences(rows) {
  const table = new Table("h-cmp", COLUMNS, ({ name }) => name);
  const panel = tablePanel("h-cmp", "Totals per column", table);
  panel.querySelector("h2").after(filterOf(rows, table));
  panel.append(h("footer", null, "Differences are exact: digit by digit, not rounded."));
  table.show(rows);
  return panel;
}

function filterOf(rows, table) {
  const choices = [
    ["All", rows],
    ["Different", rows.filter(isDifferent)],
    ["Equal", rows.filter((row) => !isDifferent(row))],
  ];
  const shown = choices.map(([name, found]) => [
    [name, " ", h("small", null, count(found.length))],
    () => table.show(found),
  ]);
  return choiceOf("Show", "which", shown);
}

function card(side, job, other) {
  const name = side === "left" ? "Before" : "After";
  const sub = h(
    "p",
    { class: "sub" },
    h("span", null, time(job.submitted_at, "long")),
    h("span", null, count(job.ledger.rows), " rows"),
    h("span", null, bytes(job.bytes)),
  );
  const href = side === "left" ? hashOfPair(null, other.id) : hashOfPair(other.id, null);
  const label = `Choose another job as ${name.toLowerCase()}`;
  return h(
    "section",
    { class: "panel pick", "aria-label": name },
    h("h2", null, name),
    h("a", { href: hashOf(job.id) }, nameOf(job.csv)),
    sub,
    h("a", { class: "btn btn-0", href, "aria-label": label }, "Change"),
  );
}

function rowsText(before, after) {
  const by = after - before;
  if (!by) return h("span", null, "Both files have ", count(before), " rows.");
  const more = `${by > 0 ? " more" : " fewer"} ${Math.abs(by) === 1 ? "row" : "rows"}.`;
  return h("span", null, "The second file has ", count(Math.abs(by)), more);
}
