"""The service in memory. A test delivers its messages in any order and any number of times."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from random import Random

from chalicelib.engine.kernel import Kernel
from chalicelib.engine.options import Options
from chalicelib.engine.reference import ReferenceKernel
from chalicelib.jobs.client import OPEN, Client
from chalicelib.jobs.job import Job, Problem, Status
from chalicelib.jobs.parts import Run
from chalicelib.jobs.ports import Message
from chalicelib.jobs.tokens import StoredToken, digest_of, new_token
from chalicelib.settings import Auth, Settings
from chalicelib.wiring.container import UseCases
from tests.adapters_in_memory import (
    MemoryAdapters,
    MemoryBus,
    MemoryCatalog,
    MemoryJobs,
    MemoryParts,
    MemoryQueue,
    MemorySource,
    MemoryTokens,
)
from tests.oracle import Answer

START = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **times: float) -> None:
        self.now += timedelta(**times)


@dataclass
class World:
    """The service over adapters in memory.

    ``part_bytes``, ``proof_bytes`` and ``block_bytes`` are as small as a test wants them, so that
    small files meet what large ones do.
    """

    part_bytes: int = 1 << 20
    proof_bytes: int = 1 << 16
    block_bytes: int = 1 << 16
    kernel: Kernel | None = None
    jobs: MemoryJobs = field(default_factory=MemoryJobs)
    parts: MemoryParts = field(default_factory=MemoryParts)
    queue: MemoryQueue = field(default_factory=MemoryQueue)
    source: MemorySource = field(default_factory=MemorySource)
    clock: Clock = field(default_factory=Clock)
    tokens: MemoryTokens = field(default_factory=MemoryTokens)
    parts_in_flight: int = 1000
    auth: Auth = Auth.OPEN
    max_jobs_per_client: int = 1000
    max_upload_bytes: int = 1 << 30
    list_files: bool = True
    #: Where the events of ended jobs go; None: there are none.
    bus: MemoryBus | None = None
    cache: bool = True

    def __post_init__(self) -> None:
        self.jobs.marks_ended = self.bus is not None
        self.source.block_bytes = self.block_bytes
        kernel = self.kernel or ReferenceKernel(block_bytes=self.block_bytes)
        self.adapters = MemoryAdapters(
            kernel, self.source, self.jobs, self.parts, self.queue, self.tokens, bus=self.bus
        )
        self.adapters.catalog = MemoryCatalog(self.source)
        settings = Settings(
            auth=self.auth,
            max_jobs_per_client=self.max_jobs_per_client,
            max_upload_bytes=self.max_upload_bytes,
            list_files=self.list_files,
            part_bytes=self.part_bytes,
            parts_in_flight=self.parts_in_flight,
            stale_seconds=600,
            give_up_hours=96,
            cache=self.cache,
        )
        self.use_cases = UseCases(self.adapters, settings, self.clock, self.proof_bytes, self.sleep)

    def sleep(self, seconds: float) -> None:
        """Pass the time; the workers work meanwhile."""
        self.clock.advance(seconds=seconds)
        if self.queue.sent:
            self.deliver_next()

    def submit(self, data: bytes, options: Options | None = None, name: str = "x.csv") -> Job:
        self.source.files[name] = data
        return self.use_cases.submit(name, options or Options(), OPEN)

    def issue(self, client: Client, days: float = 90) -> str:
        """Store a token of a client, and return it."""
        token, now = new_token(), self.clock()
        stored = StoredToken(digest_of(token), client, now, now + timedelta(days=days))
        self.tokens.stored[stored.digest] = stored
        return token

    def deliver(self, message: Message) -> None:
        if message.part is None:
            self.use_cases.sum_job(message)
        else:
            self.use_cases.sum_part(message)

    def missing(self, job: Job) -> list[int]:
        """Return the parts of a cut job that are not done."""
        done = self.parts.done(job.id)
        return [number for number in range(self.jobs.get(job.id).parts) if number not in done]

    def reruns(self, job: Job) -> frozenset[int]:
        """Return the parts that were summed once more."""
        return self.parts.numbers(job.id, Run.RERUN)

    def deliver_next(self) -> Message:
        """Deliver the first message, and return it."""
        message = self.queue.sent.pop(0)
        self.deliver(message)
        return message

    def run(self, random: Random | None = None, duplicates: float = 0) -> None:
        """Deliver until nothing is left: in random order, some messages more than once."""
        while self.queue.sent:
            index = random.randrange(len(self.queue.sent)) if random else 0
            message = self.queue.sent[index]
            if random and random.random() < duplicates:
                self.queue.sent[index] = replace(message, redelivered=True)
            else:
                del self.queue.sent[index]
            self.deliver(message)

    def final(self, job: Job) -> Job:
        """Return the job as it ended; no job may be left in progress."""
        assert self.jobs.in_progress() == 0
        return self.jobs.get(job.id)


def failed_with(job: Job, code: str) -> Problem:
    """Return the problem of a job that must have failed with this code."""
    assert job.problem, job.status
    assert (job.status, job.problem.code) == (Status.FAILED, code)
    return job.problem


def summed(job: Job) -> tuple[tuple[str, ...], int]:
    """Return the totals and the number of rows of a job that must have succeeded."""
    assert job.result, job.problem
    assert job.ledger
    assert job.status is Status.SUCCEEDED
    return job.result.totals, job.ledger.rows


def answer_of(job: Job) -> Answer:
    """Return what a final job says, in the oracle's words."""
    if job.status is Status.FAILED:
        assert job.problem
        return Answer(error=(job.problem.code, job.problem.line, job.problem.byte_offset))
    totals, rows = summed(job)
    assert job.result
    missing = sum(job.result.missing) + sum(job.result.skipped)
    return Answer(tuple(map(Fraction, totals)), rows, missing)
