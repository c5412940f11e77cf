// A new job: choosing a file, then its options beside a preview.

import { isAbort, post, Problem } from "../api.js";
import { failure, facts, warnings } from "../advice.js";
import { commandSection, curlOf } from "../command.js";
import { announce, crumb, fill, h, icon } from "../dom.js";
import { estimateOf } from "../estimate.js";
import { feed } from "../feed.js";
import { chooser } from "../files.js";
import { hashOf, hashOfNew, nameOf, submit } from "../jobs.js";
import { bytes, counted } from "../numbers.js";
import { changed, optionGroups } from "../options.js";
import { columnOf, firstRows } from "../preview.js";
import { setTitle } from "../title.js";
import { uploads } from "../uploads.js";
import { inProgress } from "../running.js";

const LEFT_OUT = h("span", { class: "m-no" }, "Text columns are left out and listed.");

/**
 * Show the view.
 * @param {HTMLElement} root
 * @param {{csv?: string, options?: string}} params the file, and the options as JSON
 * @param {AbortSignal} signal
 */
export async function show(root, params, signal) {
  if (!params.csv) {
    setTitle("New job");
    const lead = h(
      "p",
      { class: "sub" },
      "Choose a file. You see how it is read before anything is summed.",
    );
    fill(
      root,
      h("div", { class: "head" }, h("div", null, h("h1", null, "New job"), lead)),
      chooser(signal),
      inProgress(signal),
    );
    return;
  }
  uploads.previewed(params.csv);
  setTitle(nameOf(params.csv));
  await new NewJob(root, params.csv, optionsOf(params.options), signal).ask();
}

function optionsOf(text) {
  try {
    const options = JSON.parse(text ?? "{}");
    return options && typeof options === "object" && !Array.isArray(options) ? options : {};
  } catch {
    return {};
  }
}

/** The preview of a file and the options that it is read with. */
class NewJob {
  #look = { expanded: new Set(), allRows: false };
  #asked = new AbortController();
  #preview = null;

  constructor(root, csv, options, signal) {
    this.csv = csv;
    this.options = options;
    this.main = h("div", { class: "stack" });
    this.side = h("aside", { class: "panel opt", "aria-label": "Options" });
    this.sub = h("p", { class: "sub" }, h("span", null, "Looking at the first rows …"));
    this.estimate = h("span");
    signal.addEventListener("abort", () => this.#asked.abort());
    feed.watch(() => this.#showEstimate(), signal);
    const head = h(
      "div",
      { class: "head" },
      h("div", null, h("h1", { title: csv }, nameOf(csv)), this.sub),
    );
    fill(root, crumb("New"), head, h("div", { class: "cols" }, this.main, this.side));
  }

  /** Ask for the preview with the present options, and show it. */
  async ask() {
    this.#asked.abort();
    const asked = new AbortController();
    this.#asked = asked;
    this.main.setAttribute("aria-busy", "true");
    try {
      const { body } = await post(
        "preview",
        { csv: this.csv, ...this.options },
        { signal: asked.signal },
      );
      if (!asked.signal.aborted) this.#show(body);
    } catch (error) {
      if (isAbort(error)) return;
      if (!(error instanceof Problem) || error.status === 401) throw error;
      this.#showProblem(error);
    }
  }

  #change(changes) {
    this.options = changed(this.options, changes);
    history.replaceState(null, "", hashOfNew(this.csv, this.options));
    this.#drawSide();
    this.ask();
  }

  #toggle(index) {
    const chosen = (this.#preview.summed ?? []).map((column) => column.index);
    const columns = chosen.includes(index)
      ? chosen.filter((each) => each !== index)
      : [...chosen, index];
    if (!columns.length) {
      announce("At least one column must be summed.");
      return;
    }
    columns.sort((one, other) => one - other);
    this.#change({ columns: columns.map((each) => columnOf(this.#preview, each)) });
  }

  #show(preview) {
    this.#preview = preview;
    const read = preview.complete
      ? "All of it was read."
      : "The first 1 MiB of it was read.";
    fill(
      this.sub,
      h("span", null, bytes(preview.bytes)),
      h("span", null, `${read} Nothing is summed yet.`),
    );
    keepFocus(this.main, () => fill(this.main, ...this.#parts(preview)));
    this.main.removeAttribute("aria-busy");
    this.#showEstimate();
    this.#drawSide();
    announce(this.#verdict());
  }

  #showEstimate() {
    if (this.#preview?.summed) fill(this.estimate, estimateOf(this.#preview), " ");
  }

  #parts(preview) {
    const change = (changes) => this.#change(changes);
    return [
      preview.fields > 0 && facts(preview),
      preview.error ? failure(preview.error, change) : warnings(preview, change),
      preview.rows?.length > 0 && firstRows(preview, this.#look, (index) => this.#toggle(index)),
      commandSection("The same as a command", curlOf(this.csv, this.options)),
    ].filter(Boolean);
  }

  #showProblem(problem) {
    const other = h("a", { class: "btn", href: "#/new" }, "Choose another file");
    const text = h("p", null, problem.detail);
    this.#preview = null;
    fill(this.sub);
    fill(this.main, h("div", { class: "note note-bad", role: "alert" }, icon("bad"), text, other));
    this.main.removeAttribute("aria-busy");
    this.side.hidden = problem.status === 404; // no option can help
    this.#drawSide();
  }

  #verdict() {
    const { error, summed } = this.#preview ?? {};
    if (error) return "A job would fail";
    return summed ? `Sum ${counted(summed.length, "column")}` : "Sum the columns";
  }

  #drawSide() {
    const open = new Set(
      [...this.side.querySelectorAll("details[open]")].map((each) => each.dataset.group),
    );
    const groups = optionGroups(this.options, (changes) => this.#change(changes));
    for (const group of groups) if (open.has(group.dataset.group)) group.open = true;
    keepFocus(this.side, () => fill(this.side, this.#start(), ...groups));
  }

  #start() {
    const isReady = this.#preview && !this.#preview.error;
    const text = this.#preview ? this.#verdict() : "Sum the columns";
    const start = h(
      "button",
      {
        class: "btn btn-1",
        type: "button",
        name: "start",
        disabled: !isReady,
        onclick: () => this.#submit(start, said),
      },
      text,
    );
    const said = h("p", null, isReady && [this.estimate, LEFT_OUT]);
    return h("div", { class: "go" }, start, said);
  }

  async #submit(button, said) {
    button.disabled = true;
    try {
      const job = await submit(this.csv, this.options);
      location.hash = hashOf(job.id);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      fill(said, h("span", { class: "st-bad", role: "alert" }, error.detail));
      button.disabled = false;
    }
  }
}

/** Draw a part of the page anew, and give the focus back to what had it there. */
function keepFocus(element, draw) {
  const active = element.contains(document.activeElement) ? document.activeElement : null;
  const { name } = active ?? {};
  const column = active?.dataset.column;
  draw();
  if (name) element.querySelector(`[name="${CSS.escape(name)}"]`)?.focus();
  else if (column) element.querySelector(`[data-column="${column}"]`)?.focus();
}
