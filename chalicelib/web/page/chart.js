// The sums as bars, drawn where they are seen. Digits never become doubles: lengths come from
// logarithms, so that a sum of 1,000 digits has its bar as well.

import { choiceOf } from "./choice.js";
import { compare, magnitude, short } from "./decimal.js";
import { fill, h, svg } from "./dom.js";
import { Windowed } from "./windowed.js";

const MAX_TICKS = 5;
// Of one side of a logarithmic chart: what is kept free around zero, which has no logarithm.
const GAP = 0.06;
const LOGARITHMIC =
  "Each step multiplies by the same factor. There is no zero on this scale: a gap is in its place.";
const SCALES = { Linear: linear, Logarithmic: logarithmic };

/**
 * Return the panel of the chart and what shows sums in it.
 * @returns {{element: HTMLElement, show: (sums: import("./results.js").Sum[]) => void}}
 */
export function chartPanel() {
  const chart = new Chart();
  return { element: chart.element, show: (sums) => chart.show(sums) };
}

class Chart {
  #scale = "Linear";
  #bars = [];
  #known = null;

  constructor() {
    const list = h("ul");
    const row = (bar) => this.#row(bar);
    this.window = new Windowed(list, list, row, { "aria-labelledby": "h-bars" });
    this.grid = svg("svg", { class: "grid", "aria-hidden": "true" });
    this.axis = svg("svg", { class: "axis" });
    this.note = h("p", { class: "mut small", hidden: true });
    const axis = h("div", { class: "ax", "aria-hidden": "true" }, h("span"), this.axis, h("span"));
    const plot = h("div", { class: "plot" }, this.grid, this.window.box);
    this.element = h(
      "section",
      { class: "panel", "aria-labelledby": "h-bars" },
      h(
        "header",
        { class: "bar-tools" },
        this.#title(),
        h("span", { class: "end" }),
        this.#choice(),
      ),
      h("figure", { class: "body bars", "aria-labelledby": "h-bars" }, plot, axis, this.note),
    );
    this.plot = plot;
  }

  /** Show some sums. Those of the first call are all there are: they are sorted once. */
  show(sums) {
    this.#known ??= barsOf(sums);
    this.#bars = sums.map((sum) => this.#known.get(sum));
    this.#bars.sort((one, other) => one.rank - other.rank);
    this.#draw();
  }

  #title() {
    return [h("h2", { id: "h-bars" }, "Bar chart"), h("p", { class: "m-no" }, "largest first")];
  }

  #choice() {
    const choose = (name) => ((this.#scale = name), this.#draw());
    const choices = Object.keys(SCALES).map((name) => [name, () => choose(name)]);
    return choiceOf("Scale", "scale", choices);
  }

  #draw() {
    const { place, ticks } = SCALES[this.#scale](this.#bars);
    this.place = place;
    this.zero = place({ sign: 0, log: -Infinity });
    const at = (tick) => `${100 * place(tick)}%`;
    fill(
      this.grid,
      ticks.map((tick) => line(at(tick), tick.sign ? "" : "zero")),
    );
    fill(
      this.axis,
      ticks.map((tick) => label(at(tick), tick)),
    );
    this.element.hidden = this.#bars.length === 0;
    fill(this.note, this.#scale === "Logarithmic" && LOGARITHMIC);
    this.note.hidden = this.#scale === "Linear";
    this.window.show(this.#bars);
    const scrollbar = this.window.box.offsetWidth - this.window.box.clientWidth;
    this.plot.parentElement.style.setProperty("--sb", `${scrollbar}px`);
  }

  #row(bar) {
    const end = this.place(bar);
    const [x, width] = [Math.min(end, this.zero), Math.abs(end - this.zero)];
    const rect = svg("rect", {
      class: bar.sign < 0 ? "neg" : "pos",
      x: `${100 * x}%`,
      width: bar.sign ? `${Math.max(100 * width, 0.2)}%` : "0",
      y: "20%",
      height: "60%",
      rx: "1.5",
    });
    const picture = svg("svg", { "aria-hidden": "true" }, rect);
    const value = h("span", { class: "vl" }, short(bar));
    return h("li", null, h("span", { class: "lb", title: bar.name }, bar.name), picture, value);
  }
}

function barsOf(sums) {
  const sorted = [...sums].sort((one, other) => compare(other.total, one.total));
  return new Map(
    sorted.map((sum, rank) => [sum, { rank, name: sum.name, ...magnitude(sum.total) }]),
  );
}

/** Return where a number is between 0 and 1, and the numbers that the axis names. */
function linear(bars) {
  const top = Math.max(...logsOf(bars), -300);
  const power = Math.floor(top);
  // In units of this power of ten, so that they are doubles.
  const value = ({ sign, log }) => sign * 10 ** (log - power);
  const [low, high] = bars.reduce(
    ([least, most], bar) => [Math.min(least, value(bar)), Math.max(most, value(bar))],
    [0, 0],
  );
  const step = stepFor((high - low || 1) / MAX_TICKS);
  const [start, end] = [Math.floor(low / step), Math.max(Math.ceil(high / step), low ? 0 : 1)];
  const ticks = range(start, end).map((number) => tickAt(number * step, power));
  return { place: (number) => (value(number) / step - start) / (end - start), ticks };
}

function logarithmic(bars) {
  const logs = logsOf(bars);
  const low = Math.floor(Math.min(...logs, 300));
  const high = Math.max(Math.ceil(Math.max(...logs, -300)), low + 1);
  const has = (sign) => Number(bars.some((bar) => bar.sign === sign));
  const [left, right] = [has(-1), has(1) || (has(-1) ? 0 : 1)];
  const side = (log) => GAP + ((1 - GAP) * (log - low)) / (high - low);
  const place = ({ sign, log }) => (left + (sign && sign * side(log))) / (left + right);
  const step = Math.max(1, Math.ceil((high - low) / (left && right ? 3 : MAX_TICKS)));
  const powers = range(0, Math.floor((high - low) / step)).map((index) => low + index * step);
  // There is no room for names on both sides of zero.
  const tick = (sign, log) => ({ sign, log, isUnnamed: log === low });
  const ticks = [
    ...(left ? powers.map((log) => tick(-1, log)).reverse() : []),
    tick(0, -Infinity),
    ...(right ? powers.map((log) => tick(1, log)) : []),
  ];
  return { place, ticks };
}

function logsOf(bars) {
  // No spread of 100,000 arguments.
  const logs = bars.filter(({ sign }) => sign).map(({ log }) => log);
  if (!logs.length) return [0];
  return [logs.reduce((a, b) => Math.min(a, b)), logs.reduce((a, b) => Math.max(a, b))];
}

function stepFor(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough * 0.999);
}

function tickAt(value, power) {
  return { sign: Math.sign(value), log: Math.log10(Math.abs(value)) + power };
}

function range(start, end) {
  return Array.from({ length: end - start + 1 }, (_, index) => start + index);
}

function line(x, look) {
  return svg("line", { class: look, x1: x, x2: x, y1: "0", y2: "100%" });
}

function label(x, tick) {
  return svg("text", { x, y: "17" }, tick.isUnnamed ? "" : short(tick));
}
