"""A job: its record, its statuses, and the legal changes between them. Pure Python."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.engine.dialect import Dialect
from chalicelib.engine.options import Options
from chalicelib.engine.sums import as_json_number
from chalicelib.jobs.client import OPEN
from chalicelib.jobs.parts import Plan

if TYPE_CHECKING:  # only a failed job needs them
    from chalicelib.engine.evidence import Suggestion
    from chalicelib.engine.excerpt import Excerpt

ID = re.compile("[0-9a-f]{32}")


class Status(StrEnum):
    """Where a job is in its life."""

    #: Accepted. Set at submission; the worker that receives the job's message changes it.
    QUEUED = "queued"
    #: Started. The worker that sums the file or its last part finishes the job. If no worker does,
    #: the handler of dead letters or the sweeper fails it.
    RUNNING = "running"
    #: Final: the result is stored.
    SUCCEEDED = "succeeded"
    #: Final: the problem says why.
    FAILED = "failed"
    #: Final: a client cancelled it. A worker that is summing a part of it stops within a second.
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self in (Status.SUCCEEDED, Status.FAILED, Status.CANCELLED)


#: The statuses from which a job may enter the one on the left. The store makes each row of it the
#: condition of its write. Running to running: a worker takes over a job whose worker died. Queued
#: to succeeded: a small file is summed before anybody would see its job run.
ALLOWED_FROM: dict[Status, frozenset[Status]] = {
    Status.RUNNING: frozenset({Status.QUEUED, Status.RUNNING}),
    Status.SUCCEEDED: frozenset({Status.QUEUED, Status.RUNNING}),
    Status.FAILED: frozenset({Status.QUEUED, Status.RUNNING}),
    Status.CANCELLED: frozenset({Status.QUEUED, Status.RUNNING}),
}


@dataclass(frozen=True, slots=True)
class FileVersion:
    """The one version of a file that a job sums."""

    #: In bytes, as the file is stored.
    size: int
    #: The object's ETag; of a file in a folder its inode, ctime and size in hex.
    etag: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a job failed, as its client sees it."""

    #: For programs; docs/api.md lists all codes.
    code: str
    #: One sentence for people. It may quote a cell of the file, so it is never logged.
    detail: str
    #: From 1.
    line: int | None = None
    #: Its name in the header.
    column: str | None = None
    #: From 0.
    byte_offset: int | None = None
    #: What to do, the most likely remedy first.
    suggestions: "tuple[Suggestion, ...]" = ()
    #: The lines around the place.
    excerpt: "Excerpt | None" = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A column that is not summed because it is a column of text."""

    name: str
    #: From 0.
    index: int
    #: The first cell that is not missing; it has at most 40 characters.
    cell: str
    #: Why it is a column of text, in one sentence.
    why: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What the client should know about a result, a warning."""

    #: For programs; docs/api.md lists all codes.
    code: str
    #: One sentence for people.
    detail: str
    #: The name of the column, if it is about one.
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The exact totals of a job. All members are in the order of the columns."""

    names: tuple[str, ...]
    #: All decimal digits, without an exponent.
    totals: tuple[str, ...]
    #: Whether every value of the column was written without point and exponent.
    is_integer: tuple[bool, ...]
    #: How many cells were added, were empty or "not available", and were skipped as not numeric.
    values: tuple[int, ...]
    missing: tuple[int, ...]
    skipped: tuple[int, ...]
    left_out: tuple[LeftOut, ...] = ()
    warnings: tuple[Notice, ...] = ()

    def numbers(self) -> dict[str, int | float | None]:
        """Return each column's total as a JSON number."""
        columns = zip(self.names, self.totals, self.is_integer, strict=True)
        return {name: as_json_number(total, is_integer) for name, total, is_integer in columns}

    def exact(self) -> dict[str, str]:
        """Return each column's total in all its digits."""
        return dict(zip(self.names, self.totals, strict=True))


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was read, so that a client can check it."""

    #: Data rows, without the header and blank lines.
    rows: int
    #: Bytes of the file as it is stored.
    bytes: int
    parts: int
    #: From the first start of the job to its end, rounded to milliseconds.
    seconds: float
    #: The name of the kernel that ran in the worker that finished the job.
    kernel: str


@dataclass(frozen=True, slots=True)
class Job:
    """The record of one request to sum one version of one file."""

    #: 32 hex digits. Submitting chooses them.
    id: str
    #: A path below the source's folder or prefix, as the client gave it.
    file_name: str
    #: How to read the file, and what to sum. Never changes.
    options: Options
    #: The version of the file at submission. Workers read this version and no other.
    version: FileVersion
    submitted_at: datetime
    #: When a worker or the sweeper last changed the job. The sweeper finds stale jobs by it.
    updated_at: datetime
    #: The name of the client that submitted it.
    client: str = OPEN.name
    status: Status = Status.QUEUED
    #: The first start; a worker that takes over does not change it.
    started_at: datetime | None = None
    finished_at: datetime | None = None
    #: How often the job was sent: at submission, and by the sweeper.
    attempts: int = 1
    #: Whether its result may answer later submissions. Not if the file could get another content
    #: and keep its version.
    is_reusable: bool = True
    #: The id of the job whose result it has; None if its file was summed for it.
    cached_from: str | None = None
    #: How the file is written. The worker that finishes the job writes it, or the one that cuts the
    #: file.
    dialect: Dialect | None = None
    #: How the file is cut. The first worker writes it; None while the file is not cut.
    plan: Plan | None = None
    #: The groups whose parts are all done. The worker that completes one adds it.
    done_groups: frozenset[int] = field(default=frozenset())
    #: How many parts assumed a wrong start state, and how many groups have any of them. The worker
    #: that settles the parts writes both once.
    expected_reruns: int = 0
    expected_rerun_groups: int = 0
    #: Those of these groups whose reruns are all done.
    done_rerun_groups: frozenset[int] = field(default=frozenset())
    #: The parts whose sums are stored. They have items of their own; empty until these are read.
    done_parts: frozenset[int] = field(default=frozenset())
    #: Whether a worker had to stop because it ran out of time.
    has_overrun: bool = False
    #: The detail of the last error that a retry may fix; a job that is given up repeats it.
    last_error: str | None = None
    #: Why it failed; only with the status failed.
    problem: Problem | None = None
    #: Only with the status succeeded, as the ledger.
    result: Result | None = None
    ledger: Ledger | None = None

    @property
    def parts(self) -> int:
        return self.plan.count if self.plan else 1

    @property
    def parts_complete(self) -> bool:
        """Whether the sums of all parts are stored."""
        return self.plan is not None and len(self.done_groups) >= self.plan.groups

    @property
    def reruns_complete(self) -> bool:
        """Whether the sums of all reruns are stored."""
        return len(self.done_rerun_groups) >= self.expected_rerun_groups

    @property
    def parts_done(self) -> int:
        return self.parts if self.status is Status.SUCCEEDED else len(self.done_parts)

    @property
    def bytes_done(self) -> int:
        """How many bytes of the file the done parts have."""
        if self.status is Status.SUCCEEDED:
            return self.version.size
        if self.plan is None:
            return 0
        return sum(len(self.plan.range_of(number)) for number in self.done_parts)


def utc_now() -> datetime:
    return datetime.now(UTC)


def as_text(moment: datetime) -> str:
    """Format as ISO 8601 in UTC with milliseconds, so that texts sort as the moments do."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def is_id(text: str) -> bool:
    return ID.fullmatch(text) is not None


def place_of(job: Job) -> str:
    """Return a job's place in the list of jobs: texts that sort by the time of submission."""
    return f"{as_text(job.submitted_at)}#{job.id}"


def queued(
    job_id: str, file_name: str, options: Options, version: FileVersion, now: datetime
) -> Job:
    """Return the record of a job that was just accepted."""
    return Job(job_id, file_name, options, version, submitted_at=now, updated_at=now)


def start_of(ledger: Ledger, finished_at: datetime) -> datetime:
    """Return when a job started, from its ledger and its end."""
    return finished_at - timedelta(seconds=ledger.seconds)


def seconds_since_start(job: Job, now: datetime) -> float:
    """Return the seconds since the first start, or the submission, rounded to milliseconds."""
    return round((now - (job.started_at or job.submitted_at)).total_seconds(), 3)
