// The view of two jobs side by side, or the choice of them.

import { get, isAbort, Problem } from "../api.js";
import { comparison, pageHead } from "../comparison.js";
import { fill, h, icon } from "../dom.js";
import { remark } from "../job-row.js";
import { hashOfPair, nameOf } from "../jobs.js";
import { bytes, time } from "../numbers.js";
import { setTitle } from "../title.js";

// How many jobs there are to choose from.
const CHOICE = 100;

/**
 * Show the view.
 * @param {HTMLElement} root
 * @param {{left?: string, right?: string}} params ids of jobs
 * @param {AbortSignal} signal
 */
export async function show(root, params, signal) {
  setTitle("Compare");
  try {
    const jobs = [jobOf(params.left, signal), jobOf(params.right, signal)];
    const [left, right] = await Promise.all(jobs);
    if (signal.aborted) return;
    if (!left || !right) {
      await choose(root, left, right, signal);
      return;
    }
    setTitle(`${nameOf(left.csv)} and ${nameOf(right.csv)}`);
    fill(root, comparison(left, right));
  } catch (error) {
    if (!isAbort(error)) throw error;
  }
}

/** Return a job that has sums; null without an id. */
async function jobOf(id, signal) {
  if (!/^[0-9a-f]{32}$/.test(id ?? "")) return null;
  const { body } = await get(`jobs/${id}`, { signal });
  if (body.status === "succeeded") return body;
  const detail = `The job of ${nameOf(body.csv)} has not succeeded, so it has no sums to compare.`;
  throw new Problem(409, { code: "no_sums", detail });
}

async function choose(root, left, right, signal) {
  const query = new URLSearchParams({ status: "succeeded", limit: CHOICE });
  const { body } = await get(`jobs?${query}`, { signal });
  const other = left ?? right;
  const jobs = body.jobs.filter(({ id }) => id !== other?.id);
  const same = (job) => Number(job.csv === other?.csv);
  jobs.sort((one, two) => same(two) - same(one));
  const hash = (job) => (left ? hashOfPair(left.id, job.id) : hashOfPair(job.id, right?.id));
  const items = jobs.map((job) => jobItem(job, hash(job)));
  const list = items.length
    ? h("ul", { class: "panel files tall choice" }, items)
    : h("p", { class: "panel blank mut" }, "No other job has succeeded yet.");
  fill(
    root,
    other ? headFor(other, left) : pageHead("Compare two jobs", "Choose the first one."),
    list,
  );
}

function headFor(other, isLeft) {
  const about = `Choose the job that came ${isLeft ? "after" : "before"} it.`;
  return pageHead(`Compare ${nameOf(other.csv)} with`, about);
}

function jobItem(job, href) {
  // Jobs of one file often have the same name and size, and the same minute.
  const about = h("small", { class: "mut" }, `${remark(job)}, ${job.id.slice(0, 8)}`);
  const texts = [[nameOf(job.csv), " ", about], bytes(job.bytes), time(job.submitted_at, "long")];
  const spans = texts.map((text) => h("span", null, text));
  return h("li", null, h("a", { href }, icon("ok"), spans));
}
