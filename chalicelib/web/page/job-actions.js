// What can be done with a job: compare it, run it again, copy it, cancel it.

import { del, Problem } from "./api.js";
import { curlOf } from "./command.js";
import { copyButton, fill, h, icon } from "./dom.js";
import { ENDED, hashOfNew } from "./jobs.js";
import { givenOptions, runButton } from "./rerun.js";

/** What running a job again changes: without it, the sums would come from the earlier result. */
export const AGAIN = { fresh: true };

/**
 * Return the buttons of a job.
 * @param {Object} job
 */
export function actions(job) {
  const given = givenOptions(job);
  const isOver = ENDED.includes(job.status);
  return [
    job.status === "succeeded" &&
      h("a", { class: "btn", href: `#/compare?right=${job.id}` }, icon("diff"), "Compare"),
    job.status !== "succeeded" &&
      isOver &&
      h("a", { class: "btn", href: hashOfNew(job.csv, given) }, "Change options"),
    isOver && job.status !== "cancelled" && runButton(job, AGAIN, "", icon("redo"), "Run again"),
    copyButton(() => curlOf(job.csv, given), "Copy as curl", icon("copy"), "Copy as curl"),
    copyButton(() => location.href, "Copy link", icon("link"), "Copy link"),
    !isOver && cancelButton(job),
  ];
}

function cancelButton(job) {
  const said = h("p", null, "What is summed so far is dropped. The file stays.");
  const yes = h("button", { class: "btn btn-1", type: "button" }, "Cancel job");
  const no = h("button", { class: "btn", type: "button" }, "Let it run");
  const title = h("h2", { id: "h-sure" }, "Cancel this job?");
  const dialog = h(
    "dialog",
    { class: "panel", "aria-labelledby": "h-sure" },
    h("div", { class: "body list" }, title, said, h("div", { class: "acts" }, yes, no)),
  );
  no.addEventListener("click", () => dialog.close());
  yes.addEventListener("click", async () => {
    yes.disabled = true;
    try {
      await del(`jobs/${job.id}`);
      dialog.close();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      fill(said, error.detail);
      yes.disabled = false;
    }
  });
  const open = { class: "btn btn-x", type: "button", onclick: () => dialog.showModal() };
  return [h("button", open, icon("x"), "Cancel job"), dialog];
}
