// The page of a job: what it does, what it found, what went wrong, and what to do next.

import { howRead, ledger, leftOut, timeline } from "../account.js";
import { warnings } from "../advice.js";
import { get, isAbort, news, Problem, sleep } from "../api.js";
import { announce, crumb, fill, h, icon } from "../dom.js";
import { failure } from "../failure.js";
import { actions, AGAIN } from "../job-actions.js";
import { ENDED, hashOfNew, nameOf, statusOf } from "../jobs.js";
import { count, rate, seconds, time } from "../numbers.js";
import { changed } from "../options.js";
import { PartsPanel } from "../parts.js";
import { fact, ProgressPanel, split } from "../progress.js";
import { givenOptions, runButton } from "../rerun.js";
import { results } from "../results.js";
import { setTitle } from "../title.js";

// Between two replies, so that a job of many small parts is not drawn all the time.
const REDRAW_MS = 400;
const PROMISE =
  "Totals appear when every part is summed and every cut is checked. You can close this page; " +
  "the job goes on.";

/**
 * Show the view.
 * @param {HTMLElement} root
 * @param {{id: string}} params
 * @param {AbortSignal} signal
 */
export async function show(root, { id }, signal) {
  setTitle("Job");
  const view = new JobView(root, signal);
  try {
    for await (const job of news(`jobs/${id}`, signal)) {
      await view.show(job);
      if (ENDED.includes(job.status)) return;
      await sleep(REDRAW_MS, signal);
    }
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 404) throw error;
    showMissing(root, id);
  }
}

function showMissing(root, id) {
  const { keepDays } = document.documentElement.dataset;
  setTitle("No such job");
  fill(
    root,
    crumb("Unknown"),
    h("h1", null, "There is no such job"),
    h("p", { class: "sub" }, h("code", null, id)),
    h("p", null, `Jobs are kept for ${keepDays} days, and only their own client sees them.`),
    h("p", { class: "body" }, h("a", { class: "btn", href: "#/" }, "List of jobs")),
  );
}

class JobView {
  #status = "";
  #parts = null;

  constructor(root, signal) {
    this.root = root;
    this.signal = signal;
    this.grid = new PartsPanel();
    this.progress = new ProgressPanel(signal);
    this.times = h("div");
  }

  async show(job) {
    this.job = job;
    if (job.status !== this.#status) this.#build(job);
    if (!ENDED.includes(job.status)) this.progress.show(job);
    this.#showTimes();
    await this.#getParts();
  }

  #build(job) {
    const hadFocus = this.root.contains(document.activeElement);
    if (this.#status) announce(`${nameOf(job.csv)} ${job.status}`);
    this.#status = job.status;
    setTitle(`${nameOf(job.csv)}, ${job.status}`);
    const main = h("div", { class: "stack" }, this.#main(job));
    const side = h("aside", { class: "stack", "aria-label": "About this job" }, this.#side(job));
    fill(
      this.root,
      crumb(job.id.slice(0, 8)),
      this.#head(job),
      h("div", { class: "cols" }, main, side),
    );
    if (hadFocus) document.getElementById("main").focus({ preventScroll: true });
  }

  #head(job) {
    const sub = h(
      "p",
      { class: "sub" },
      h("span", null, "submitted ", time(job.submitted_at, "long")),
      h("span", { class: "mono" }, job.id),
    );
    const title = h(
      "div",
      { class: "title" },
      h("h1", { title: job.csv }, nameOf(job.csv)),
      statusOf(job.status, "st-big"),
    );
    return h(
      "div",
      { class: "head" },
      h("div", null, title, sub),
      h("div", { class: "acts" }, actions(job)),
    );
  }

  #main(job) {
    if (job.status === "succeeded") return [inShort(job), this.#warnings(job), results(job)];
    if (job.status === "failed") return [failure(job, this.signal), this.grid.element];
    if (job.status === "cancelled") return [cancelled(job), this.grid.element];
    return [this.progress.element, this.grid.element];
  }

  #warnings(job) {
    const change = (changes) => {
      location.hash = hashOfNew(job.csv, changed(givenOptions(job), changes));
    };
    return warnings(job, change);
  }

  #side(job) {
    const isDone = job.status === "succeeded";
    this.account = h("div", { hidden: !isDone });
    return [
      isDone && job.left_out.length > 0 && leftOut(job),
      this.account,
      howRead(job),
      this.times,
      !ENDED.includes(job.status) && h("p", { class: "small mut" }, PROMISE),
    ];
  }

  #showTimes() {
    fill(this.times, timeline(this.job, this.#parts));
    if (this.job.ledger) fill(this.account, ledger(this.job, this.#parts?.reruns ?? 0));
  }

  /** Get the parts, if there are several. The job's own request has waited for a change of them. */
  async #getParts() {
    if (this.job.progress.parts < 2) return;
    try {
      const { body } = await get(`jobs/${this.job.id}/parts`, { signal: this.signal });
      this.#showParts(body);
    } catch (error) {
      // The job's own request reports what does not pass.
      if (!(error instanceof Problem || isAbort(error))) throw error;
    }
  }

  #showParts(parts) {
    this.#parts = parts;
    this.grid.show(parts);
    this.#showTimes();
  }
}

function inShort(job) {
  const { rows, bytes: size, seconds: took } = job.ledger;
  const columns = (number) => [count(number), number === 1 ? " column" : " columns"];
  const facts = [
    fact("Rows", count(rows)),
    fact("Summed", ...columns(job.summed.length)),
    fact("Left out", ...columns(job.left_out.length)),
    fact("Took", ...split(seconds(took))),
    fact("Rate", ...split(took > 0 ? rate(size / took) : "–")),
  ];
  return h("dl", { class: "facts", "aria-label": "Summary" }, facts);
}

function cancelled(job) {
  return h(
    "section",
    { class: "panel", "aria-labelledby": "h-off" },
    h(
      "div",
      { class: "body why off" },
      icon("stop"),
      h("h2", { id: "h-off" }, "The job was cancelled"),
      h("p", null, "It has no totals: what was summed until then is only a part of the file."),
    ),
    h("footer", { class: "do" }, runButton(job, AGAIN, "btn-1", icon("redo"), "Run again")),
  );
}
