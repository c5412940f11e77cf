// What a job in progress shows: how far it is, how fast, and how long it will take.

import { announce, fill, h } from "./dom.js";
import { estimate, nameOf } from "./jobs.js";
import { now } from "./api.js";
import { about, bytes, bytesOf, rate, seconds } from "./numbers.js";
import { setTitle } from "./title.js";

const TICK_MS = 1000;
const SAY_MS = 10_000;

/** The panel with the bar. It counts the time by itself; no request is sent for that. */
export class ProgressPanel {
  #said = -Infinity;

  /** @param {AbortSignal} signal */
  constructor(signal) {
    this.percent = h("h2", { id: "h-prog", class: "pct" });
    this.left = h("p", { class: "end pct" });
    this.bar = h("progress", { class: "big", "aria-labelledby": "h-prog" });
    this.facts = h("dl", { class: "facts" });
    const head = h("div", { class: "sec-h" }, this.percent, this.left);
    this.element = h(
      "section",
      { class: "panel", "aria-labelledby": "h-prog" },
      h("div", { class: "body" }, head, this.bar),
      this.facts,
    );
    const timer = setInterval(() => this.element.isConnected && this.#draw(), TICK_MS);
    signal.addEventListener("abort", () => clearInterval(timer));
  }

  /** @param {Object} job in progress */
  show(job) {
    this.job = job;
    this.#draw();
  }

  #draw() {
    const { job } = this;
    const share = job.progress.bytes / (job.bytes || 1);
    const guess = estimate(job);
    const isQueued = job.status === "queued";
    const isCut = job.progress.parts > 1;
    const percent = isCut ? `${Math.floor(100 * share)} %` : "";
    const left = guess ? `${about(guess.left)} left` : "";
    fill(this.percent, isQueued ? "Waiting for a worker" : percent || "Being summed");
    fill(this.left, left);
    if (isCut) this.bar.value = share;
    this.bar.hidden = isQueued;
    fill(this.facts, this.#figures(guess));
    setTitle(nameOf(job.csv), percent);
    this.#say(isQueued ? "queued" : [percent || "running", left].filter(Boolean).join(", "));
  }

  #figures(guess) {
    const { job } = this;
    const { parts_done: done, parts, bytes: read } = job.progress;
    const since = (now() - Date.parse(job.started_at ?? job.submitted_at)) / 1000;
    const waited = since < 60 ? `${Math.max(0, Math.floor(since))} s` : seconds(since);
    const figures = [
      ["Parts", `${done} of ${parts}`],
      ["Read", parts > 1 ? bytesOf(read, job.bytes) : bytes(job.bytes)],
      ["Rate", guess ? rate(guess.rate) : "–"],
      ["Running for", waited],
    ];
    const isQueued = job.status === "queued";
    return (
      isQueued
        ? [
            ["Size", bytes(job.bytes)],
            ["Waiting for", waited],
          ]
        : figures
    ).map(([name, text]) => fact(name, ...split(text)));
  }

  /** Have it said at most every ten seconds. */
  #say(text) {
    if (performance.now() - this.#said < SAY_MS) return;
    this.#said = performance.now();
    announce(text);
  }
}

/**
 * Return a figure with its name; its unit is set smaller.
 * @param {string} name
 * @param {string|Node} number
 * @param {string} [unit]
 */
export function fact(name, number, unit = "") {
  return h("div", null, h("dt", null, name), h("dd", null, number, h("small", null, unit)));
}

/**
 * Return a text that begins with a number as the number and the rest.
 * @param {string} text
 */
export function split(text) {
  return /^([\d.:–]+)(.*)$/s.exec(text).slice(1);
}
