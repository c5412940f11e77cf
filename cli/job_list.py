"""Shows jobs as a list: a row for each."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from chalicelib.engine.wording import visible
from cli.ages import age
from cli.following import progress_of
from cli.job_ids import short
from cli.names import shown
from cli.terminal import is_terminal, show_table

if TYPE_CHECKING:
    from cli.service import Job

HEADS = ("JOB", "FILE", "STATUS", "AGE", "REASON")
HEADS_IN_A_PIPE = ("JOB", "FILE", "STATUS", "SUBMITTED", "REASON")
MAX_REASON_CHARS = 100


def show_jobs(jobs: "Sequence[Job]") -> None:
    """Write the jobs: on a terminal with the start of their ids, in a pipe with all of it."""
    is_for_people = is_terminal(sys.stdout)
    show_table(
        (
            (
                short(job["id"]) if is_for_people else job["id"],
                shown(job["csv"]) if is_for_people else visible(job["csv"]),
                job["status"],
                age(job["submitted_at"]) if is_for_people else job["submitted_at"],
                (reason(job) or _progress(job))[:MAX_REASON_CHARS],
            )
            for job in jobs
        ),
        HEADS if is_for_people else HEADS_IN_A_PIPE,
    )


def _progress(job: "Job") -> str:
    return progress_of(job) if job["status"] == "running" else ""


def reason(job: "Job") -> str:
    """Return why a job failed, without advice; an empty text if it did not."""
    if "error" not in job:
        return ""
    from cli.advice import failure_of

    # It begins with the name of the file, which is empty here.
    return failure_of("", job["error"], lambda _: "").message.lstrip(",: ")
