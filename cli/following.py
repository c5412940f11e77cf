"""Waits for a job, with a progress bar on a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from chalicelib.engine.wording import visible
from cli.failures import Exit, Failure
from cli.job_ids import naming, short
from cli.terminal import PROGRAM, is_terminal, size

if TYPE_CHECKING:
    from rich.progress import Progress

    from cli.service import Job, Service

#: A short job is over before there is a bar.
FIRST_SECONDS = 1
BAR_CELLS = 24


def wait_for(service: "Service", job_id: str) -> "Job":
    """Return the job once it has ended. Ctrl-C ends the wait, not the job."""
    try:
        with naming(service, job_id), job_bar(job_id) as update:
            for job in service.follow(job_id, FIRST_SECONDS):
                update(job)
            return job
    except KeyboardInterrupt:
        raise Failure(
            "interrupted; the job goes on", Exit.INTERRUPTED, advice=_goes_on(job_id)
        ) from None
    except Failure as failure:
        if failure.exit_code is Exit.UNREACHABLE:
            failure.advice = ("The job goes on without this command.", *_goes_on(job_id))
        raise


def _goes_on(job_id: str) -> tuple[str, ...]:
    shown = short(job_id)
    return (f"{PROGRAM} wait {shown} shows it again.", f"{PROGRAM} cancel {shown} stops it.")


@contextmanager
def job_bar(job_id: str) -> "Iterator[Callable[[Job], None]]":
    """Show the state of a job, and how many of its parts are done; without a terminal, nothing.

    The bar is there from the first update on, unless the job has ended by then.
    """
    if not is_terminal(sys.stderr):
        yield lambda _: None
        return
    progress = _job_progress()
    task = progress.add_task("", total=None, note="")

    def update(job: "Job") -> None:
        parts = job["progress"]["parts"]
        progress.update(
            task,
            description=visible(f"Job {short(job_id)} {job['status']}"),
            total=parts if parts > 1 else None,
            completed=job["progress"]["parts_done"],
            note=progress_of(job),
        )
        if not job["finished_at"]:
            progress.start()

    try:
        yield update
    finally:
        if progress.live.is_started:
            progress.stop()


def _job_progress() -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(BAR_CELLS),
        TextColumn("{task.fields[note]}", markup=False),
        TimeRemainingColumn(compact=True),
        console=Console(stderr=True),
        transient=True,
    )


def progress_of(job: "Job") -> str:
    """Return how much of a job is done; nothing of one that has only one part."""
    done, parts = job["progress"]["parts_done"], job["progress"]["parts"]
    if parts == 1:
        return ""
    return f"{done:,} of {parts:,} parts, {size(job['progress']['bytes'])}"
