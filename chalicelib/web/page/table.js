// Tables of any length: sorted by a press on a header, filtered by a name, drawn where seen.

import { fill, h, icon } from "./dom.js";
import { Windowed } from "./windowed.js";

const MAX_CHARS = 32;

/**
 * @typedef {Object} Column
 * @property {string} name what its header says
 * @property {string} [look] classes of its cells
 * @property {boolean} [heads] whether its cells head their rows
 * @property {(row: any) => Node|string} cell
 * @property {(one: any, other: any) => number} [order]
 * @property {(row: any) => number} [chars] the width of a cell in characters
 * @property {(row: any) => number} [places] of these, those after the point
 */

/** A panel's table with a field that filters it. */
export class Table {
  #rows = [];
  #sorted = null;
  #falls = false;
  #places = 0;

  /**
   * @param {string} label the id of the heading
   * @param {Column[]} columns
   * @param {(row: any) => string} nameOf what the filter looks at
   * @param {(rows: any[]) => void} [shown] is called with the rows that the filter leaves
   */
  constructor(label, columns, nameOf, shown = () => {}) {
    this.columns = columns;
    this.nameOf = nameOf;
    this.shown = shown;
    this.heads = columns.map((column) => this.#head(column));
    this.body = h("tbody");
    this.table = h("table", { class: "t", "aria-labelledby": label });
    this.table.append(h("thead", null, h("tr", null, this.heads)), this.body);
    const rowOf = (row, index) => this.#row(row, index);
    this.window = new Windowed(this.table, this.body, rowOf, { "aria-labelledby": label });
    this.element = this.window.box;
    this.none = h("p", { class: "blank mut", hidden: true }, "No column matches.");
    this.search = h("input", { class: "in", type: "search", placeholder: "Column" });
    this.search.setAttribute("aria-label", "Find a column");
    this.search.addEventListener("input", () => this.#update());
    this.find = h("div", { class: "find" }, icon("search"), this.search);
  }

  /**
   * Show these rows, in this order until a header is pressed.
   * @param {any[]} rows
   */
  show(rows) {
    this.#rows = rows;
    this.#reserve();
    this.#update();
  }

  /** Keep the columns as wide as their widest cells, so that scrolling moves none of them. */
  #reserve() {
    const widest = (of) => this.#rows.reduce((most, row) => Math.max(most, of(row)), 0);
    this.columns.forEach(({ chars, places }, index) => {
      const { style } = this.heads[index];
      if (chars) style.minWidth = `${Math.min(widest(chars), MAX_CHARS) + 4}ch`;
      if (places) this.#places = Math.max(this.#places, widest(places));
    });
    this.table.style.setProperty("--places", `${this.#places}ch`);
  }

  #update() {
    const text = this.search.value.trim().toLowerCase();
    const has = (row) => this.nameOf(row).toLowerCase().includes(text);
    const found = text ? this.#rows.filter(has) : [...this.#rows];
    this.shown(found);
    if (this.#sorted) {
      const { order } = this.#sorted;
      found.sort((one, other) => (this.#falls ? order(other, one) : order(one, other)));
    }
    this.table.setAttribute("aria-rowcount", found.length + 1);
    this.none.hidden = found.length > 0;
    this.window.show(found);
  }

  #head(column) {
    const { name, look, order, places } = column;
    const attributes = { scope: "col", class: look, "aria-sort": order && "none" };
    const press = { class: "sort", type: "button", onclick: () => this.#sort(column) };
    const fraction = places && h("span", { class: "f" });
    return h("th", attributes, order ? h("button", press, name) : name, fraction);
  }

  #sort(column) {
    this.#falls = this.#sorted === column ? !this.#falls : Boolean(column.look?.includes("num"));
    this.#sorted = column;
    this.columns.forEach((each, index) => {
      const way = this.#falls ? "descending" : "ascending";
      if (each.order) this.heads[index].setAttribute("aria-sort", each === column ? way : "none");
    });
    this.#update();
  }

  #row(row, index) {
    const cells = this.columns.map(({ look, heads, cell }) =>
      h(heads ? "th" : "td", { class: look, scope: heads && "row" }, cell(row)),
    );
    return h("tr", { "aria-rowindex": index + 2 }, cells);
  }
}

/**
 * Return a panel with a table in it.
 * @param {string} id of the heading
 * @param {string} name
 * @param {Table} table
 * @param {...(Node|string)} tools in the header, after the filter
 */
export function tablePanel(id, name, table, ...tools) {
  const end = h("span", { class: "end" });
  const header = h("header", { class: "bar-tools" }, h("h2", { id }, name), end, table.find, tools);
  return fill(
    h("section", { class: "panel", "aria-labelledby": id }),
    header,
    table.element,
    table.none,
  );
}
