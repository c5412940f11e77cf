// The parts of a job as one picture: a path for each state, so that 20,000 parts are five elements.

import { fill, h, panel, svg } from "./dom.js";
import { ENDED } from "./jobs.js";
import { bytes, count } from "./numbers.js";

/** For each state of `GET /jobs/<id>/parts`: its class, its shape, what the legend says. */
const STATES = {
  s: ["p-done", "h8v8h-8z", "summed"],
  q: ["p-run pulse", "h8v8h-8zm2 2v4h4v-4z", "sent to workers"],
  r: ["p-again", "h4l4 4v4h-8z", "rerun"],
  f: [
    "p-bad",
    "m1.5 0 2.5 2.5 2.5-2.5 1.5 1.5-2.5 2.5 2.5 2.5-1.5 1.5-2.5-2.5-2.5 2.5-1.5-1.5 2.5-2.5-2.5-2.5z",
    "with the error",
  ],
  ".": ["p-wait", "m2 2h4v4h-4z", "waiting"],
};
const CELL = 10;
// Of the width to the height, for many parts.
const SHAPE = 2.4;

/** A panel with the picture and its legend. */
export class PartsPanel {
  constructor() {
    this.paths = new Map(
      Object.entries(STATES).map(([state, [look]]) => [state, svg("path", { class: look })]),
    );
    this.picture = svg("svg", { role: "img", "aria-labelledby": "h-parts legend" });
    this.picture.append(...this.paths.values());
    this.about = h("span");
    this.legend = h("ul", { class: "legend", id: "legend" });
    const body = h("div", { class: "body parts" }, this.picture, this.legend);
    this.element = panel("h-parts", "Parts", this.about, body);
    this.element.hidden = true;
  }

  /**
   * Show the parts of a job.
   * @param {{status: string, parts: number, part_bytes: number, states: string}} reply
   */
  show({ status, parts, part_bytes: size, states }) {
    const isOver = ENDED.includes(status);
    const columns = columnsOf(parts);
    const rows = Math.ceil(parts / columns);
    this.picture.setAttribute("viewBox", `0 0 ${columns * CELL - 2} ${rows * CELL - 2}`);
    const found = pathsOf(states, columns);
    for (const [state, path] of this.paths) path.setAttribute("d", found[state].join(""));
    fill(this.about, count(parts), ` parts of ${bytes(size)}, in the order of the file`);
    fill(
      this.legend,
      Object.keys(STATES).map((state) => legendOf(state, found[state].length, isOver)),
    );
    this.element.hidden = parts < 2;
  }
}

function columnsOf(parts) {
  const least = innerWidth < 720 ? 24 : 48; // so that few parts are not as large as bricks
  return Math.max(least, Math.ceil(Math.sqrt(parts * SHAPE)));
}

function pathsOf(states, columns) {
  const found = Object.fromEntries(Object.keys(STATES).map((state) => [state, []]));
  for (let index = 0; index < states.length; index += 1) {
    const [x, y] = [CELL * (index % columns), CELL * Math.floor(index / columns)];
    found[states[index]].push(`M${x} ${y}${STATES[states[index]][1]}`);
  }
  return found;
}

function legendOf(state, number, isOver) {
  const [look, shape, text] = STATES[state];
  if (!number && (isOver || "rf".includes(state))) return null;
  const sign = svg("svg", { viewBox: "0 0 8 8", "aria-hidden": "true" });
  sign.append(svg("path", { class: look, d: `M0 0${shape}` }));
  return h("li", null, sign, text, " ", h("b", null, count(number)));
}
