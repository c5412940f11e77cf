// Running a job's file once more, with the same options or others.

import { Problem } from "./api.js";
import { fill, h } from "./dom.js";
import { hashOf, submit } from "./jobs.js";
import { changed } from "./options.js";

const DEFAULTS = {
  step: 10,
  first: 0,
  non_numeric: "columns",
  delimiter: "auto",
  encoding: "auto",
  skip_rows: 0,
  comment: "",
  ragged: "fail",
  last_row: "keep",
  decimal: ".",
  thousands: "",
  strip: "",
  missing: [],
};

/**
 * Return the options of a job that are not the defaults.
 * @param {{options: Object<string, unknown>}} job
 */
export function givenOptions({ options }) {
  const isGiven = ([name, value]) =>
    value !== null && JSON.stringify(value) !== JSON.stringify(DEFAULTS[name]);
  return Object.fromEntries(Object.entries(options).filter(isGiven));
}

/**
 * Return a button that submits the file of a job and leads to the new job, and where it says why
 * not.
 * @param {Object} job
 * @param {Object<string, unknown>} changes of its options
 * @param {string} look more classes
 * @param {...(Node|string)} content
 */
export function runButton(job, changes, look, ...content) {
  const button = h("button", { class: `btn ${look}`, type: "button" }, content);
  const refused = h("p", { class: "err", role: "alert" });
  button.addEventListener("click", async () => {
    button.disabled = true;
    fill(refused);
    try {
      const { id } = await submit(job.csv, changed(givenOptions(job), changes));
      location.hash = hashOf(id);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      fill(refused, error.detail);
      button.disabled = false;
    }
  });
  return [button, refused];
}
