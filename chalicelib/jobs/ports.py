"""The doors to the outside, as the service sees them. The real ones are in ``aws/``."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from chalicelib.engine.states import State
from chalicelib.engine.sums import ColumnSum
from chalicelib.jobs.job import FileVersion, Job, Ledger, Problem, Result
from chalicelib.jobs.parts import Outcome, Plan


@dataclass(frozen=True, slots=True)
class Message:
    """What travels on a queue: a job, or one part of it, and the state it starts in where that was found out."""

    job: str
    part: int | None = None
    start: State | None = None


@dataclass(frozen=True, slots=True)
class SavedPart:
    """The outcome of a part, and its sums, which are fetched only when asked for."""

    outcome: Outcome
    columns: Callable[[], tuple[ColumnSum, ...]]


class Source(Protocol):
    """Where CSV files are read from; never written to."""

    def version(self, name: str) -> FileVersion:
        """The file's present version. Raises FileMissing for what is not there, not allowed or not a plain file."""
        ...

    def read(
        self, name: str, version: FileVersion, start: int = 0, expected_end: int | None = None
    ) -> Iterator[bytes]:
        """The bytes of exactly that version from ``start`` to the end, in blocks.

        ``expected_end`` is a hint: nothing beyond it is prefetched.

        Raises FileChanged when the file is another version by now, FileGone when it is not there, TryAgain when it
        does not answer.
        """
        ...


class Jobs(Protocol):
    """The store of jobs. Each change names its legal source states; a refused one changes nothing.

    Those that return a job return it as it is after the write, whoever won.
    """

    def put(self, job: Job) -> None: ...

    def get(self, job_id: str) -> Job:
        """Raises UnknownJob."""
        ...

    def remove_unsent(self, job_id: str) -> None:
        """Take back a job that nobody was told of; only while it is queued."""
        ...

    def start(self, job_id: str, now: datetime) -> Job: ...

    def plan(self, job_id: str, plan: Plan, now: datetime) -> Job:
        """Keep how a running job's file is cut; a plan that is there already stays."""
        ...

    def save_part(self, job_id: str, outcome: Outcome, columns: Sequence[ColumnSum]) -> None:
        """Keep the sums of a part under its number and start state; the same part may be saved any number of times."""
        ...

    def saved_parts(self, job_id: str) -> Mapping[tuple[int, State], SavedPart]: ...

    def add_done(self, job_id: str, number: int, now: datetime) -> Job:
        """Add a part to the done parts of a running job."""
        ...

    def expect_reruns(self, job_id: str, count: int, now: datetime) -> Job:
        """Keep how many parts are summed again; a number that is there already stays."""
        ...

    def add_done_rerun(self, job_id: str, number: int, now: datetime) -> Job: ...

    def set_last_error(self, job_id: str, text: str) -> None:
        """Keep the last problem met on the way, for whoever has to give up."""
        ...

    def succeed(self, job_id: str, result: Result, ledger: Ledger, now: datetime) -> Job: ...

    def fail(self, job_id: str, problem: Problem, now: datetime) -> Job: ...

    def retry(self, job: Job, now: datetime) -> bool:
        """Count one more attempt, unless the job has moved since it was read."""
        ...

    def in_progress(self) -> int:
        """How many jobs are accepted and not yet ended."""
        ...

    def not_updated_since(self, before: datetime) -> Sequence[Job]:
        """The jobs in progress that nothing has happened to since then."""
        ...


class ReplyStore(Protocol):
    """Where replies go that are too large to be given at once."""

    def publish(self, key: str, text: str) -> str:
        """Keep a JSON text and return a URL that gives it for some minutes."""
        ...


class Queue(Protocol):
    """Both work queues: jobs, and parts."""

    def send(self, messages: Sequence[Message]) -> None:
        """Send all of them; raises ServiceDown when one was not sent, others may have been."""
        ...

    def waiting(self) -> int:
        """About how many messages wait to be received, in both queues."""
        ...


class Deliveries(Protocol):
    """The messages that workers are given."""

    def redeliver_soon(self, record: Mapping[str, Any]) -> AbstractContextManager[None]:
        """Return a context for the work on a message, which is given as Lambda gives it.

        When the work raises for the first time, the message comes back within seconds instead of
        after its visibility timeout, which is many times longer than any work. Later failures wait
        for that timeout, so that a long outage does not use up all deliveries of the message.
        """
        ...
