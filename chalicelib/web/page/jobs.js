// What the views say about jobs.

import { now, post, Problem } from "./api.js";
import { h, icon } from "./dom.js";

const LOOKS = {
  queued: ["wait", "st-wait"],
  running: ["run", "st-run", "spin"],
  succeeded: ["ok", "st-ok"],
  failed: ["bad", "st-bad"],
  cancelled: ["stop", "st-stop"],
};

/** The statuses of jobs that have ended. */
export const ENDED = ["succeeded", "failed", "cancelled"];

/**
 * Return a status as an icon, a colour and a word.
 * @param {string} status
 * @param {string} [more] further classes, like "st-big"
 * @param {boolean} [hidden] whether only screen readers get the word
 */
export function statusOf(status, more = "", hidden = false) {
  const [name, color, motion] = LOOKS[status];
  const word = h("span", { class: hidden ? "vh" : "" }, status);
  return h("span", { class: `st ${color} ${more}`.trim() }, icon(name, motion), word);
}

/**
 * Return the name of a file as people know it: an upload's without its owner and its random part.
 * @param {string} csv
 */
export function nameOf(csv) {
  return csv.replace(/^uploads\/[0-9a-f]{32}\/[0-9a-f]{24}\/(?=.)/, "uploads/");
}

/**
 * Return the hash of a job's page.
 * @param {string} id
 */
export function hashOf(id) {
  return `#/jobs/${id}`;
}

/**
 * Return the hash of two jobs side by side, or, with one, of the choice of the other.
 * @param {string} [left] the id of the job that came first
 * @param {string} [right]
 */
export function hashOfPair(left, right) {
  if (left && right) return `#/compare/${left}/${right}`;
  return `#/compare?${new URLSearchParams(left ? { left } : { right })}`;
}

/**
 * Return the hash of the preview of a file.
 * @param {string} csv the name of the file
 * @param {Object<string, unknown>} [options] those that are not the defaults
 */
export function hashOfNew(csv, options = {}) {
  const query = new URLSearchParams({ csv });
  if (Object.keys(options).length) query.set("options", JSON.stringify(options));
  return `#/new?${query}`;
}

/**
 * Return how fast a running job is read since its start, and how long it will take.
 * @param {Object} job
 * @returns {{rate: number, left: number}|null} bytes a second and seconds; null if it is too early
 */
export function estimate(job) {
  const seconds = (now() - Date.parse(job.started_at)) / 1000;
  const { bytes } = job.progress;
  if (job.status !== "running" || !bytes || !(seconds > 0)) return null;
  const rate = bytes / seconds;
  return { rate, left: (job.bytes - bytes) / rate };
}

/**
 * Submit a file, and return its job. If no reply comes, the request is repeated; its key keeps it
 * from becoming two jobs.
 * @param {string} csv
 * @param {Object<string, unknown>} options
 * @returns {Promise<Object>}
 * @throws {Problem}
 */
export async function submit(csv, options) {
  const key = newKey();
  try {
    return (await post("jobs", { csv, ...options }, { key })).body;
  } catch (error) {
    if (!(error instanceof Problem) || ![0, 503, 504].includes(error.status)) throw error;
    return (await post("jobs", { csv, ...options }, { key })).body;
  }
}

function newKey() {
  const parts = crypto.getRandomValues(new Uint32Array(4));
  return [...parts].map((part) => part.toString(16).padStart(8, "0")).join("");
}
