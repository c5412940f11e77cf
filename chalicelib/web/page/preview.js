// The first rows of a file as they are read. The headers choose the columns.

import { fill, h, icon } from "./dom.js";
import { count, counted } from "./numbers.js";

const FEW_COLUMNS = 12;
const FEW_ROWS = 8;

/**
 * Return the panel with the first rows.
 * @param {Object} preview a reply of `POST /preview`
 * @param {{expanded: Set<number>, allRows: boolean}} look what was unfolded; it is changed
 * @param {(index: number) => void} toggle is called with the column whose header was pressed
 */
export function firstRows(preview, look, toggle) {
  const panel = h("section", { class: "panel", "aria-labelledby": "h-pv" });
  const draw = () => fill(panel, ...new Table(preview, look, toggle, draw).parts());
  draw();
  return panel;
}

/**
 * Return how a column is chosen: by its name, or by its number if the name is not one.
 * @param {Object} preview
 * @param {number} index
 * @returns {string|number}
 */
export function columnOf(preview, index) {
  const name = preview.names[index];
  const isName = name && !name.endsWith("…") && preview.names.indexOf(name) === index;
  return isName ? name : index;
}

class Table {
  constructor(preview, look, toggle, redraw) {
    this.preview = preview;
    this.look = look;
    this.toggle = toggle;
    this.redraw = redraw;
    this.summed = new Set((preview.summed ?? []).map((column) => column.index));
    this.leftOut = new Map((preview.left_out ?? []).map((column) => [column.index, column]));
    this.shown = Math.max(
      0,
      ...preview.rows.map((row) => row.length),
      Math.min(preview.names.length, 100),
    );
    this.cuts = this.#cuts();
    this.rows = look.allRows ? preview.rows : preview.rows.slice(0, FEW_ROWS);
  }

  parts() {
    const hint = h("p", null, "Press a header to sum its column, or to leave it out.");
    const box = { class: "scroll", role: "group", "aria-labelledby": "h-pv", tabindex: "0" };
    return [
      h("header", null, h("h2", { id: "h-pv" }, "First rows, as read"), hint),
      h("div", box, h("table", { class: "t pv" }, this.#heads(), this.#body())),
      this.#footer(),
    ];
  }

  #heads() {
    const heads = this.cuts.map((cut) => this.#head(cut));
    return h("thead", null, h("tr", null, this.#corner(), heads));
  }

  #body() {
    const rows = this.rows.map((row, index) => this.#row(row, index));
    return h("tbody", null, rows);
  }

  /** Return what becomes a column of the table: a column, or a run of several plain ones. */
  #cuts() {
    const cuts = [];
    let index = 0;
    while (index < this.shown) {
      // The first one of a run is shown, unless what comes before it was unfolded.
      const isFirst = !this.look.expanded.has(index - 1) && this.#plainFrom(index - 1) === 0;
      const run = isFirst ? 1 : this.#plainFrom(index);
      cuts.push({ index, folded: run > 1 ? run : 0 });
      index += Math.max(run, 1);
    }
    return cuts;
  }

  /** Return how many columns from an index on are neither summed nor left out nor unfolded. */
  #plainFrom(index) {
    const { shown, summed, leftOut, look } = this;
    if (index < 0 || shown <= FEW_COLUMNS) return 0;
    let end = index;
    while (end < shown && !summed.has(end) && !leftOut.has(end) && !look.expanded.has(end))
      end += 1;
    return end - index;
  }

  #corner() {
    return h("th", { scope: "col", class: "ix" }, h("span", { class: "vh" }, "Row"));
  }

  #head(cut) {
    if (cut.folded) return this.#gapHead(cut);
    const { index } = cut;
    const isSummed = this.summed.has(index);
    const leftOut = this.leftOut.get(index);
    const remark = [
      index,
      isSummed && " · summed",
      leftOut && ` · ${leftOut.cell ? "text" : "empty"}, left out`,
    ];
    const button = h(
      "button",
      {
        type: "button",
        "aria-pressed": String(isSummed || Boolean(leftOut)),
        title: leftOut?.why,
        onclick: () => this.#press(index),
        "data-column": index,
      },
      h("small", null, isSummed && icon("check"), remark),
      h("b", null, this.preview.names[index] ?? `col${index}`),
    );
    return h("th", { scope: "col", class: this.#look(index) }, button);
  }

  #gapHead({ index, folded: number }) {
    const unfold = () => {
      for (let each = index; each < index + number; each += 1) this.look.expanded.add(each);
      this.redraw();
    };
    const button = h(
      "button",
      { type: "button", "aria-label": `Show ${counted(number, "more column")}`, onclick: unfold },
      String(number),
      h("small", null, "more"),
    );
    return h("th", { class: "gap" }, button);
  }

  /** Toggle a column. What is shown stays where it is. */
  #press(index) {
    for (const cut of this.cuts) if (!cut.folded) this.look.expanded.add(cut.index);
    this.toggle(index);
  }

  #look(index) {
    if (this.summed.has(index)) return "on num";
    return this.leftOut.has(index) ? "out" : "";
  }

  #row(row, number) {
    const cells = this.cuts.map((cut) => this.#cell(row, cut, number)).filter(Boolean);
    return h("tr", null, h("th", { scope: "row", class: "ix" }, number + 1), cells);
  }

  #cell(row, { index, folded }, number) {
    if (folded) return number === 0 && h("td", { class: "gapcell", rowspan: this.rows.length });
    const text = row[index];
    const isMissing = this.summed.has(index) && !text?.trim();
    return h(
      "td",
      { class: this.#look(index) },
      isMissing ? h("span", { class: "zero" }, "missing") : text,
    );
  }

  #footer() {
    const { rows, fields, names } = this.preview;
    const hidden = fields - this.shown;
    const more = () => ((this.look.allRows = true), this.redraw());
    const button =
      rows.length > this.rows.length &&
      h("button", { class: "btn btn-0", type: "button", onclick: more }, `Show ${rows.length}`);
    const text = [
      counted(this.rows.length, "row"),
      ", ",
      count(fields ?? names.length),
      fields === 1 ? " column" : " columns",
    ];
    return h(
      "footer",
      null,
      h("span", null, text, hidden > 0 && [", of which ", count(this.shown), " are shown"]),
      h("span", { class: "end" }),
      button,
    );
  }
}
