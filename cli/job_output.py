"""Shows a job that has ended: its sums, or why it has none."""

import csv
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from chalicelib.engine.wording import counted, delimiter_name, visible
from chalicelib.jobs.options import Options
from cli.advice import failure_of, retry_with
from cli.connection import Form
from cli.failures import Exit, Failure
from cli.job_ids import short
from cli.names import shown
from cli.reading_options import with_flags
from cli.sum_output import CSV_HEADER, ENCODINGS, aligned
from cli.terminal import PROGRAM, Stdout, paint, say, show_json, show_table

if TYPE_CHECKING:
    from cli.configuration import Access
    from cli.service import Job

#: What a JSON object of sums has of the job, as that of ``csvsum sum`` has it.
MEMBERS = ("result", "exact", "cells", "left_out", "warnings", "dialect")
#: A job that took less says nothing about speed.
SHOWN_SECONDS = 0.1
DEFAULTS = Options().as_dict()


def show_ended(
    job: "Job", access: "Access", form: Form = Form.TEXT, file: str | None = None
) -> None:
    """Write the sums of a job. Raise Failure if it has none.

    An uploaded file has the name that it has in the service, unless ``file`` says how it was typed.
    """
    job = {**job, "csv": file or job["csv"]}
    if job["status"] == "succeeded":
        if form is Form.JSON:
            show_json(sums_json(job))
        elif form is Form.CSV:
            _show_csv(job)
        else:
            _show_text(job, access)
        return
    if form is Form.JSON:
        show_json({"job": job["id"], "file": job["csv"], **_why(job)})
    raise failure_of_job(job)


def failure_of_job(job: "Job") -> Failure:
    """Return why a job has no sums, or none yet."""
    job_id = short(job["id"])
    if job["status"] == "failed":
        retry = retry_with("run", [job["csv"]], chosen_options(job))
        return failure_of(shown(job["csv"]), job["error"], retry)
    if job["status"] == "cancelled":
        advice = "Submit the file again if you still want its sums."
        return Failure(
            f"job {job_id} was cancelled, so it has no sums", Exit.MISSING, advice=(advice,)
        )
    message = f"job {job_id} is {job['status']}, so it has no sums yet"
    return Failure(message, Exit.MISSING, advice=(f"{PROGRAM} wait {job_id} waits for them.",))


def sums_json(job: "Job") -> dict[str, Any]:
    """Return the sums as ``csvsum sum --json`` writes them, and the id of the job."""
    members = {name: job[name] for name in MEMBERS if name in job}
    return {"job": job["id"], "file": job["csv"], "rows": job["ledger"]["rows"], **members}


def chosen_options(job: "Job") -> dict[str, Any]:
    """Return the options of a job that are not the defaults."""
    return {
        name: value
        for name, value in job["options"].items()
        if value is not None and value != DEFAULTS.get(name)
    }


def _why(job: "Job") -> dict[str, Any]:
    return {"error": job["error"]} if "error" in job else {"status": job["status"]}


def _show_csv(job: "Job") -> None:
    writer = csv.writer(Stdout(), lineterminator="\n")
    writer.writerow(CSV_HEADER)
    for name, total in job["exact"].items():
        cells = job["cells"][name]
        counts = (cells[each] for each in ("values", "missing", "skipped"))
        writer.writerow((job["csv"], name, total, *counts))


def _show_text(job: "Job", access: "Access") -> None:
    say(_read(job))
    names = [
        f"  {visible(name)}" if sys.stdout.isatty() else visible(name) for name in job["exact"]
    ]
    show_table(zip(names, aligned(list(job["exact"].values())), strict=True), right=(1,))
    sys.stdout.flush()
    for line in _after(job, access):
        say(line)


def _read(job: "Job") -> str:
    """Return how the file was read, and how many of its columns were summed."""
    found = {name: each["found"] for name, each in job.get("dialect", {}).items()}
    words = []
    if found:
        encoding = found["encoding"]
        words = [
            delimiter_name(found["delimiter"]),
            ENCODINGS.get(encoding, encoding),
            "header" if found["header"] else "no header",
        ]
    counts = [f"{len(job['exact']):,} summed"]
    counts += [f"{len(job['left_out']):,} left out (text)"] if job["left_out"] else []
    name = paint(shown(job["csv"]), sys.stderr, bold=True)
    return f"{name}: {'; '.join(filter(None, (', '.join(words), ', '.join(counts))))}"


def _after(job: "Job", access: "Access") -> Iterator[str]:
    heading = paint("Warning:", sys.stderr, fg="yellow")
    for warning in job["warnings"]:
        column = f"{visible(warning['column'])}: " if "column" in warning else ""
        yield f"{heading} {column}{with_flags(warning['detail'])}"
    if earlier := job.get("cached_from"):
        yield f"The sums are those of job {short(earlier)}; --fresh sums the file once more."
    ledger = job["ledger"]
    read = [counted(ledger["rows"], "row"), counted(ledger["parts"], "part")]
    read += [f"{ledger['seconds']:.1f} s"] if ledger["seconds"] >= SHOWN_SECONDS else []
    yield f"{', '.join(read)}. {access.page_of(job['id'])}"
