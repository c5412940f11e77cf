// Lists whose rows are kept while their content changes, so that focus and scrolling stay.

/**
 * Keeps the rows of a list in step with some items.
 * @template T
 */
export class Rows {
  #rows = new Map();

  /**
   * @param {Element} list
   * @param {(item: T) => string} keyOf
   * @param {(item: T) => {element: Element, update: (item: T) => void}} make returns a new row
   */
  constructor(list, keyOf, make) {
    this.list = list;
    this.keyOf = keyOf;
    this.make = make;
  }

  /**
   * Show these items, in this order.
   * @param {T[]} items
   */
  show(items) {
    const wanted = new Map(items.map((item) => [this.keyOf(item), item]));
    for (const key of this.#rows.keys()) if (!wanted.has(key)) this.#remove(key);
    let place = this.list.firstElementChild;
    for (const [key, item] of wanted) {
      const row = this.#row(key, item);
      if (row.element === place) place = place.nextElementSibling;
      else this.list.insertBefore(row.element, place);
    }
  }

  #row(key, item) {
    if (!this.#rows.has(key)) this.#rows.set(key, this.make(item));
    const row = this.#rows.get(key);
    row.update(item);
    return row;
  }

  #remove(key) {
    this.#rows.get(key).element.remove();
    this.#rows.delete(key);
  }
}
