"""The ports: what the use cases need from outside. ``chalicelib/adapters`` implements them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from chalicelib.engine.dialect import Dialect
from chalicelib.engine.states import State
from chalicelib.engine.sums import ColumnSum
from chalicelib.jobs.job import FileVersion, Job, Ledger, Problem, Result
from chalicelib.jobs.parts import Outcome, Plan, Rerun, Run

Clock = Callable[[], datetime]
"""Returns the present moment, in UTC."""


@dataclass(frozen=True, slots=True)
class Message:
    """What a queue delivers: a job, or one part of it."""

    job: str
    part: int | None = None
    #: The start state of a rerun; None if the worker must find it.
    start: State | None = None
    #: The job as it was submitted, which spares its first worker a read.
    record: Job | None = None
    #: The reruns to send one after the other once this one is done.
    following: tuple[Rerun, ...] = ()
    #: Whether it was delivered before. The queue sets it, so it is not sent.
    redelivered: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class SavedPart:
    """The outcome of a part, and its sums, which are read on demand, and one at a time."""

    outcome: Outcome
    columns: Callable[[], Iterable[ColumnSum]]


@dataclass(frozen=True, slots=True)
class GroupCount:
    """The counts of a group after a part was added to it."""

    done: frozenset[int]
    #: Whether the part was not done before.
    is_new: bool
    #: How many reruns the group must have; 0 for first runs, whose number the plan has.
    expected: int = 0


class Probe(NamedTuple):
    """A file's version, and its first bytes: formats.HEAD_BYTES, or all of it."""

    version: FileVersion
    head: bytes
    #: Whether another content of the file would certainly have another version.
    is_settled: bool = True


class Source(Protocol):
    """Where CSV files are. It is only read."""

    def probe(self, name: str) -> Probe:
        """Return the file's present version and its first bytes, in one call if possible.

        Raise as ``version`` and ``read`` do, so that a file is refused early that cannot be read.
        """
        ...

    def version(self, name: str) -> FileVersion:
        """Return the file's present version.

        Raise FileMissing if the file does not exist, cannot be read or is not a plain file, and
        TryAgain if the source does not answer.
        """
        ...

    def read(
        self, name: str, version: FileVersion, start: int = 0, expected_end: int | None = None
    ) -> Iterator[bytes]:
        """Yield the bytes of exactly that version from ``start`` to the end, in blocks.

        ``expected_end`` is a hint: nothing beyond it is prefetched.

        Raise FileChanged if the file has another version, FileGone if it no longer exists, and
        TryAgain if the source does not answer.
        """
        ...


class Jobs(Protocol):
    """The store of jobs. Each change is refused unless the status allows it; then nothing happens.

    Where ended jobs are announced, each write that ends a job marks it and sets ``updated_at``.

    Methods that return a job return it as it is after the write, also if another worker was faster.
    All raise ServiceDown if the store does not answer. Methods that change a job raise UnknownJob
    if it is unknown or expired.
    """

    def put(self, job: Job) -> bool:
        """Store a new job. Return False if there is one with its id already; it stays."""
        ...

    def put_within(self, job: Job, limit: int) -> bool:
        """Store a new job as ``put`` does, and count it to its client until it is final.

        Raise TooManyJobs if the client has ``limit`` such jobs already. No number of calls at the
        same time exceeds the limit.
        """
        ...

    def put_ended(self, job: Job) -> bool:
        """Store a new job that has ended already, with its result or problem, as ``put`` does."""
        ...

    def get(self, job_id: str) -> Job:
        """Return a job. Raises UnknownJob."""
        ...

    def find(self, job_id: str) -> Job | None:
        """Return a job, or None when it is unknown or expired."""
        ...

    def remove_unsent(self, job_id: str) -> None:
        """Remove a job whose message could not be sent, if it is still queued."""
        ...

    def start(self, job_id: str, now: datetime) -> Job:
        """Move a job to running. The time of the first start stays."""
        ...

    def plan(self, job_id: str, plan: Plan, dialect: Dialect, now: datetime) -> Job:
        """Store how a running job's file is written and cut. The first of each stays."""
        ...

    def touch(self, job: Job, now: datetime) -> None:
        """Set ``updated_at`` of a running job, unless it has changed since it was read."""
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

    def succeed(
        self, job_id: str, result: Result, ledger: Ledger, dialect: Dialect, now: datetime
    ) -> Job:
        """Finish a job with its result. If it has no start time, compute it from the ledger."""
        ...

    def fail(self, job_id: str, problem: Problem, dialect: Dialect | None, now: datetime) -> Job:
        """Finish a job with its problem, and how its file is written, if that was found."""
        ...

    def cancel(self, job_id: str, now: datetime) -> Job:
        """Finish a job because its client does not want it any more."""
        ...

    def retry(self, job: Job, now: datetime) -> bool:
        """Count one more attempt. Return False if the job has changed since it was read."""
        ...

    def set_announced(self, job_id: str) -> None:
        """Remove the mark with which the write that ended the job has left it, if it is there."""
        ...

    def not_announced_since(self, before: datetime, limit: int) -> Sequence[Job]:
        """Return up to ``limit`` jobs that ended earlier and have their mark, the oldest first."""
        ...

    def in_progress(self) -> int:
        """Return how many jobs are accepted and not final."""
        ...

    def in_progress_of(self, client: str) -> int:
        """Return how many jobs that count to a client are not final."""
        ...

    def bytes_in_progress(self) -> int:
        """Return how many bytes the files of the jobs in progress have together."""
        ...

    def not_updated_since(self, before: datetime) -> Sequence[Job]:
        """Return the jobs in progress whose last update was earlier."""
        ...


class Parts(Protocol):
    """The store of parts: their sums, and which of them are done.

    Parts are counted in groups, so that the cost of a part does not grow with their number. All
    methods raise ServiceDown if the store does not answer.
    """

    def save(self, job_id: str, outcome: Outcome, columns: Sequence[ColumnSum]) -> None:
        """Store the sums of a part under its number and start state. A repeat changes nothing."""
        ...

    def saved(self, job_id: str) -> Mapping[tuple[int, State], SavedPart]:
        """Return all stored parts by number and start state."""
        ...

    def add_done(self, job_id: str, number: int, run: Run) -> GroupCount:
        """Add a part to the done parts of its group."""
        ...

    def done(self, job_id: str, consistent: bool = True, run: Run = Run.FIRST) -> frozenset[int]:
        """Return the parts whose first run, or rerun, is done. ``consistent``: leave none out."""
        ...

    def expect_reruns(self, job_id: str, counts: Mapping[int, int]) -> None:
        """Store how many reruns each group must have. The first numbers stay."""
        ...


class ReplyStore(Protocol):
    """Stores replies too large for HTTP and returns a link."""

    def publish(self, key: str, text: str) -> str:
        """Store a JSON text and return a URL that serves it for some minutes."""
        ...

    def origin(self) -> str:
        """Return the scheme and the host of these URLs."""
        ...


class Queue(Protocol):
    """Both work queues: that of jobs, and that of parts."""

    def send(self, messages: Sequence[Message]) -> None:
        """Send all messages. Raise ServiceDown if any was not sent; others may have been sent."""
        ...

    def waiting(self) -> int:
        """Return about how many messages are in both queues, including those that are hidden."""
        ...


class Deliveries(Protocol):
    """The messages that workers receive."""

    def held(self, record: Mapping[str, Any]) -> AbstractContextManager[None]:
        """Return a context for the work on a message, which is passed as Lambda passes it.

        The message stays hidden for as long as the work takes, and little longer, so that it is
        redelivered soon after a worker dies. If the work raises, it is redelivered after a pause
        that grows with each delivery, so that a long outage does not use up all deliveries.
        """
        ...
