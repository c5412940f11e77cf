// The list of what is in progress: uploads, running jobs, queued jobs.

import { del } from "./api.js";
import { announce, fill, h, icon } from "./dom.js";
import { feed, IN_PROGRESS } from "./feed.js";
import { estimate, hashOf, hashOfNew, nameOf, statusOf } from "./jobs.js";
import { about, bytes, bytesOf, counted, rate, time } from "./numbers.js";
import { Rows } from "./rows.js";
import { uploads } from "./uploads.js";

let nextId = 0;

/**
 * Return the section with what is in progress; it is hidden while nothing is.
 * @param {AbortSignal} signal
 */
export function inProgress(signal) {
  const summary = h("p");
  const list = h("ul", { class: "panel runs" });
  const more = h("p", { class: "mut small more" });
  const head = h("div", { class: "sec-h" }, h("h2", { id: "h-run" }, "In progress"), summary);
  const section = h("section", { "aria-labelledby": "h-run", hidden: true }, head, list, more);
  const rows = new Rows(list, keyOf, (item) =>
    item.file ? new UploadRow(item) : new JobRow(item),
  );
  const show = () => {
    const jobs = (feed.jobs ?? []).filter((job) => IN_PROGRESS.includes(job.status));
    rows.show([...uploads.list, ...jobs.sort(runningFirst)]);
    section.hidden = uploads.list.length + jobs.length === 0;
    fill(summary, summaryOf(jobs));
    fill(more, moreOf(jobs));
  };
  uploads.addEventListener("change", show, { signal });
  feed.watch(show, signal);
  show();
  return section;
}

function keyOf(item) {
  item.key ??= item.id ?? `upload ${(nextId += 1)}`;
  return item.key;
}

function runningFirst(one, other) {
  return (other.status === "running") - (one.status === "running");
}

function summaryOf(jobs) {
  const number = (status) =>
    feed.counts?.[status] ?? jobs.filter((job) => job.status === status).length;
  const parts = [
    number("running") && `${number("running")} running`,
    number("queued") && `${number("queued")} queued`,
    uploads.inProgress && counted(uploads.inProgress, "upload"),
  ];
  const text = parts.filter(Boolean).join(", ");
  if (text) announce(text);
  return text;
}

function moreOf(jobs) {
  const rest = feed.inProgress - jobs.length;
  return rest > 0 && jobs.length ? `and ${counted(rest, "older job")}` : "";
}

/** A row with an icon and a name, a bar with its figures, what is left, and a button to end it. */
class Row {
  constructor(ended, label) {
    this.name = h("div", { class: "nm" });
    this.bar = h("progress", { "aria-label": label });
    this.figures = h("p");
    this.progress = h("div", { class: "pr" }, this.bar, this.figures);
    this.left = h("span", { class: "eta" });
    this.end = h(
      "button",
      {
        class: "btn btn-0 btn-i btn-x",
        type: "button",
        "aria-label": `Cancel ${label}`,
        onclick: ended,
      },
      icon("x"),
    );
    this.element = h("li", null, this.name, this.progress, this.left, this.end);
  }

  /** Show a share of the work as a bar, or no bar, and the figures below it. */
  show(done, total, figures, left) {
    this.bar.hidden = !total;
    this.bar.max = total || 1;
    this.bar.value = done;
    fill(this.figures, ...figures.filter(Boolean).map((figure) => h("span", null, figure)));
    fill(this.left, left);
  }
}

class JobRow extends Row {
  #status = "";

  constructor(job) {
    super(() => this.#cancel(job.id), nameOf(job.csv));
    this.link = h("a", { href: hashOf(job.id), title: job.csv }, nameOf(job.csv));
  }

  update(job) {
    if (job.status !== this.#status) fill(this.name, statusOf(job.status, "", true), this.link);
    this.#status = job.status;
    if (job.status === "queued")
      this.show(0, 0, [bytes(job.bytes), ["since ", time(job.submitted_at, "clock")]], "queued");
    else this.#running(job);
  }

  #running(job) {
    const { parts_done: done, parts, bytes: read } = job.progress;
    const guess = estimate(job);
    const figures = [
      parts > 1 ? `${done} of ${parts} parts` : "1 part",
      parts > 1 ? bytesOf(read, job.bytes) : bytes(job.bytes),
      guess && rate(guess.rate),
    ];
    this.show(
      read,
      parts > 1 ? job.bytes : 0,
      figures,
      guess ? `${about(guess.left)} left` : "running",
    );
  }

  async #cancel(id) {
    this.end.disabled = true;
    try {
      await del(`jobs/${id}`);
      announce("Cancelled");
    } catch (error) {
      announce(error.message);
      this.end.disabled = false;
    }
  }
}

class UploadRow extends Row {
  constructor(upload) {
    super(() => uploads.remove(upload), upload.name);
    fill(
      this.name,
      h("span", { class: "st st-run" }, icon("up"), h("span", { class: "vh" }, "upload")),
      h("span", { class: "up-name" }, upload.name),
    );
  }

  update(upload) {
    const { state, loaded, total } = upload;
    if (state === "failed")
      this.show(0, 0, [h("span", { class: "st-bad" }, upload.detail)], "failed");
    else if (state === "done") this.show(0, 0, ["uploaded", bytes(total)], this.#link(upload));
    else
      this.show(
        loaded,
        total,
        ["uploading", bytesOf(loaded, total), upload.rate && rate(upload.rate)],
        upload.left === null ? "" : `${about(upload.left)} left`,
      );
    this.end.setAttribute(
      "aria-label",
      `${state === "uploading" ? "Cancel" : "Forget"} ${upload.name}`,
    );
  }

  #link(upload) {
    return h("a", { href: hashOfNew(upload.csv) }, "See how it is read");
  }
}
