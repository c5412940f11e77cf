"""A whole service in memory, whose messages are delivered in any order and as often as a test likes."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from random import Random

from chalicelib.engine.kernel import Kernel, ReferenceKernel
from chalicelib.engine.options import Options
from chalicelib.jobs.job import Job, Status
from chalicelib.jobs.ports import Message
from chalicelib.jobs.recovery import Recovery
from chalicelib.jobs.service import Doors, Service
from chalicelib.jobs.work import Work
from tests.fakes import MemoryJobs, MemoryOutbox, MemoryQueue, MemorySource
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
    """``proof_bytes`` and ``block_bytes`` as small as a test wants them, so that small files meet what large ones do."""

    part_bytes: int = 1 << 20
    proof_bytes: int = 1 << 16
    block_bytes: int = 1 << 16
    kernel: Kernel | None = None
    jobs: MemoryJobs = field(default_factory=MemoryJobs)
    queue: MemoryQueue = field(default_factory=MemoryQueue)
    source: MemorySource = field(default_factory=MemorySource)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.source.block_bytes = self.block_bytes
        kernel = self.kernel or ReferenceKernel(block_bytes=self.block_bytes)
        self.doors = Doors(
            self.jobs,
            self.queue,
            self.source,
            kernel,
            MemoryOutbox(),
            self.part_bytes,
            timedelta(minutes=10),
            timedelta(days=4),
            now=self.clock,
        )
        self.service = Service(self.doors)
        self.work = Work(self.doors, self.proof_bytes)
        self.recovery = Recovery(self.doors)

    def submit(self, data: bytes, options: Options | None = None, name: str = "x.csv") -> Job:
        self.source.files[name] = data
        return self.service.submit(name, options or Options())

    def deliver(self, message: Message) -> None:
        if message.part is None:
            self.work.do_job(message)
        else:
            self.work.do_part(message)

    def run(self, random: Random | None = None, duplicates: float = 0) -> None:
        """Deliver until nothing is left: in random order, some messages more than once."""
        while self.queue.sent:
            index = random.randrange(len(self.queue.sent)) if random else 0
            message = self.queue.sent[index]
            if not (random and random.random() < duplicates):
                del self.queue.sent[index]
            self.deliver(message)


def answer_of(job: Job) -> Answer:
    """What a job that has ended says, in the oracle's words."""
    if job.status is Status.FAILED:
        assert job.problem
        assert job.problem.line is not None
        assert job.problem.byte_offset is not None
        return Answer(error=(job.problem.code, job.problem.line, job.problem.byte_offset))
    assert job.result
    assert job.ledger
    missing = sum(job.result.missing) + sum(job.result.skipped)
    return Answer(tuple(map(Fraction, job.result.totals)), job.ledger.rows, missing)
