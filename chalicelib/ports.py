"""The doors to the outside, as the service sees them. The real ones are in ``aws/``."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chalicelib.jobs import FileVersion, Job, Ledger, Problem, Result


@dataclass(frozen=True, slots=True)
class Message:
    """What travels on a queue: a job, or one part of it."""

    job: str
    part: int | None = None


class Source(Protocol):
    """Where CSV files are read from; never written to."""

    def version(self, name: str) -> FileVersion:
        """The file's present version. Raises FileMissing for what is not there, not allowed or not a plain file."""
        ...

    def read(self, name: str, version: FileVersion, start: int = 0) -> Iterator[bytes]:
        """The bytes of exactly that version from ``start`` to the end, in blocks.

        Raises FileChanged when the file is another version by now, FileGone when it is not there, TryAgain when it
        does not answer.
        """
        ...


class Jobs(Protocol):
    """The store of jobs. Each change names its legal source states; a refused one changes nothing.

    ``start``, ``touch``, ``succeed`` and ``fail`` return the job as it is after the write, whoever won.
    """

    def put(self, job: Job) -> None: ...

    def get(self, job_id: str) -> Job:
        """Raises UnknownJob."""
        ...

    def remove_unsent(self, job_id: str) -> None:
        """Take back a job that nobody was told of; only while it is queued."""
        ...

    def start(self, job_id: str, now: datetime) -> Job: ...

    def note(self, job_id: str, text: str) -> None:
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

    def untouched_since(self, before: datetime) -> Sequence[Job]:
        """The jobs in progress that nothing has happened to since then."""
        ...


class Queue(Protocol):
    """Both work queues: jobs, and parts."""

    def send(self, message: Message) -> None:
        """Raises ServiceDown."""
        ...

    def waiting(self) -> int:
        """About how many messages wait to be received, in both queues."""
        ...
