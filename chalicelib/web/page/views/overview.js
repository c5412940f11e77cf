// The overview: a new file, what is in progress, what has ended. Or the welcome to the first visit.

import { commandSection, curlOf } from "../command.js";
import { fill, h } from "../dom.js";
import { ended } from "../ended.js";
import { feed } from "../feed.js";
import { chooser } from "../files.js";
import { inProgress } from "../running.js";
import { setTitle } from "../title.js";
import { uploads } from "../uploads.js";

const STEPS = [
  [
    "See how it is read",
    "Delimiter, header and the columns that will be summed. Every 10th, or those you click.",
  ],
  ["Start the job", "Large files are cut into parts that are summed at the same time."],
  ["Read the totals", "As a table, a chart, JSON or CSV. Compare them with yesterday's."],
];

/**
 * Show the view.
 * @param {HTMLElement} root
 * @param {Object<string, string>} _params none
 * @param {AbortSignal} signal
 */
export async function show(root, _params, signal) {
  setTitle("Jobs");
  fill(root, h("h1", { class: "vh" }, "Jobs"));
  const choice = chooser(signal);
  const lists = h("div", { class: "stack" }, inProgress(signal), ended(signal));
  let wasEmpty = null;
  const choose = () => {
    if (!feed.jobs) return;
    const isEmpty = feed.jobs.length === 0 && uploads.list.length === 0;
    if (isEmpty === wasEmpty) return;
    wasEmpty = isEmpty;
    if (isEmpty) fill(root, welcome(choice));
    else fill(root, h("h1", { class: "vh" }, "Jobs"), choice, lists);
  };
  uploads.addEventListener("change", choose, { signal });
  feed.watch(choose, signal);
}

function welcome(choice) {
  const steps = STEPS.map(([name, text]) => h("li", null, h("b", null, name), text));
  return h(
    "div",
    { class: "hero" },
    h("h1", null, "Sum the columns of a CSV file, exactly"),
    h("p", { class: "lead" }, "Every digit as the file has it. Any size."),
    choice,
    h("ol", { class: "steps" }, steps),
    commandSection("From a terminal", curlOf("data.csv")),
    noJobs(),
  );
}

function noJobs() {
  const { keepDays } = document.documentElement.dataset;
  const text = `They are listed here, newest first, and kept for ${keepDays} days.`;
  return h(
    "section",
    { class: "panel blank", "aria-labelledby": "h-none" },
    h("h2", { id: "h-none" }, "No jobs yet"),
    h("p", { class: "mut small" }, text),
  );
}
