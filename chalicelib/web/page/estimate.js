// What a job will take, before it is started: as long as the one did that is most like it.

import { costOf, dollarsOf, IS_PAID, secondsOf } from "./cost.js";
import { feed } from "./feed.js";
import { h } from "./dom.js";
import { nameOf } from "./jobs.js";
import { about } from "./numbers.js";

// A job of quite another size says little: how long the workers take to start counts for more.
const MAX_FACTOR = 8;

/**
 * Return how long a job will take, as far as that is known, and what it will cost.
 * @param {{csv: string, bytes: number, parts: number, compression: string|null}} preview
 * @returns {Array}
 */
export function estimateOf(preview) {
  return feed.jobs ? [timeOf(preview), " ", costText(preview)] : [];
}

function timeOf(preview) {
  const alike = nearest(preview);
  if (alike) {
    const ratio = sizeOf(preview.bytes, preview.parts) / sizeOf(alike.bytes, alike.progress.parts);
    return said(alike.ledger.seconds * ratio, `, judging by ${nameOf(alike.csv)}`);
  }
  // How far a compressed file grows is not known.
  if (IS_PAID && !preview.compression) return said(secondsOf(preview.bytes, preview.parts), "");
  return "How long it takes is not known: no job of this size has ended.";
}

/** Return the job of the feed whose size is nearest; null if none is near. */
function nearest({ csv, bytes, parts }) {
  const far = (job) => Math.abs(Math.log(job.bytes / bytes));
  // What is compressed takes longer than it looks, and so does what cannot be cut.
  const isLike = (job) =>
    endOf(job.csv) === endOf(csv) && job.progress.parts > 1 === parts > 1 && job.bytes > 0;
  const [found] = feed.jobs
    .filter((job) => job.status === "succeeded" && !job.cached_from && isLike(job))
    .sort((one, other) => far(one) - far(other));
  return found && far(found) <= Math.log(MAX_FACTOR) ? found : null;
}

/** Return what the time grows with: here the bytes; on AWS, more of them have more workers. */
function sizeOf(bytes, parts) {
  return IS_PAID ? secondsOf(bytes, parts) : bytes;
}

function endOf(csv) {
  return /[^.]*$/.exec(csv)[0].toLowerCase();
}

function said(seconds, why) {
  const text = seconds < 1 ? "Less than a second" : `About ${about(seconds)}`;
  return [text, h("span", { class: "m-no" }, why), "."];
}

function costText({ bytes, parts }) {
  if (!IS_PAID) return "It costs nothing here.";
  return `About ${dollarsOf(costOf(bytes, parts))} on AWS, by a model.`;
}
