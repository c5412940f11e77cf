// The table of jobs that have ended: filtered, paged, and a choice of two to compare.

import { get, isAbort, Problem } from "./api.js";
import { choiceOf } from "./choice.js";
import { fill, h, icon } from "./dom.js";
import { feed } from "./feed.js";
import { HEADS, jobRow } from "./job-row.js";
import { ENDED, hashOf, nameOf } from "./jobs.js";
import { count, counted } from "./numbers.js";

const ON_PAGE = 10;
const TYPE_PAUSE_MS = 250;
const DAY_MS = 86_400_000;

/**
 * Return the section of ended jobs.
 * @param {AbortSignal} signal
 */
export function ended(signal) {
  const table = new EndedJobs(signal);
  let known = null;
  feed.watch(() => {
    const jobs = feed.jobs.filter((job) => ENDED.includes(job.status));
    const ids = jobs.map((job) => job.id).join();
    if (known === null) table.begin(jobs);
    if (ids !== known) table.refresh();
    known = ids;
    table.showCounts();
  }, signal);
  return table.element;
}

function numberOf(status) {
  const statuses = status ? [status] : ENDED;
  return statuses.reduce((sum, each) => sum + feed.counts[each], 0);
}

class EndedJobs {
  #status = "";
  #csv = "";
  #days = 0;
  /** The cursors of the pages up to the present one; the first page has none. */
  #cursors = [""];
  #chosen = [];
  #asked = new AbortController();
  #timer = 0;

  constructor(signal) {
    signal.addEventListener("abort", () => this.#asked.abort());
    this.counts = new Map(["", ...ENDED].map((status) => [status, h("small")]));
    this.body = h("tbody");
    this.place = h("span");
    this.newer = this.#turn("Newer", () => this.#cursors.pop());
    this.older = this.#turn("Older", () => this.#cursors.push(this.next));
    this.compare = h("a", { class: "btn end m-no", hidden: true }, icon("diff"), "Compare 2 jobs");
    this.element = this.#section();
  }

  /**
   * Show the newest of these jobs until the first page is there, so that nothing moves then.
   * @param {Object[]} jobs
   */
  begin(jobs) {
    this.#show({ jobs: jobs.slice(0, ON_PAGE), next: null });
  }

  /** Ask for the present page anew. */
  async refresh() {
    this.#asked.abort();
    const asked = new AbortController();
    this.#asked = asked;
    try {
      const { body } = await get(`jobs?${this.#query()}`, { signal: asked.signal });
      if (!asked.signal.aborted) this.#show(body);
    } catch (error) {
      if (!isAbort(error) && !(error instanceof Problem && error.passes)) throw error;
    }
  }

  /** Show the numbers of jobs by status. */
  showCounts() {
    if (!feed.counts) return;
    const more = feed.countsComplete ? "" : "+";
    for (const [status, element] of this.counts) fill(element, count(numberOf(status)), more);
    this.#showOlder();
  }

  /** The list has a next page too if this one is full; only the counts say that it is empty. */
  #showOlder() {
    const isCounted = feed.counts && feed.countsComplete && !this.#csv && !this.#days;
    this.older.disabled =
      this.next === null || Boolean(isCounted && this.end >= numberOf(this.#status));
  }

  #query() {
    const query = new URLSearchParams({ status: this.#status || ENDED.join(), limit: ON_PAGE });
    if (this.#csv) query.set("csv", this.#csv);
    if (this.#days)
      query.set("since", new Date(Date.now() - this.#days * DAY_MS).toISOString().slice(0, 10));
    if (this.#cursors.at(-1)) query.set("cursor", this.#cursors.at(-1));
    return query;
  }

  #filter() {
    this.#cursors = [""];
    this.refresh();
  }

  #turn(label, turn) {
    const turned = () => {
      turn();
      this.refresh();
    };
    return h("button", { class: "btn", type: "button", disabled: true, onclick: turned }, label);
  }

  #section() {
    const head = h("div", { class: "sec-h" }, h("h2", { id: "h-done" }, "Ended"), this.compare);
    const footer = h(
      "footer",
      null,
      this.place,
      h("span", { class: "end" }),
      this.newer,
      this.older,
    );
    const panel = h("div", { class: "panel" }, this.#tools(), this.#table(), footer);
    return h("section", { "aria-labelledby": "h-done" }, head, panel);
  }

  #tools() {
    const search = h("input", {
      class: "in",
      type: "search",
      placeholder: "File name",
      "aria-label": "Find a job by file",
    });
    search.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => ((this.#csv = search.value), this.#filter()), TYPE_PAUSE_MS);
    });
    return h(
      "header",
      { class: "bar-tools" },
      this.#statuses(),
      h("div", { class: "find" }, icon("search"), search),
      this.#since(),
    );
  }

  #statuses() {
    const choices = ["", ...ENDED].map((status) => {
      const name = status ? status[0].toUpperCase() + status.slice(1) : "All";
      const choose = () => ((this.#status = status), this.#filter());
      return [[name, " ", this.counts.get(status)], choose];
    });
    return choiceOf("Status", "status", choices);
  }

  #since() {
    const { keepDays } = document.documentElement.dataset;
    const options = [
      [0, `Last ${counted(Number(keepDays), "day")}`],
      [7, "Last 7 days"],
      [1, "Last 24 hours"],
    ];
    const select = h(
      "select",
      { class: "in end", "aria-label": "Submitted since" },
      options.map(([days, label]) => h("option", { value: days }, label)),
    );
    select.addEventListener("change", () => ((this.#days = Number(select.value)), this.#filter()));
    return select;
  }

  #table() {
    const heads = HEADS.map(([name, more, isHidden]) =>
      h("th", { scope: "col", class: more }, isHidden ? h("span", { class: "vh" }, name) : name),
    );
    const table = h(
      "table",
      { class: "t jobs" },
      h("thead", null, h("tr", null, heads)),
      this.body,
    );
    return h(
      "div",
      { class: "scroll", role: "group", "aria-labelledby": "h-done", tabindex: "0" },
      table,
    );
  }

  #show({ jobs, next }) {
    this.next = next;
    const rows = jobs.length
      ? jobs.map((job) => jobRow(job, job.status === "succeeded" && this.#choice(job)))
      : [this.#nothing()];
    fill(this.body, ...rows);
    this.newer.disabled = this.#cursors.length === 1;
    const before = (this.#cursors.length - 1) * ON_PAGE;
    this.end = before + jobs.length;
    this.#showOlder();
    fill(this.place, jobs.length ? [count(before + 1), " to ", count(this.end)] : "");
  }

  #choice(job) {
    const box = h("input", {
      type: "checkbox",
      "aria-label": `Compare ${nameOf(job.csv)}`,
      checked: this.#chosen.includes(job.id),
    });
    box.addEventListener("change", () => this.#choose(job.id, box.checked));
    return box;
  }

  #choose(id, isChosen) {
    const others = this.#chosen.filter((each) => each !== id);
    this.#chosen = isChosen ? [...others, id].slice(-2) : others;
    for (const box of this.body.querySelectorAll("input")) {
      const row = box.closest("tr").querySelector("a").hash;
      box.checked = this.#chosen.some((each) => hashOf(each) === row);
    }
    this.compare.hidden = this.#chosen.length < 2;
    const [newer, older] = this.#chosen;
    this.compare.href = `#/compare/${older}/${newer}`;
  }

  #nothing() {
    const isAll = !this.#status && !this.#csv && !this.#days;
    const none = isAll ? "No job has ended yet." : "No job matches.";
    const text = this.next ? "None here; older jobs may be on the next page." : none;
    return h("tr", null, h("td", { class: "blank mut", colspan: HEADS.length }, text));
  }
}
