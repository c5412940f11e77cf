"""Random schedules of faults: whatever happens on the way, a job ends, and with the right sum.

Workers die before or after any write, and messages are duplicated, reordered, late and lost.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.jobs.job import Job, Status
from chalicelib.jobs.ports import Message
from chalicelib.jobs.recovery import MAX_ATTEMPTS
from tests.adapters_in_memory import MemoryJobs, MemoryParts, MemoryQueue
from tests.harness import World, failed_with, summed

#: Text in quotes that looks like rows: parts that start in it assume a wrong state and are rerun.
DATA = b"a,b\n" + b'1,"' + b"2,3\n" * 30 + b'"\n' + b"4,5\n" * 20
SUM = (("81",), 21)
WRITES = frozenset(
    {
        "start",
        "plan",
        "save",
        "add_done",
        "add_done_group",
        "expect_reruns",
        "touch",
        "succeed",
        "fail",
        "send",
    }
)


class Killed(BaseException):
    """The worker is killed at this point: nothing of it runs any more."""


@dataclass
class Death:
    """Kills the worker at the n-th write from now, before or after the write takes effect."""

    writes_left: int = -1
    is_after: bool = False

    def around(self, write: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **more: object) -> object:
            self.writes_left -= 1
            if self.writes_left == 0 and not self.is_after:
                raise Killed
            result = write(*args, **more)
            if self.writes_left == 0:
                raise Killed
            return result

        return call


class Mortal:
    """What workers that use this write with may die of it."""

    death = Death()

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name not in WRITES:
            return found
        return super().__getattribute__("death").around(found)


class MortalJobs(Mortal, MemoryJobs):
    pass


class MortalParts(Mortal, MemoryParts):
    pass


class MortalQueue(Mortal, MemoryQueue):
    pass


class Schedule:
    """A random schedule over one job."""

    def __init__(self, seed: int, part_bytes: int, window: int) -> None:
        self.random = Random(seed)
        self.death = Death()
        self.jobs, self.queue, parts = MortalJobs(), MortalQueue(), MortalParts()
        for mortal in (self.jobs, self.queue, parts):
            mortal.death = self.death
        self.world = World(
            part_bytes,
            proof_bytes=4,
            jobs=self.jobs,
            parts=parts,
            queue=self.queue,
            parts_in_flight=window,
        )
        self.job = self.world.submit(DATA)
        self.history: list[Job] = []

    def run(self, deaths: float, duplicates: float, losses: int) -> None:
        """Deliver until nothing is left; sweep when nothing is left and the job is not final."""
        while not self.present().status.is_final:
            if not self.queue.sent:
                self.world.clock.advance(minutes=11)
                self.sweep()
                continue
            message = self.queue.sent.pop(self.random.randrange(len(self.queue.sent)))
            if losses and self.random.random() < 0.1:
                losses -= 1
                continue
            self.deliver(message, deaths)
            if self.random.random() < duplicates:
                self.queue.sent.append(replace(message, redelivered=self.random.random() < 0.5))

    def deliver(self, message: Message, deaths: float) -> None:
        self.world.clock.advance(seconds=self.random.choice([0, 0, 1, 30]))
        if self.random.random() < deaths:
            self.death.writes_left = self.random.randint(1, 8)
            self.death.is_after = self.random.random() < 0.5
        try:
            self.world.deliver(message)
        except Killed:
            self.queue.sent.append(replace(message, redelivered=True))
        finally:
            self.death.writes_left = -1
            self.history.append(self.present())

    def sweep(self) -> None:
        assert self.world.use_cases.sweep() == 1
        self.history.append(self.present())

    def present(self) -> Job:
        return self.jobs.get(self.job.id)

    def deliver_the_rest(self) -> None:
        """Deliver what is left once the job is final, late."""
        for _ in range(len(self.queue.sent)):
            self.world.clock.advance(hours=1)
            self.world.deliver_next()
        assert not self.queue.sent, "the messages of a final job send no others"


schedules = st.builds(
    Schedule,
    st.integers(0, 1 << 40),
    st.sampled_from([1, 7, 25, 60, 1000]),
    st.sampled_from([1, 2, 3, 10, 1000]),
)


@given(schedules, st.sampled_from([0, 0.1, 0.5]), st.sampled_from([0, 0.2]))
@settings(max_examples=300)
def test_whoever_dies_and_whatever_comes_twice_the_sum_is_right(
    schedule: Schedule, deaths: float, duplicates: float
) -> None:
    schedule.run(deaths, duplicates, losses=0)
    schedule.deliver_the_rest()
    assert summed(schedule.world.final(schedule.job)) == SUM
    assert all(job.attempts == 1 for job in schedule.history), "nothing was lost"
    holds_what_every_schedule_holds(schedule)


@given(schedules, st.sampled_from([0, 0.3]), st.integers(1, 5))
@settings(max_examples=200)
def test_a_job_whose_messages_are_lost_ends_as_well(
    schedule: Schedule, deaths: float, losses: int
) -> None:
    schedule.run(deaths, duplicates=0.1, losses=losses)
    schedule.deliver_the_rest()
    done = schedule.world.final(schedule.job)
    if losses < MAX_ATTEMPTS or done.status is Status.SUCCEEDED:
        assert summed(done) == SUM
    else:
        failed_with(done, "given_up")
    holds_what_every_schedule_holds(schedule)


def holds_what_every_schedule_holds(schedule: Schedule) -> None:
    done = schedule.world.jobs.get(schedule.job.id)
    ends = {(job.status, job.finished_at) for job in schedule.history if job.status.is_final}
    assert len(ends) <= 1, "a job ends once"
    if done.plan is not None and done.status is Status.SUCCEEDED:
        assert schedule.world.parts.done(done.id) == frozenset(range(done.parts))
