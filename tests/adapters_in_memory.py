"""Adapters in memory, for tests and benchmarks; tests/contract holds them to the real contracts."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from chalicelib.engine.dialect import Dialect
from chalicelib.engine.formats import HEAD_BYTES
from chalicelib.engine.kernel import Kernel
from chalicelib.engine.states import State
from chalicelib.engine.sums import ColumnSum
from chalicelib.errors import FileChanged, FileGone, FileMissing, TooManyJobs, UnknownJob
from chalicelib.jobs.client_ports import Claim
from chalicelib.jobs.files import PAGE_ENTRIES, Catalog, FilePage, FoundFile, WantedFiles
from chalicelib.jobs.job import (
    ALLOWED_FROM,
    FileVersion,
    Job,
    Ledger,
    Problem,
    Result,
    Status,
    place_of,
    start_of,
)
from chalicelib.jobs.outcome_ports import Announcement
from chalicelib.jobs.parts import Outcome, Plan, Run, group_of
from chalicelib.jobs.ports import GroupCount, Message, Probe, SavedPart, Source
from chalicelib.jobs.tokens import StoredToken

#: When all files were written.
WRITTEN = datetime(2026, 11, 24, 11, tzinfo=UTC)


@dataclass
class MemorySource:
    """A ``ports.Source`` over a dictionary of files."""

    files: dict[str, bytes] = field(default_factory=dict)
    block_bytes: int = 1 << 16

    def version(self, name: str) -> FileVersion:
        if name not in self.files:
            raise FileMissing(name)
        data = self.files[name]
        return FileVersion(len(data), f"{hash(data):x}")

    def probe(self, name: str) -> Probe:
        return Probe(self.version(name), self.files[name][:HEAD_BYTES])

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
    """A ``ports.Queue``. To deliver a message, take it out of ``sent``."""

    sent: list[Message] = field(default_factory=list)

    def send(self, messages: Sequence[Message]) -> None:
        self.sent += messages

    def waiting(self) -> int:
        return len(self.sent)


@dataclass
class MemoryReplies:
    """A ``ports.ReplyStore``."""

    published: dict[str, str] = field(default_factory=dict)

    def publish(self, key: str, text: str) -> str:
        self.published[key] = text
        return f"memory:{key}"

    def origin(self) -> str:
        return "https://storage.test"


@dataclass
class MemoryCatalog:
    """A ``files.Catalog`` over the files in memory."""

    source: MemorySource = field(default_factory=MemorySource)
    page_entries: int = PAGE_ENTRIES

    def page(self, wanted: WantedFiles) -> FilePage:
        names = sorted({_entry(name, wanted) for name in self._named(wanted)})
        left = [name for name in names if name > wanted.cursor]
        shown = left[: self.page_entries]
        return FilePage(
            tuple(
                FoundFile(name, len(self.source.files[name]), WRITTEN)
                for name in shown
                if name in self.source.files
            ),
            tuple(name for name in shown if name not in self.source.files),
            shown[-1] if len(left) > len(shown) else None,
        )

    def _named(self, wanted: WantedFiles) -> Iterator[str]:
        for name in self.source.files:
            if name.startswith(wanted.prefix) and wanted.has(name):
                yield name


def _entry(name: str, wanted: WantedFiles) -> str:
    """Return a file as it is listed: itself, or the folder that it is in."""
    end = -1 if wanted.search else name.find("/", len(wanted.prefix))
    return name if end < 0 else name[: end + 1]


@dataclass
class MemoryUploads:
    """A ``client_ports.Uploads``."""

    forms: dict[str, int] = field(default_factory=dict)

    def form(self, key: str, max_bytes: int, seconds: int) -> tuple[str, Mapping[str, str]]:
        self.forms[key] = max_bytes
        return f"{self.origin()}/uploads", {"key": key}

    def origin(self) -> str:
        return "https://storage.test"


@dataclass
class MemoryBus:
    """An ``outcome_ports.Bus``. ``refused``: the codes of refused events, by their ids."""

    sent: list[Announcement] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)

    def send(self, events: Sequence[Announcement]) -> Mapping[int, str]:
        codes = {place: self.refused.get(str(each["id"]), "") for place, each in enumerate(events)}
        self.sent += [each for place, each in enumerate(events) if not codes[place]]
        return {place: code for place, code in codes.items() if code}


@dataclass
class MemoryDeliveries:
    """A ``ports.Deliveries`` that keeps the records whose work failed."""

    redelivered: list[Mapping[str, Any]] = field(default_factory=list)

    @contextmanager
    def held(self, record: Mapping[str, Any]) -> Iterator[None]:
        try:
            yield
        except Exception:
            self.redelivered.append(record)
            raise


class MemoryJobs:
    """A ``ports.Jobs`` over dictionaries, for one thread.

    ``marks_ended``: jobs that end are marked until they are announced.
    """

    marks_ended = False

    def __init__(self) -> None:
        self.records: dict[str, Job] = {}
        self.counted: set[str] = set()
        self.marked: set[str] = set()

    def put(self, job: Job) -> bool:
        return self.records.setdefault(job.id, job) is job

    def put_within(self, job: Job, limit: int) -> bool:
        if job.id in self.records:
            return False
        if self.in_progress_of(job.client) >= limit:
            raise TooManyJobs(limit)
        self.counted.add(job.id)
        return self.put(job)

    def put_ended(self, job: Job) -> bool:
        if not self.put(job):
            return False
        self._mark(job.id)
        return True

    def get(self, job_id: str) -> Job:
        if job_id not in self.records:
            raise UnknownJob
        return self.records[job_id]

    def find(self, job_id: str) -> Job | None:
        return self.records.get(job_id)

    def remove_unsent(self, job_id: str) -> None:
        if self.get(job_id).status is Status.QUEUED:
            del self.records[job_id]

    def start(self, job_id: str, now: datetime) -> Job:
        return self._run(job_id, now, started_at=self.get(job_id).started_at or now)

    def plan(self, job_id: str, plan: Plan, dialect: Dialect, now: datetime) -> Job:
        job = self.get(job_id)
        return self._run(job_id, now, plan=job.plan or plan, dialect=job.dialect or dialect)

    def touch(self, job: Job, now: datetime) -> None:
        present = self.get(job.id)
        if (present.status, present.updated_at) == (job.status, job.updated_at):
            self.records[job.id] = replace(present, updated_at=now)

    def add_done_group(self, job_id: str, group: int, run: Run) -> Job:
        job = self.get(job_id)
        if run is Run.FIRST:
            return self._change(job_id, Status.RUNNING, done_groups=job.done_groups | {group})
        groups = job.done_rerun_groups | {group}
        return self._change(job_id, Status.RUNNING, done_rerun_groups=groups)

    def expect_reruns(self, job_id: str, count: int, groups: int, now: datetime) -> Job:
        job = self.get(job_id)
        expected = {
            "expected_reruns": job.expected_reruns or count,
            "expected_rerun_groups": job.expected_rerun_groups or groups,
        }
        return self._run(job_id, now, **expected)

    def set_overrun(self, job_id: str) -> None:
        self._change(job_id, Status.RUNNING, has_overrun=True)

    def set_last_error(self, job_id: str, text: str) -> None:
        self._change(job_id, Status.RUNNING, last_error=text)

    def succeed(
        self, job_id: str, result: Result, ledger: Ledger, dialect: Dialect, now: datetime
    ) -> Job:
        job = self.get(job_id)
        start = job.started_at or start_of(ledger, now)
        ending = {"result": result, "ledger": ledger, "finished_at": now, "started_at": start}
        return self._change(job_id, Status.SUCCEEDED, dialect=job.dialect or dialect, **ending)

    def fail(self, job_id: str, problem: Problem, dialect: Dialect | None, now: datetime) -> Job:
        found = self.get(job_id).dialect or dialect
        return self._change(job_id, Status.FAILED, problem=problem, dialect=found, finished_at=now)

    def cancel(self, job_id: str, now: datetime) -> Job:
        return self._change(job_id, Status.CANCELLED, finished_at=now)

    def set_announced(self, job_id: str) -> None:
        self.marked.discard(job_id)

    def not_announced_since(self, before: datetime, limit: int) -> Sequence[Job]:
        jobs = [self.records[job_id] for job_id in self.marked]
        old = [job for job in jobs if job.updated_at < before]
        return sorted(old, key=lambda job: job.updated_at)[:limit]

    def retry(self, job: Job, now: datetime) -> bool:
        present = self.get(job.id)
        if (present.status, present.updated_at) != (job.status, job.updated_at):
            return False
        self.records[job.id] = replace(present, updated_at=now, attempts=present.attempts + 1)
        return True

    def in_progress(self) -> int:
        return sum(not job.status.is_final for job in self.records.values())

    def in_progress_of(self, client: str) -> int:
        jobs = (self.records[job_id] for job_id in self.counted & self.records.keys())
        return sum(job.client == client and not job.status.is_final for job in jobs)

    def bytes_in_progress(self) -> int:
        return sum(job.version.size for job in self.records.values() if not job.status.is_final)

    def not_updated_since(self, before: datetime) -> Sequence[Job]:
        return [
            job
            for job in self.records.values()
            if not job.status.is_final and job.updated_at < before
        ]

    def _run(self, job_id: str, now: datetime, **changes: Any) -> Job:
        return self._change(job_id, Status.RUNNING, updated_at=now, **changes)

    def _change(self, job_id: str, to: Status, **changes: Any) -> Job:
        job = self.get(job_id)
        if job.status in ALLOWED_FROM[to]:
            self.records[job_id] = replace(job, status=to, **changes)
            self._mark(job_id)
        return self.records[job_id]

    def _mark(self, job_id: str) -> None:
        job = self.records[job_id]
        if self.marks_ended and job.finished_at:
            self.records[job_id] = replace(job, updated_at=job.finished_at)
            self.marked.add(job_id)


@dataclass
class MemoryClaims:
    """A ``ports.Claims`` over a dictionary."""

    claims: dict[str, Claim] = field(default_factory=dict)

    def claim(self, wanted: Claim, now: datetime) -> Claim:
        found = self.claims.get(wanted.key)
        if found is None or found.expires_at <= now:
            self.claims[wanted.key] = wanted
        return self.claims[wanted.key]


@dataclass
class MemoryCache:
    """An ``outcome_ports.Cache`` over a dictionary."""

    stored: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def find(self, key: str, now: datetime) -> str | None:
        job_id, expires_at = self.stored.get(key, ("", now))
        return job_id if expires_at > now else None

    def store(self, key: str, job_id: str, expires_at: datetime) -> None:
        self.stored[key] = job_id, expires_at


@dataclass
class MemoryHistory:
    """A ``ports.History`` over the jobs in memory."""

    jobs: MemoryJobs
    names: set[str] = field(default_factory=set)

    def add_client(self, name: str) -> None:
        self.names.add(name)

    def clients(self) -> Sequence[str]:
        return sorted(self.names)

    def newest(self, client: str, before: str, since: datetime | None, count: int) -> Sequence[Job]:
        found = [
            replace(job, result=None)
            for job in self.jobs.records.values()
            if job.client == client and place_of(job) < before
            if since is None or job.submitted_at >= since
        ]
        return sorted(found, key=place_of, reverse=True)[:count]

    def secret(self) -> bytes:
        return b"the secret of this world"


@dataclass
class MemoryParts:
    """A ``ports.Parts`` over dictionaries. ``counted`` has the parts by job, run and group."""

    outcomes: dict[str, dict[tuple[int, State], SavedPart]] = field(default_factory=dict)
    counted: dict[tuple[str, Run, int], frozenset[int]] = field(default_factory=dict)
    expected: dict[tuple[str, int], int] = field(default_factory=dict)

    def save(self, job_id: str, outcome: Outcome, columns: Sequence[ColumnSum]) -> None:
        part = SavedPart(outcome, lambda: tuple(columns))
        self.outcomes.setdefault(job_id, {})[outcome.number, outcome.start] = part

    def saved(self, job_id: str) -> Mapping[tuple[int, State], SavedPart]:
        return dict(self.outcomes.get(job_id, {}))

    def add_done(self, job_id: str, number: int, run: Run) -> GroupCount:
        key = job_id, run, group_of(number)
        before = self.counted.get(key, frozenset())
        self.counted[key] = before | {number}
        expected = self.expected.get((job_id, group_of(number)), 0) if run is Run.RERUN else 0
        return GroupCount(self.counted[key], number not in before, expected)

    def done(self, job_id: str, consistent: bool = True, run: Run = Run.FIRST) -> frozenset[int]:
        return self.numbers(job_id, run)

    def expect_reruns(self, job_id: str, counts: Mapping[int, int]) -> None:
        for group, count in counts.items():
            self.expected.setdefault((job_id, group), count)

    def numbers(self, job_id: str, run: Run) -> frozenset[int]:
        """Return the parts that were counted in a run, for tests."""
        found = (done for (job, of, _), done in self.counted.items() if (job, of) == (job_id, run))
        return frozenset[int]().union(*found)


@dataclass
class MemoryTokens:
    """A ``ports.Tokens``. ``reads`` counts what the table would be asked."""

    stored: dict[str, StoredToken] = field(default_factory=dict)
    reads: int = 0

    def find(self, digest: str) -> StoredToken | None:
        self.reads += 1
        return self.stored.get(digest)


@dataclass
class MemoryAdapters:
    """A ``wiring.Adapters``."""

    kernel: Kernel
    source: Source = field(default_factory=MemorySource)
    jobs: MemoryJobs = field(default_factory=MemoryJobs)
    parts: MemoryParts = field(default_factory=MemoryParts)
    queue: MemoryQueue = field(default_factory=MemoryQueue)
    tokens: MemoryTokens = field(default_factory=MemoryTokens)
    replies: MemoryReplies = field(default_factory=MemoryReplies)
    claims: MemoryClaims = field(default_factory=MemoryClaims)
    deliveries: MemoryDeliveries = field(default_factory=MemoryDeliveries)
    uploads: MemoryUploads = field(default_factory=MemoryUploads)
    catalog: Catalog = field(default_factory=MemoryCatalog)
    cache: MemoryCache = field(default_factory=MemoryCache)
    bus: MemoryBus | None = None

    @cached_property
    def history(self) -> MemoryHistory:
        return MemoryHistory(self.jobs)
