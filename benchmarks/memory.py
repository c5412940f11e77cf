"""The service without its services: jobs and messages in memory, files from a folder, and a count of what is read."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chalicelib.adapters.folder_source import FolderSource
from chalicelib.engine.states import State
from chalicelib.engine.sums import ColumnSum
from chalicelib.jobs.job import FileVersion, Job, Ledger, Problem, Result, Status
from chalicelib.jobs.parts import Outcome, Plan
from chalicelib.jobs.ports import Message, SavedPart
from chalicelib.jobs.service import Doors

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Read:
    """One read of a file: from ``start``, likely ``until`` there; ``size`` bytes were handed out in the end."""

    start: int
    expected_end: int
    size: int


@dataclass
class CountingFolder:
    """A ``ports.Source`` over a folder that keeps a list of its reads."""

    folder: FolderSource
    reads: list[Read] = field(default_factory=list)

    def version(self, name: str) -> FileVersion:
        return self.folder.version(name)

    def read(
        self, name: str, version: FileVersion, start: int = 0, expected_end: int | None = None
    ) -> Iterator[bytes]:
        size = 0
        try:
            for block in self.folder.read(name, version, start, expected_end):
                size += len(block)
                yield block
        finally:
            self.reads.append(
                Read(start, version.size if expected_end is None else expected_end, size)
            )


@dataclass
class MemoryQueue:
    """A ``ports.Queue`` whose messages are delivered once each, in order; ``again`` are those of parts summed again."""

    waiting_messages: deque[Message] = field(default_factory=deque)
    again: list[Message] = field(default_factory=list)

    def send(self, messages: Sequence[Message]) -> None:
        self.waiting_messages.extend(messages)
        self.again += [message for message in messages if message.start is not None]

    def waiting(self) -> int:
        return len(self.waiting_messages)


class MemoryOutbox:
    """A ``ports.ReplyStore`` that nothing is put into."""

    def publish(self, key: str, text: str) -> str:
        raise NotImplementedError(key, text)


@dataclass
class MemoryJobs:
    """A ``ports.Jobs`` for one worker: nobody else changes anything, so no write has to be refused."""

    jobs: dict[str, Job] = field(default_factory=dict)
    parts: dict[tuple[int, State], SavedPart] = field(default_factory=dict)

    def put(self, job: Job) -> None:
        self.jobs[job.id] = job

    def get(self, job_id: str) -> Job:
        return self.jobs[job_id]

    def remove_unsent(self, job_id: str) -> None:
        del self.jobs[job_id]

    def start(self, job_id: str, now: datetime) -> Job:
        return self._keep(replace(self.jobs[job_id], status=Status.RUNNING, started_at=now))

    def plan(self, job_id: str, plan: Plan, now: datetime) -> Job:
        return self._keep(replace(self.jobs[job_id], plan=plan, updated_at=now))

    def save_part(self, job_id: str, outcome: Outcome, columns: Sequence[ColumnSum]) -> None:  # noqa: ARG002
        self.parts[outcome.number, outcome.start] = SavedPart(outcome, lambda: tuple(columns))

    def saved_parts(self, job_id: str) -> Mapping[tuple[int, State], SavedPart]:  # noqa: ARG002
        return dict(self.parts)

    def add_done(self, job_id: str, number: int, now: datetime) -> Job:
        job = self.jobs[job_id]
        return self._keep(replace(job, done_parts=job.done_parts | {number}, updated_at=now))

    def expect_reruns(self, job_id: str, count: int, now: datetime) -> Job:
        job = self.jobs[job_id]
        return self._keep(
            replace(job, expected_reruns=job.expected_reruns or count, updated_at=now)
        )

    def add_done_rerun(self, job_id: str, number: int, now: datetime) -> Job:
        job = self.jobs[job_id]
        return self._keep(replace(job, done_reruns=job.done_reruns | {number}, updated_at=now))

    def set_last_error(self, job_id: str, text: str) -> None:
        self._keep(replace(self.jobs[job_id], last_error=text))

    def succeed(self, job_id: str, result: Result, ledger: Ledger, now: datetime) -> Job:
        return self._keep(
            replace(
                self.jobs[job_id],
                status=Status.SUCCEEDED,
                result=result,
                ledger=ledger,
                finished_at=now,
            )
        )

    def fail(self, job_id: str, problem: Problem, now: datetime) -> Job:
        return self._keep(
            replace(self.jobs[job_id], status=Status.FAILED, problem=problem, finished_at=now)
        )

    def retry(self, job: Job, now: datetime) -> bool:
        raise NotImplementedError(job.id, now)

    def in_progress(self) -> int:
        return sum(not job.status.is_final for job in self.jobs.values())

    def not_updated_since(self, before: datetime) -> Sequence[Job]:
        raise NotImplementedError(before)

    def _keep(self, job: Job) -> Job:
        self.jobs[job.id] = job
        return job


def doors(root: str, part_bytes: int) -> tuple[Doors, MemoryJobs, MemoryQueue, CountingFolder]:
    """Everything in memory over the files of a folder, with the kernel that a worker would take."""
    from benchmarks.ours import kernel

    jobs, queue, source = MemoryJobs(), MemoryQueue(), CountingFolder(FolderSource(root))
    return (
        Doors(
            jobs,
            queue,
            source,
            kernel(),
            MemoryOutbox(),
            part_bytes,
            stale_after=DAY,
            give_up_after=DAY,
        ),
        jobs,
        queue,
        source,
    )
