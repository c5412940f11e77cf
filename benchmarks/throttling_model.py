"""Jobs of one account that share its concurrency, event by event: a model for throttling.py.

It was not checked against AWS. Queues, mappings and the account are those of tests/strict_aws,
which follow what AWS publishes. The seconds that functions work are assumed. The clock is
simulated, and there is no network.
"""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from chalicelib.adapters.held_messages import HOLD_SECONDS
from tests.strict_aws.clock import Clock, Timeline
from tests.strict_aws.lambdas import Account, Context, Event, Function, Handler, Work
from tests.strict_aws.mappings import Mapping, Pace, Terms
from tests.strict_aws.queues import Queue

API_SECONDS, JOB_SECONDS, MERGE_SECONDS, GIVE_UP_SECONDS = 0.05, 1.0, 5.0, 0.2
SEND_SECONDS = 0.01  # a batch of ten messages
LARGE = "large"


class WorkerDied(Exception):
    """A worker that ends in the middle, without a word."""


@dataclass(frozen=True, slots=True)
class Settings:
    """``parts``, ``jobs``, ``give_up``: maximum concurrency of the mappings, or None for none.

    ``window``: how many parts of a job are in the queue at a time, or None for all; ``holds``:
    whether a worker keeps its message hidden for ``HOLD_SECONDS`` at a time while it works.
    """

    name: str
    parts: int | None
    jobs: int | None
    give_up: int | None
    max_receives: int
    visibility: float
    timeout: float
    window: int | None
    holds: bool


@dataclass(frozen=True, slots=True)
class Load:
    """One job of so many parts, and small jobs beside it, one every ``small_every`` seconds.

    Every ``cut_every``-th small job has ``cut_parts`` parts of a second; ``deaths`` is the share of
    tries at a part whose worker dies half-way. The simulation ends after so many ``hours``.
    """

    parts: int = 2000
    part_seconds: float = 6.4
    small_every: float = 10.0
    cut_every: int = 10
    cut_parts: int = 8
    deaths: float = 0.01
    hours: float = 24.0
    seed: int = 1


@dataclass
class Job:
    parts: int
    submitted_at: float
    done: set[int] = field(default_factory=set)
    ended_at: float | None = None
    failed: bool = False


class Service:
    """The five functions, their queues and their mappings in one account."""

    def __init__(self, limit: int, settings: Settings, load: Load, pace: Pace) -> None:
        self.settings = settings
        self.load = load
        self.clock = Clock()
        self.timeline = Timeline(self.clock)
        self.account = Account(self.timeline, limit)
        self.random = Random(load.seed)
        self.jobs: dict[str, Job] = {}
        self.requests: Counter[bool] = Counter()
        self.waits_after_death: list[float] = []
        self._died_at: dict[str, float] = {}
        self.dead = self._queue("dead", None)
        self.job_queue = self._queue("jobs", self.dead)
        self.part_queue = self._queue("parts", self.dead)
        self._api = Function("api", _busy(API_SECONDS), 29)
        self._sweep = Function("sweep", _busy(JOB_SECONDS), 300)
        self._map(self.part_queue, self._work_part, settings.timeout, settings.parts, pace)
        self._map(self.job_queue, self._work_job, settings.timeout, settings.jobs, pace)
        self._map(self.dead, self._give_up, 60, settings.give_up, pace)

    def run(self) -> None:
        """Submit the load and let the account work until the large job has ended."""
        self.submit(LARGE, self.load.parts)
        self._submit_small(1)
        self._sweep_regularly()
        self.timeline.run(3600 * self.load.hours, until=self._is_over)

    def submit(self, name: str, parts: int, patience: float = 1.0) -> None:
        """Submit a job over the API; a throttled request is sent again after ``patience`` seconds,
        and then after twice as long each time, up to a minute."""
        self.jobs.setdefault(name, Job(parts, self.clock.elapsed))
        accepted = self.account.invoke(self._api, {}, lambda _reply, _error: None)
        self.requests[accepted] += 1
        if not accepted:
            longer = min(2 * patience, 60.0)
            self.timeline.after(patience, lambda: self.submit(name, parts, longer))
            return
        self.job_queue.send(name)

    def _is_over(self) -> bool:
        return self.jobs[LARGE].ended_at is not None

    def _submit_small(self, number: int) -> None:
        cut = number % self.load.cut_every == 0
        self.submit(f"{'cut' if cut else 'small'}-{number}", self.load.cut_parts if cut else 1)
        self.timeline.after(self.load.small_every, lambda: self._submit_small(number + 1))

    def _sweep_regularly(self) -> None:
        self.account.invoke(self._sweep, {}, lambda _reply, _error: None)
        self.timeline.after(300.0, self._sweep_regularly)

    def _queue(self, name: str, dead: Queue | None) -> Queue:
        settings = self.settings
        retention = 14 * 86_400.0
        return Queue(name, self.clock, settings.visibility, retention, settings.max_receives, dead)

    def _map(
        self, queue: Queue, handler: Handler, timeout: float, maximum: int | None, pace: Pace
    ) -> None:
        function = Function(handler.__name__.strip("_"), handler, timeout)
        Mapping(queue, function, self.account, Terms(maximum), pace)

    def _work_job(self, event: Event, _: Context) -> Work:
        name = event["Records"][0]["body"]
        job = self.jobs[name]
        yield JOB_SECONDS
        if job.parts == 1:
            self._end(job)
            return
        first = range(min(job.parts, self.settings.window or job.parts))
        for number in first:
            if number % 10 == 0:
                yield SEND_SECONDS
            self._send_part(name, number)

    def _send_part(self, name: str, number: int) -> None:
        group = name if self.settings.window else ""
        self.part_queue.send(f"{name}/{number}", group)

    def _work_part(self, event: Event, _: Context) -> Work:
        record = event["Records"][0]
        name, _, number = record["body"].partition("/")
        job = self.jobs[name]
        if job.ended_at is not None:
            return
        if record["body"] in self._died_at:
            wait = self.clock.elapsed - self._died_at.pop(record["body"])
            self.waits_after_death.append(wait)
        seconds = self.load.part_seconds if name == LARGE else JOB_SECONDS
        yield from self._held(record, self._try(record["body"], seconds))
        if not job.failed and len(job.done | {int(number)}) == job.parts:
            yield MERGE_SECONDS
        self._record(job, name, int(number))

    def _record(self, job: Job, name: str, number: int) -> None:
        job.done.add(number)
        if len(job.done) == job.parts:
            self._end(job)
        coming = number + (self.settings.window or job.parts)
        if coming < job.parts and coming not in job.done:
            self._send_part(name, coming)

    def _try(self, part: str, seconds: float) -> float:
        """Return how long this try works; negative for one that dies then."""
        seconds *= self.random.uniform(0.8, 1.2)
        if self.random.random() < self.load.deaths:
            self._died_at[part] = self.clock.elapsed + seconds / 2
            return -seconds / 2
        return seconds

    def _held(self, record: Event, seconds: float) -> Work:
        message = self.part_queue.messages.get(int(record["messageId"]))
        left = abs(seconds)
        while left > 0:
            if self.settings.holds and message is not None:
                self.part_queue.change_visibility(message, HOLD_SECONDS)
            step = min(left, HOLD_SECONDS / 3)
            yield step
            left -= step
        if seconds < 0:
            raise WorkerDied

    def _give_up(self, event: Event, _: Context) -> Work:
        yield GIVE_UP_SECONDS
        job = self.jobs[event["Records"][0]["body"].partition("/")[0]]
        if job.ended_at is None:
            job.failed = True
            self._end(job)

    def _end(self, job: Job) -> None:
        if job.ended_at is None:
            job.ended_at = self.clock.elapsed


def _busy(seconds: float) -> Handler:
    def work(_event: Event, _context: Context) -> Work:
        yield seconds

    return work
