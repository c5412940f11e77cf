"""A job, its life, and what it becomes. Pure Python.

A job is queued, then running, then ended: succeeded or failed. ALLOWED_FROM is the one table of legal changes; the store
makes each row of it the condition of its write.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from chalicelib.engine.options import Options
from chalicelib.engine.sums import as_json_number
from chalicelib.errors import BadCsv, CsvsumError, Fault
from chalicelib.jobs.parts import Plan


class Status(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        return self in (Status.SUCCEEDED, Status.FAILED)


# The states from which a job may enter the state on the left. Running to running: a worker takes over a job whose
# worker died. Queued to succeeded is not legal: nobody has read the file.
ALLOWED_FROM: dict[Status, frozenset[Status]] = {
    Status.RUNNING: frozenset({Status.QUEUED, Status.RUNNING}),
    Status.SUCCEEDED: frozenset({Status.RUNNING}),
    Status.FAILED: frozenset({Status.QUEUED, Status.RUNNING}),
}


@dataclass(frozen=True, slots=True)
class FileVersion:
    """The one version of a file that a job sums: its size in bytes and its ETag (or inode, time of change and size)."""

    size: int
    etag: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a job failed. ``line`` is 1-based, ``byte_offset`` 0-based; ``column`` is a name from the header."""

    code: str
    detail: str
    line: int | None = None
    column: str | None = None
    byte_offset: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The exact totals of a job, as decimal digits, in the order of the columns."""

    names: tuple[str, ...]
    totals: tuple[str, ...]
    is_integer: tuple[bool, ...]
    values: tuple[int, ...]
    missing: tuple[int, ...]
    skipped: tuple[int, ...]

    def numbers(self) -> dict[str, int | float | None]:
        """Each column's total as a JSON number."""
        return {
            name: as_json_number(total, is_integer)
            for name, total, is_integer in zip(
                self.names, self.totals, self.is_integer, strict=True
            )
        }

    def exact(self) -> dict[str, str]:
        """Each column's total in all its digits."""
        return dict(zip(self.names, self.totals, strict=True))


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was read, so that a user can cross-check: data ``rows``, ``bytes`` of the file, ``parts``, wall ``seconds``."""

    rows: int
    bytes: int
    parts: int
    seconds: float
    kernel: str


@dataclass(frozen=True, slots=True)
class Job:
    """``expected_reruns`` parts assumed the wrong start state and are summed again; ``done_reruns`` of them are in."""

    id: str
    csv: str
    options: Options
    file: FileVersion
    submitted_at: datetime
    updated_at: datetime
    status: Status = Status.QUEUED
    started_at: datetime | None = None
    finished_at: datetime | None = None
    attempts: int = 1
    plan: Plan | None = None
    done_parts: frozenset[int] = field(default=frozenset())
    expected_reruns: int = 0
    done_reruns: frozenset[int] = field(default=frozenset())
    last_error: str | None = None
    problem: Problem | None = None
    result: Result | None = None
    ledger: Ledger | None = None

    @property
    def parts(self) -> int:
        return self.plan.count if self.plan else 1

    @property
    def missing_parts(self) -> list[int]:
        """The parts whose sums are not in yet."""
        return [number for number in range(self.parts) if number not in self.done_parts]

    @property
    def reruns_complete(self) -> bool:
        """Whether all parts that had to be summed again are in again."""
        return len(self.done_reruns) >= self.expected_reruns

    @property
    def parts_done(self) -> int:
        return self.parts if self.status is Status.SUCCEEDED else len(self.done_parts)

    @property
    def bytes_done(self) -> int:
        """How much of the file the finished parts are."""
        if self.status is Status.SUCCEEDED:
            return self.file.size
        return (
            sum(len(self.plan.range_of(number)) for number in self.done_parts) if self.plan else 0
        )


def utc_now() -> datetime:
    return datetime.now(UTC)


def as_text(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds: texts sort as the moments do."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


SHOWN_NAME_CHARS = 200
ID = re.compile("[0-9a-f]{32}")


def is_id(text: str) -> bool:
    return ID.fullmatch(text) is not None


def queued(job_id: str, csv: str, options: Options, file: FileVersion, now: datetime) -> Job:
    return Job(job_id, csv, options, file, submitted_at=now, updated_at=now)


def seconds_since_start(job: Job, now: datetime) -> float:
    return round((now - (job.started_at or job.submitted_at)).total_seconds(), 3)


def problem_of(error: CsvsumError, names: dict[int, str]) -> Problem:
    """The problem to show for an error; ``names`` are those of the summed columns by index."""
    if isinstance(error, BadCsv):
        return _problem_at(error.fault, names)
    return Problem(error.code, error.detail)


def _short(name: str) -> str:
    """A column's name as a problem tells it: a longer one would not fit into the item of its job."""
    return name if len(name) <= SHOWN_NAME_CHARS else name[:SHOWN_NAME_CHARS] + "…"


def _problem_at(fault: Fault, names: dict[int, str]) -> Problem:
    column = (
        None if fault.column is None else _short(names.get(fault.column, f"column {fault.column}"))
    )
    line = None if fault.line is None else fault.line + 1
    places = [
        f"line {line}" if line is not None else "",
        f"column {column!r}" if column is not None else "",
        f"byte {fault.byte}" if fault.byte is not None else "",
    ]
    where = ", ".join(place for place in places if place)
    detail = f"{where}: {fault.message}." if where else f"{fault.message}."
    return Problem(fault.code, detail[0].upper() + detail[1:], line, column, fault.byte)
