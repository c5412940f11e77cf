"""The ports: what the use cases need from outside. ``chalicelib/adapters`` implements them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from chalicelib.engine.states import State
from chalicelib.engine.sums import ColumnSum
from chalicelib.jobs.job import FileVersion, Job, Ledger, Problem, Result
from chalicelib.jobs.parts import Outcome, Plan, Run

Clock = Callable[[], datetime]
"""Returns the present moment, in UTC."""


@dataclass(frozen=True, slots=True)
class Message:
    """What travels on a queue: a job, or one part of it."""

    job: str
    part: int | None = None
    #: The state in which a rerun starts; None where the worker is to find it out.
    start: State | None = None
    #: Whether it was delivered before. Not sent: the queue knows.
    redelivered: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class SavedPart:
    """The outcome of a part, and its sums, which are read when they are asked for."""

    outcome: Outcome
    columns: Callable[[], tuple[ColumnSum, ...]]


@dataclass(frozen=True, slots=True)
class GroupCount:
    """What is counted in a group of parts once a part was added to it."""

    done: frozenset[int]
    #: Whether the part was not among them before.
    is_new: bool
    #: How many reruns the group is to have; 0 for first runs, whose number the plan has.
    expected: int = 0


class Source(Protocol):
    """Where CSV files are read from. It is never written to."""

    def version(self, name: str) -> FileVersion:
        """Return the file's present version.

        Raises FileMissing for what is not there, may not be read or is no plain file, and TryAgain
        when the source does not answer.
        """
        ...

    def read(
        self, name: str, version: FileVersion, start: int = 0, expected_end: int | None = None
    ) -> Iterator[bytes]:
        """Yield the bytes of exactly that version from ``start`` to the end, in blocks.

        ``expected_end`` is a hint: nothing beyond it is prefetched.

        Raises FileChanged when the file has another version, FileGone when it does not exist any
        more, and TryAgain when the source does not answer.
        """
        ...


class Jobs(Protocol):
    """The store of jobs. Every change names its legal source statuses; a refused one does nothing.

    Methods that return a job return it as it is after the write, whoever won. All raise
    ServiceDown when the store does not answer, and those that change a job UnknownJob when it is
    unknown or expired.
    """

    def put(self, job: Job) -> None:
        """Store a new job."""
        ...

    def get(self, job_id: str) -> Job:
        """Return a job. Raises UnknownJob."""
        ...

    def find(self, job_id: str) -> Job | None:
        """Return a job, or None when it is unknown or expired."""
        ...

    def remove_unsent(self, job_id: str) -> None:
        """Remove a job whose message could not be sent; only while it is queued."""
        ...

    def start(self, job_id: str, now: datetime) -> Job:
        """Move a job to running. The time of the first start stays."""
        ...

    def plan(self, job_id: str, plan: Plan, now: datetime) -> Job:
        """Store how a running job's file is cut. The first plan stays."""
        ...

    def touch(self, job: Job, now: datetime) -> None:
        """Move ``updated_at`` of a running job on, unless that was done since it was read."""
        ...

    def add_done_group(self, job_id: str, group: int, run: Run) -> Job:
        """Add a group whose parts are all done to those of a running job."""
        ...

    def expect_reruns(self, job_id: str, count: int, groups: int, now: datetime) -> Job:
        """Store how many parts of how many groups are rerun. The first numbers stay."""
        ...

    def set_overrun(self, job_id: str) -> None:
        """Store that a worker had to stop because its time was up."""
        ...

    def set_last_error(self, job_id: str, text: str) -> None:
        """Store the detail of the last error that a retry may fix."""
        ...

    def succeed(self, job_id: str, result: Result, ledger: Ledger, now: datetime) -> Job:
        """Finish a job with its result. Unless it was started before, the ledger says when."""
        ...

    def fail(self, job_id: str, problem: Problem, now: datetime) -> Job:
        """Finish a job with its problem."""
        ...

    def retry(self, job: Job, now: datetime) -> bool:
        """Count one more attempt. Returns False when the job has changed since it was read."""
        ...

    def in_progress(self) -> int:
        """Return how many jobs are accepted and not final."""
        ...

    def bytes_in_progress(self) -> int:
        """Return how many bytes the files of the jobs in progress have together."""
        ...

    def not_updated_since(self, before: datetime) -> Sequence[Job]:
        """Return the jobs in progress that were last updated before that moment."""
        ...


class Parts(Protocol):
    """The store of parts: their sums, and which of them are done.

    They are counted in groups, so that the cost of a part does not grow with their number. All
    methods raise ServiceDown when the store does not answer.
    """

    def save(self, job_id: str, outcome: Outcome, columns: Sequence[ColumnSum]) -> None:
        """Store the sums of a part under its number and start state, any number of times."""
        ...

    def saved(self, job_id: str) -> Mapping[tuple[int, State], SavedPart]:
        """Return all stored parts by number and start state."""
        ...

    def add_done(self, job_id: str, number: int, run: Run) -> GroupCount:
        """Add a part to the done ones of its group."""
        ...

    def done(self, job_id: str, consistent: bool = True) -> frozenset[int]:
        """Return the parts of which a first run is done. ``consistent``: none is left out."""
        ...

    def expect_reruns(self, job_id: str, counts: Mapping[int, int]) -> None:
        """Store how many reruns each group is to have. The first numbers stay."""
        ...


class ReplyStore(Protocol):
    """Stores replies too large for HTTP and returns a link."""

    def publish(self, key: str, text: str) -> str:
        """Store a JSON text and return a URL that serves it for some minutes."""
        ...


class Queue(Protocol):
    """Both work queues: that of jobs, and that of parts."""

    def send(self, messages: Sequence[Message]) -> None:
        """Send all messages. Raises ServiceDown when one was not sent; others may have been."""
        ...

    def waiting(self) -> int:
        """Return about how many messages are in both queues, those that workers have included."""
        ...


class Deliveries(Protocol):
    """The messages that workers are given."""

    def held(self, record: Mapping[str, Any]) -> AbstractContextManager[None]:
        """Return a context for the work on a message, which is given as Lambda gives it.

        The message stays hidden while the work goes on, however long, and no more than some seconds
        longer, so that it comes back soon when the worker dies. When the work raises, it comes back
        after a pause that grows with each delivery, so that a long outage does not use them all up.
        """
        ...
