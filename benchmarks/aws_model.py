"""A model of one large job on AWS, event by event; simulate.py prints its results.

It is pure: no clock, no network, no files. Its figures are in aws_figures.py, and none was measured
on AWS. It leaves out reruns, failures and their retries, other jobs of the account, the free tier,
HTTP, logs, and the hourly price of provisioned pollers. Requests that S3 and DynamoDB would refuse
wait here.
"""

import heapq
from collections import Counter
from dataclasses import dataclass, field
from math import ceil, log
from random import Random

from benchmarks import aws_figures as aws
from benchmarks.aws_figures import MB
from chalicelib.adapters.held_messages import HOLD_SECONDS
from chalicelib.adapters.s3_source import IN_FLIGHT, RANGE_BYTES
from chalicelib.adapters.work_queue import BATCH
from chalicelib.jobs.parts import MAX_PARTS, PARTS_PER_GROUP
from chalicelib.settings import Settings

# A worker reads in steps of this many ranges.
STEP_RANGES = 8


@dataclass(frozen=True, slots=True)
class Pollers:
    """How a mapping scales: ``first`` invocations, ``a_minute`` more, up to ``maximum``."""

    name: str
    first: float
    a_minute: float
    maximum: float


STANDARD = Pollers("standard", aws.STANDARD_FIRST, aws.STANDARD_MINUTE, aws.STANDARD_MAX)
PROVISIONED = Pollers(
    "provisioned", aws.PROVISIONED_FIRST, aws.PROVISIONED_MINUTE, aws.PROVISIONED_MAX
)


@dataclass(frozen=True, slots=True)
class Setup:
    """A file of ``size`` bytes, and the service that sums it.

    ``min_part_bytes``: PART_BYTES. ``memory``: MB of a worker. ``rate``: bytes a second that the
    kernel sums on a full core. ``cold``: seconds that a worker takes to start. ``in_flight``: how
    many ranges of ``range_bytes`` a worker requests at a time. ``window``: PARTS_IN_FLIGHT.
    """

    size: int
    pollers: Pollers = STANDARD
    rate: float = aws.PANDAS_RATE
    cold: float = aws.PANDAS_COLD
    min_part_bytes: int = Settings().part_bytes
    max_parts: int = MAX_PARTS
    memory: float = aws.WORKER_MEMORY
    in_flight: int = IN_FLIGHT
    range_bytes: int = RANGE_BYTES
    account: float = aws.ACCOUNT
    window: int = Settings().parts_in_flight
    seed: int = 1

    @property
    def part_bytes(self) -> int:
        """The size of a part, as ``parts.part_size`` computes it, for any ``max_parts``."""
        return max(self.min_part_bytes, ceil(self.size / self.max_parts))

    @property
    def spans(self) -> list[int]:
        """The bytes of each part."""
        return [
            min(self.part_bytes, self.size - start)
            for start in range(0, self.size, self.part_bytes)
        ]

    @property
    def max_workers(self) -> int:
        return int(min(self.pollers.maximum, self.account, len(self.spans)))

    @property
    def worker_rate(self) -> float:
        """Bytes a second of a worker in the burst: the least of core, connections and network."""
        core = min(1.0, self.memory / aws.FULL_CORE)
        return min(
            core / (1 / self.rate + 1 / aws.TLS_RATE),
            self.in_flight * aws.CONNECTION_RATE,
            aws.BURST_RATE,
        )

    def ready(self, worker: int) -> float:
        """Return when a worker (from 0) may start, in seconds after the first message."""
        by_mapping = max(0.0, worker + 1 - self.pollers.first) * 60 / self.pollers.a_minute
        return max(by_mapping, worker // aws.LAMBDA_STEP * 10)


@dataclass
class Limit:
    """A rate of units a second, taken in order of time. ``asked``: units requested, by second."""

    a_second: float
    free: float = 0.0
    asked: Counter[int] = field(default_factory=Counter)

    def take(self, now: float, units: int) -> float:
        """Take ``units``; return when all of them are served."""
        self.asked[int(now)] += units
        self.free = max(now, self.free) + units / self.a_second
        return self.free

    @property
    def busiest(self) -> int:
        return max(self.asked.values(), default=0)


@dataclass
class Network:
    """One worker's network: what is left of its burst, and since when. A new one has all."""

    burst: float = aws.BURST_BYTES
    since: float = float("inf")

    def transfer(self, now: float, size: int, rate: float) -> float:
        """Return the seconds for ``size`` bytes: at ``rate`` in the burst, then as it refills."""
        idle = max(0.0, now - self.since)
        self.burst = min(aws.BURST_BYTES, self.burst + idle * aws.REFILL_RATE)
        drain = max(
            0.0, 1 - aws.REFILL_RATE / rate
        )  # the part of each byte that the burst pays for
        fast = size if size * drain <= self.burst else self.burst / drain
        self.burst -= fast * drain
        seconds = fast / rate + (size - fast) / min(rate, aws.REFILL_RATE)
        self.since = now + seconds
        return seconds


@dataclass(frozen=True, slots=True)
class Outcome:
    """``dollars`` by service; the maximum of ``workers``, and of requests in the busiest second."""

    seconds: float
    dollars: dict[str, float]
    workers: int
    writes_a_second: int
    gets_a_second: int


def group_bytes(done: int) -> int:
    """Return the size of the largest item of a group with that many parts done."""
    return int(aws.GROUP_BYTES) + done * len(str(MAX_PARTS - 1))


def job_bytes(groups: int) -> int:
    """Return the size of a job's item with that many groups complete."""
    return int(aws.JOB_BYTES) + sum(len(str(group)) for group in range(groups))


@dataclass
class _Spent:
    """What is paid for: seconds of Lambda, calls of SQS, GETs, write units and read units."""

    seconds: float = 0.0
    sqs: int = 0
    gets: int = 0
    writes: int = 0
    reads: int = 0

    def dollars(self, setup: Setup) -> dict[str, float]:
        messages = len(setup.spans) + 1
        return {
            "Lambda": self.seconds * setup.memory / 1024 * aws.GB_SECOND
            + messages * aws.INVOCATION,
            "SQS": self.sqs * aws.SQS_CALL,
            "S3": self.gets * aws.GET,
            "DynamoDB": self.writes * aws.WRITE + self.reads * aws.READ,
        }


@dataclass(order=True, slots=True)
class _Event:
    """A worker is ready: for a part (``part`` is None), or for the ``left`` bytes of its part."""

    at: float
    worker: int
    part: int | None = field(default=None, compare=False)
    left: int = field(default=0, compare=False)
    began: float = field(default=0.0, compare=False)


class _Run:
    """One job: the planner, the messages, the workers, the merge."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.spans = setup.spans
        self.first_bytes = _first_bytes(setup)
        self.table, self.index, self.s3 = (
            Limit(aws.WRITES_A_SECOND),
            Limit(aws.WRITES_A_SECOND),
            Limit(aws.GETS_A_SECOND),
        )
        self.networks: dict[int, Network] = {}
        planned = aws.DELIVERY + setup.cold + 3 * aws.CALL + aws.FIRST_BYTE
        first = range(min(setup.window, len(self.spans)))
        # The parts that were sent and not taken, by time of arrival. The first come in batches.
        self.waiting = [
            (planned + (part // BATCH + 1) * aws.CALL + aws.DELIVERY, part) for part in first
        ]
        self.idle: list[int] = []
        sent = ceil(len(first) / BATCH)
        # The planner: three writes with their entries in the index, three reads, the first row.
        planning = planned + sent * aws.CALL
        self.spent = _Spent(
            planning, 1 + sent + _message_calls(planning), 1, 3 * (1 + int(aws.INDEX_UNITS)), 3
        )
        self.events = [
            _Event(self.waiting[0][0] + setup.ready(worker), worker)
            for worker in range(setup.max_workers)
        ]
        self.done = self.busy = self.peak = 0
        self.touched = planned

    def outcome(self) -> Outcome:
        now = 0.0
        while self.done < len(self.spans):
            event = heapq.heappop(self.events)
            if event.part is None:
                self._take(event)
            elif event.left:
                self._read(event)
            else:
                now = self._save(event)
        now = self._merge(now)
        return Outcome(
            now, self.spent.dollars(self.setup), self.peak, self.table.busiest, self.s3.busiest
        )

    def _take(self, event: _Event) -> None:
        """Take the next message once it has arrived; without one, the worker is idle."""
        if not self.waiting:
            self.idle.append(event.worker)
            return
        arrives, part = self.waiting[0]
        if event.at < arrives:
            heapq.heappush(self.events, _Event(arrives, event.worker))
            return
        heapq.heappop(self.waiting)
        self.busy += 1
        self.peak = max(self.peak, self.busy)
        # Less for a worker that has read the job in the last seconds.
        self.spent.reads += 1
        ready = (
            event.at
            + aws.CALL
            + (0 if event.worker in self.networks else self.setup.cold)
            + self.first_bytes[part]
        )
        heapq.heappush(self.events, _Event(ready, event.worker, part, self.spans[part], event.at))

    def _read(self, event: _Event) -> None:
        step = min(event.left, STEP_RANGES * self.setup.range_bytes)
        # The last step adds a range before the part, and one for the end of its last row.
        requests = ceil(step / self.setup.range_bytes) + (2 if step == event.left else 0)
        self.spent.gets += requests
        network = self.networks.setdefault(event.worker, Network())
        read = event.at + network.transfer(event.at, step, self.setup.worker_rate)
        at = max(read, self.s3.take(event.at, requests))
        heapq.heappush(
            self.events, _Event(at, event.worker, event.part, event.left - step, event.began)
        )

    def _save(self, event: _Event) -> float:
        """Write the part's item, and its number into its group's; return when both are written."""
        self.done += 1
        self.busy -= 1
        groups = ceil(self.done / PARTS_PER_GROUP)
        job_units = ceil(job_bytes(groups) / 1024)
        units = ceil(aws.PART_BYTES / 1024) + ceil(group_bytes(PARTS_PER_GROUP) / 1024)
        if self.done % PARTS_PER_GROUP == 0 or self.done == len(self.spans):
            units += job_units
        saved = self.table.take(event.at, units) + 2 * aws.CALL
        self.spent.writes += units
        if event.at - self.touched >= aws.TOUCH_SECONDS:
            self.touched = event.at
            saved = self._touch(saved, job_units)
        if event.part is not None:
            saved = self._send_next(saved, event.part + self.setup.window)
        self.spent.seconds += saved - event.began
        self.spent.sqs += _message_calls(saved - event.began)
        heapq.heappush(self.events, _Event(saved, event.worker))
        return saved

    def _send_next(self, now: float, part: int) -> float:
        """Send the part that follows in the window, if there is one; return when it is sent."""
        if part >= len(self.spans):
            return now
        self.spent.sqs += 1
        sent = now + aws.CALL
        heapq.heappush(self.waiting, (sent + aws.DELIVERY, part))
        if self.idle:
            heapq.heappush(self.events, _Event(sent + aws.DELIVERY, self.idle.pop()))
        return sent

    def _touch(self, now: float, job_units: int) -> float:
        """Change the job's ``updated_at``, and with it the index; return when both are written."""
        index_units = int(aws.INDEX_UNITS)
        self.spent.writes += job_units + index_units
        return max(self.table.take(now, job_units), self.index.take(now, index_units)) + aws.CALL

    def _merge(self, now: float) -> float:
        """Read all parts' items, and the first row for the names; write the result."""
        stored = len(self.spans) * aws.PART_BYTES
        seconds = ceil(stored / MB) * aws.PAGE + aws.FIRST_BYTE + aws.CALL
        self.spent.seconds += seconds
        self.spent.gets += 1
        self.spent.reads += ceil(stored / 4096)
        self.spent.writes += ceil(job_bytes(ceil(self.done / PARTS_PER_GROUP)) / 1024) + 1
        return now + seconds


def simulate(setup: Setup) -> Outcome:
    """Run one job. The same setup always gives the same outcome."""
    return _Run(setup).outcome()


def _message_calls(seconds: float) -> int:
    """Return the calls for a message that is worked on for so long: it is received, and deleted.

    In between it is held, at once and whenever a third of the hold has passed.
    """
    return 2 + 1 + int(seconds / (HOLD_SECONDS / 3))


def _first_bytes(setup: Setup) -> list[float]:
    """Return, for each part, the seconds to three first bytes: before, in and after it."""
    random, sigma = Random(setup.seed), log(aws.FIRST_BYTE_P95 / aws.FIRST_BYTE) / 1.645
    return [
        sum(random.lognormvariate(log(aws.FIRST_BYTE), sigma) for _ in range(3))
        for _ in setup.spans
    ]
