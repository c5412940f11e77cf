// Two jobs side by side: what differs, to the last digit.

import { columnsText, nameOfOption, optionText } from "../account.js";
import { get, isAbort, Problem } from "../api.js";
import { change, compare as order, difference } from "../decimal.js";
import { copyButton, fill, h, icon } from "../dom.js";
import { csvOf, nameFor, saveButton } from "../download.js";
import { hashOf, nameOf } from "../jobs.js";
import { bytes, count, counted, exact, time } from "../numbers.js";
import { NAME, placesIn, sumsOf } from "../results.js";
import { Table, tablePanel } from "../table.js";
import { setTitle } from "../title.js";

const CHOICE = 100;
const SIDES = { left: "Before", right: "After" };

/**
 * Show the view.
 * @param {HTMLElement} root
 * @param {{left?: string, right?: string}} params ids of jobs
 * @param {AbortSignal} signal
 */
export async function show(root, params, signal) {
  setTitle("Compare");
  try {
    const found = await Promise.all(Object.keys(SIDES).map((side) => jobOf(params[side], signal)));
    if (signal.aborted) return;
    const [left, right] = found;
    if (left && right) fill(root, comparison(left, right));
    else await choose(root, { left, right }, signal);
  } catch (error) {
    if (!isAbort(error)) throw error;
  }
}

/** Return a job that has sums; null without an id. */
async function jobOf(id, signal) {
  if (!/^[0-9a-f]{32}$/.test(id ?? "")) return null;
  const { body } = await get(`jobs/${id}`, { signal });
  if (body.status === "succeeded") return body;
  const detail = `The job of ${nameOf(body.csv)} is ${body.status}, so it has no sums to compare.`;
  throw new Problem(409, { code: "no_sums", detail });
}

async function choose(root, chosen, signal) {
  const query = new URLSearchParams({ status: "succeeded", limit: CHOICE });
  const { body } = await get(`jobs?${query}`, { signal });
  const missing = chosen.left ? "right" : "left";
  const other = chosen[missing === "left" ? "right" : "left"];
  const jobs = body.jobs.filter(({ id }) => id !== other?.id);
  const same = (job) => Number(job.csv === other?.csv);
  if (other) jobs.sort((one, two) => same(two) - same(one));
  const linkOf = (job) => hashWith({ ...ids(chosen), [missing]: job.id });
  fill(
    root,
    head(
      other ? `Compare ${nameOf(other.csv)} with` : "Compare two jobs",
      other
        ? `Choose the job that came ${missing === "left" ? "before" : "after"} it.`
        : "Choose the first one.",
    ),
    jobs.length
      ? h(
          "ul",
          { class: "panel files tall" },
          jobs.map((job) => jobItem(job, linkOf(job))),
        )
      : h("p", { class: "panel blank mut" }, "No other job has succeeded yet."),
  );
}

function ids({ left, right }) {
  return { ...(left && { left: left.id }), ...(right && { right: right.id }) };
}

function hashWith({ left, right }) {
  if (left && right) return `#/compare/${left}/${right}`;
  return `#/compare?${new URLSearchParams(left ? { left } : { right })}`;
}

function jobItem(job, href) {
  const texts = [nameOf(job.csv), bytes(job.bytes), time(job.submitted_at, "long")];
  return h(
    "li",
    null,
    h(
      "a",
      { href },
      icon("ok"),
      texts.map((text) => h("span", null, text)),
    ),
  );
}

function head(title, text, ...acts) {
  const about = h("div", null, h("h1", null, title), h("p", { class: "sub" }, text));
  return h("div", { class: "head" }, about, h("div", { class: "acts" }, acts));
}

function comparison(left, right) {
  const rows = rowsOf(left, right);
  const differing = rows.filter(isDifferent);
  const title = differing.length
    ? `${differing.length} of ${counted(rows.length, "column differs", "columns differ")}`
    : `All ${counted(rows.length, "column")} are equal`;
  setTitle(`${nameOf(left.csv)} and ${nameOf(right.csv)}`);
  const swap = h("a", { class: "btn", href: hashWith({ left: right.id, right: left.id }) });
  const table = new Table("h-cmp", COLUMNS, ({ name }) => name);
  const panel = tablePanel("h-cmp", "Totals per column", table);
  panel.querySelector("h2").after(filterOf(rows, differing, table));
  panel.append(h("footer", null, "Differences are exact: digit by digit, not rounded."));
  table.show(rows);
  return [
    head(
      title,
      rowsText(left.ledger.rows, right.ledger.rows),
      fill(swap, icon("diff"), "Swap"),
      saveButton(
        nameFor(right.csv, "-compared.csv"),
        "text/csv",
        () => csvFor(rows),
        icon("down"),
        "CSV",
      ),
      copyButton(() => location.href, "Copy link", icon("link"), "Copy link"),
    ),
    h(
      "div",
      { class: "stack" },
      h("div", { class: "pair" }, card("left", left, right), card("right", right, left)),
      cautions(left, right),
      panel,
    ),
  ];
}

function card(side, job, other) {
  const [name, otherSide] = [SIDES[side], side === "left" ? "right" : "left"];
  const sub = h(
    "p",
    { class: "sub" },
    h("span", null, time(job.submitted_at, "long")),
    h("span", null, count(job.ledger.rows), " rows"),
    h("span", null, bytes(job.bytes)),
  );
  const href = hashWith({ [otherSide]: other.id });
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
  const more = by > 0 ? " more rows." : " fewer rows.";
  return h("span", null, "The second file has ", count(Math.abs(by)), more);
}

/** Return what may make the sums differ though the data do not. */
function cautions(left, right) {
  const texts = [
    ...optionTexts(left.options, right.options),
    ...dialectTexts(left.dialect ?? {}, right.dialect ?? {}),
  ];
  if (!texts.length) return null;
  const items = texts.map((text) => h("li", null, text));
  const said = h("b", null, "The two files were not read alike.");
  return h(
    "div",
    { class: "note note-warn" },
    icon("warn"),
    h("div", null, h("p", null, said), h("ul", null, items)),
  );
}

function optionTexts(before, after) {
  const names = ["step", "first", "columns"];
  const others = Object.keys(after).filter((name) => !names.includes(name));
  const differs = (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]);
  const columns = names.some(differs) ? [["Columns", columnsText(before), columnsText(after)]] : [];
  const rest = others.filter(differs);
  const pairs = rest.map((name) => [
    nameOfOption(name),
    optionText(before[name] ?? null),
    optionText(after[name]),
  ]);
  return [...columns, ...pairs].map(([name, one, other]) =>
    against(`Option ${name.toLowerCase()}`, one, other),
  );
}

function dialectTexts(before, after) {
  const names = Object.keys(after).filter((name) => before[name]?.found !== after[name].found);
  return names.map((name) =>
    against(
      `${nameOfOption(name)} as found`,
      optionText(before[name]?.found ?? null),
      optionText(after[name].found),
    ),
  );
}

function against(name, before, after) {
  return [
    name,
    ": ",
    h("code", null, before || "none"),
    " against ",
    h("code", null, after || "none"),
  ];
}

/** Return a row for each column of either job, in the order of the second one. */
function rowsOf(left, right) {
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

function isDifferent({ by }) {
  return by !== "0";
}

function filterOf(rows, differing, table) {
  const choices = [
    ["All", rows],
    ["Different", differing],
    ["Equal", rows.filter((row) => !isDifferent(row))],
  ];
  const radios = choices.map(([name, found], index) => {
    const choose = () => table.show(found);
    const input = h("input", {
      type: "radio",
      name: "which",
      checked: index === 0,
      onchange: choose,
    });
    return h(
      "label",
      null,
      input,
      h("span", null, name, " ", h("small", null, count(found.length))),
    );
  });
  return h("fieldset", { class: "seg" }, h("legend", { class: "vh" }, "Show"), radios);
}

function csvFor(rows) {
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
        ? h("span", { class: "mut" }, "not in the file")
        : exact(row[member]),
    order: (one, other) => order(one[member] ?? "0", other[member] ?? "0"),
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

const COLUMNS = [
  NAME,
  {
    name: "Difference",
    look: "num",
    cell: differenceCell,
    order: (one, other) => order(one.by ?? "0", other.by ?? "0"),
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
