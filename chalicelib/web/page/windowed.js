// Long lists of which only the rows in sight are elements. All rows are of one height.

import { fill, h } from "./dom.js";

const SPARE = 8;

/** A box that scrolls through the rows of a list or a table. */
export class Windowed {
  #items = [];
  #height = 0;
  #shown = "";
  #width = 0;

  /**
   * @param {HTMLElement} inner what is in the box: the list, or the table
   * @param {HTMLElement} rows the element of the rows: the list, or the body of the table
   * @param {(item: any, index: number) => Element} rowOf
   * @param {Object<string, string>} attributes of the box
   */
  constructor(inner, rows, rowOf, attributes) {
    this.inner = inner;
    this.rows = rows;
    this.rowOf = rowOf;
    this.sizer = h("div", null, inner);
    this.box = h("div", { class: "scroll win", tabindex: "0", role: "group", ...attributes });
    this.box.append(this.sizer);
    this.box.addEventListener("scroll", () => this.#draw(), { passive: true });
    // Measuring changes the height, which an observer must not do before it returns.
    new ResizeObserver(() => requestAnimationFrame(() => this.#resized())).observe(this.box);
  }

  /**
   * Show these items from the first one on.
   * @param {any[]} items
   */
  show(items) {
    this.#items = items;
    this.#shown = "";
    this.box.scrollTop = 0;
    this.#measure();
  }

  #resized() {
    if (this.box.clientWidth !== this.#width) this.#measure();
    else this.#draw();
  }

  #measure() {
    const { scrollTop } = this.box;
    this.#width = this.box.clientWidth;
    if (!this.#items.length) fill(this.rows);
    if (!this.#items.length || !this.box.isConnected) return;
    fill(this.rows, this.rowOf(this.#items[0], 0));
    this.#height = this.rows.firstElementChild.getBoundingClientRect().height;
    this.#shown = "";
    this.inner.style.marginTop = "0";
    this.sizer.style.height = "auto";
    const rest = (this.#items.length - 1) * this.#height;
    this.sizer.style.height = `${this.sizer.offsetHeight + rest}px`;
    this.box.scrollTop = scrollTop;
    this.#draw();
  }

  #draw() {
    const { scrollTop, clientHeight } = this.box;
    if (!this.#height) return;
    const first = Math.max(0, Math.floor(scrollTop / this.#height) - SPARE);
    const end = Math.ceil((scrollTop + clientHeight) / this.#height) + SPARE;
    const shown = this.#items.slice(first, end);
    if (this.#shown === `${first} ${shown.length}`) return;
    this.#shown = `${first} ${shown.length}`;
    this.inner.style.marginTop = `${first * this.#height}px`;
    fill(this.rows, ...shown.map((item, index) => this.rowOf(item, first + index)));
  }
}
