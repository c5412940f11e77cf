"""Finds the job that a person means: by its id, the start of it, or the URL of its page."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING

from cli.ages import age
from cli.failures import Exit, Failure
from cli.names import shown
from cli.problems import Refusal
from cli.terminal import PROGRAM

if TYPE_CHECKING:
    from cli.service import Job, Service

MIN_CHARS, ID_CHARS = 4, 32
HEX = re.compile("[0-9a-f]+")
#: How many characters of an id a person gets to see: two of a million jobs rarely share them.
SHORT = 8
#: How far back the start of an id is looked for.
MAX_JOBS = 1000
MAX_NAMED = 5
SEE_LIST = f"{PROGRAM} list shows your jobs."


def short(job_id: str) -> str:
    return job_id[:SHORT]


def resolve(service: "Service", text: str) -> str:
    """Return the id of the job that is meant. Raise Failure if that is not clear."""
    given = text.strip().lower().rstrip("/").rpartition("/")[2]
    if not HEX.fullmatch(given) or len(given) > ID_CHARS:
        raise _no_id(service, text)
    if len(given) == ID_CHARS:
        return given
    if len(given) < MIN_CHARS:
        advice = (f"Give at least {MIN_CHARS} of its {ID_CHARS} characters.", SEE_LIST)
        raise Failure(f"{text} is too short for a job's id", Exit.USAGE, advice=advice)
    return _by_start(service.jobs({}, MAX_JOBS).items, given)


def _by_start(jobs: "Sequence[Job]", start: str) -> str:
    found = [job for job in jobs if job["id"].startswith(start)]
    if len(found) == 1:
        return str(found[0]["id"])
    if found:
        advice = tuple(map(_named, found[:MAX_NAMED]))
        raise Failure(f"{len(found)} jobs begin with {start}", Exit.USAGE, advice=advice)
    raise Failure(f"no job begins with {start}", Exit.MISSING, advice=_nearest(jobs, start))


@contextmanager
def naming(service: "Service", job_id: str) -> Iterator[None]:
    """Say which job may have been meant if there is none with this id."""
    try:
        yield
    except Refusal as refusal:
        if refusal.code != "unknown_job":
            raise
        advice = _nearest(service.jobs({}, MAX_JOBS).items, job_id)
        raise Failure(f"there is no job {job_id}", Exit.MISSING, advice=advice) from None


def _nearest(jobs: "Sequence[Job]", given: str) -> tuple[str, ...]:
    by_start = {job["id"][: len(given)]: job for job in reversed(jobs)}
    near = get_close_matches(given, by_start, n=1, cutoff=0.7)
    return (f"Did you mean {_named(by_start[near[0]])}?",) if near else (SEE_LIST,)


def _no_id(service: "Service", text: str) -> Failure:
    """Return that a text is no id. If it is the name of a file, say which job is that of it."""
    jobs = service.jobs({"csv": text}, 1).items
    advice = f"The newest job of this file is {_named(jobs[0])}." if jobs else SEE_LIST
    return Failure(f"{text} is not the id of a job", Exit.MISSING, advice=(advice,))


def _named(job: "Job") -> str:
    return (
        f"{short(job['id'])} ({shown(job['csv'])}, {job['status']}, {age(job['submitted_at'])} ago)"
    )
