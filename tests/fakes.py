"""In-memory doors with the contracts of the real ones; tests/contract holds both to them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.engine.states import State
from chalicelib.engine.sums import ColumnSum
from chalicelib.errors import FileChanged, FileGone, FileMissing, UnknownJob
from chalicelib.jobs.job import ALLOWED_FROM, FileVersion, Job, Ledger, Problem, Result, Status
from chalicelib.jobs.parts import Outcome, Plan
from chalicelib.jobs.ports import Message, SavedPart


@dataclass
class MemorySource:
    files: dict[str, bytes] = field(default_factory=dict)
    block_bytes: int = 1 << 16

    def version(self, name: str) -> FileVersion:
        if name not in self.files:
            raise FileMissing(name)
        data = self.files[name]
        return FileVersion(len(data), f"{hash(data):x}")

    def read(
        self, name: str, version: FileVersion, start: int = 0, expected_end: int | None = None
    ) -> Iterator[bytes]:
        if name not in self.files:
            raise FileGone(name)
        data = self.files[name]
        if self.version(name) != version:
            raise FileChanged(name)
        return (
            data[at : at + self.block_bytes] for at in range(start, len(data), self.block_bytes)
        )


@dataclass
class MemoryQueue:
    sent: list[Message] = field(default_factory=list)

    def send(self, messages: Sequence[Message]) -> None:
        self.sent += messages

    def waiting(self) -> int:
        return len(self.sent)


@dataclass
class MemoryOutbox:
    published: dict[str, str] = field(default_factory=dict)

    def publish(self, key: str, text: str) -> str:
        self.published[key] = text
        return f"memory:{key}"


class MemoryJobs:
    def __init__(self) -> None:
        self.records: dict[str, Job] = {}
        self.parts: dict[str, dict[tuple[int, State], SavedPart]] = {}

    def put(self, job: Job) -> None:
        assert job.id not in self.records
        self.records[job.id] = job

    def get(self, job_id: str) -> Job:
        if job_id not in self.records:
            raise UnknownJob
        return self.records[job_id]

    def remove_unsent(self, job_id: str) -> None:
        if self.get(job_id).status is Status.QUEUED:
            del self.records[job_id]

    def start(self, job_id: str, now: datetime) -> Job:
        return self._change(
            job_id, Status.RUNNING, updated_at=now, started_at=self.get(job_id).started_at or now
        )

    def plan(self, job_id: str, plan: Plan, now: datetime) -> Job:
        return self._change(
            job_id, Status.RUNNING, updated_at=now, plan=self.get(job_id).plan or plan
        )

    def save_part(self, job_id: str, outcome: Outcome, columns: Sequence[ColumnSum]) -> None:
        self.parts.setdefault(job_id, {})[outcome.number, outcome.start] = SavedPart(
            outcome, lambda: tuple(columns)
        )

    def saved_parts(self, job_id: str) -> Mapping[tuple[int, State], SavedPart]:
        return dict(self.parts.get(job_id, {}))

    def add_done(self, job_id: str, number: int, now: datetime) -> Job:
        return self._change(
            job_id,
            Status.RUNNING,
            updated_at=now,
            done_parts=self.get(job_id).done_parts | {number},
        )

    def expect_reruns(self, job_id: str, count: int, now: datetime) -> Job:
        return self._change(
            job_id,
            Status.RUNNING,
            updated_at=now,
            expected_reruns=self.get(job_id).expected_reruns or count,
        )

    def add_done_rerun(self, job_id: str, number: int, now: datetime) -> Job:
        return self._change(
            job_id,
            Status.RUNNING,
            updated_at=now,
            done_reruns=self.get(job_id).done_reruns | {number},
        )

    def set_last_error(self, job_id: str, text: str) -> None:
        self._change(job_id, Status.RUNNING, last_error=text)

    def succeed(self, job_id: str, result: Result, ledger: Ledger, now: datetime) -> Job:
        return self._change(job_id, Status.SUCCEEDED, result=result, ledger=ledger, finished_at=now)

    def fail(self, job_id: str, problem: Problem, now: datetime) -> Job:
        return self._change(job_id, Status.FAILED, problem=problem, finished_at=now)

    def retry(self, job: Job, now: datetime) -> bool:
        present = self.get(job.id)
        if (present.status, present.updated_at) != (job.status, job.updated_at):
            return False
        self.records[job.id] = replace(present, updated_at=now, attempts=present.attempts + 1)
        return True

    def in_progress(self) -> int:
        return sum(not job.status.is_final for job in self.records.values())

    def not_updated_since(self, before: datetime) -> Sequence[Job]:
        return [
            job
            for job in self.records.values()
            if not job.status.is_final and job.updated_at < before
        ]

    def _change(self, job_id: str, to: Status, **changes: object) -> Job:
        job = self.get(job_id)
        if job.status in ALLOWED_FROM[to]:
            self.records[job_id] = replace(job, status=to, **changes)  # type: ignore[arg-type]
        return self.records[job_id]
