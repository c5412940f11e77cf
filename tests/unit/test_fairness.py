"""No job waits for all parts of another: counted in steps, in which each worker sums one part."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.jobs.job import Job
from chalicelib.jobs.parts import SMALL_PARTS_AT_ONCE, sent_at_once
from tests.harness import World, summed

WORKERS = 2
# What `make run` sets: as many as keep all workers busy, and one that waits.
WINDOW = WORKERS + 1
PART_BYTES = 40
LINE = b"1,23456789012345678\n"


@dataclass
class Site:
    """A queue of jobs that is served at once, and a queue of parts for the workers."""

    world: World

    def submit(self, parts: int, name: str) -> Job:
        """Submit a file of so many parts, and send the first of them."""
        data = b"a,b\n" + LINE * (parts * PART_BYTES // len(LINE))
        job = self.world.submit(data, name=name)
        self.world.deliver(self.world.queue.sent.pop())
        assert self.world.jobs.get(job.id).parts == parts
        return job

    def step(self) -> None:
        """Let each worker take one part, and do all of them at the same time."""
        taken, self.world.queue.sent[:WORKERS] = self.world.queue.sent[:WORKERS], []
        for message in taken:
            self.world.deliver(message)

    def steps_until_final(self, job: Job) -> int:
        steps = 0
        while not self.world.jobs.get(job.id).status.is_final:
            self.step()
            steps += 1
        return steps


def site(window: int = WINDOW) -> Site:
    return Site(World(PART_BYTES, parts_in_flight=window))


def steps_beside(window: int) -> tuple[int, int]:
    """Return the steps of a job of 2 parts alone, and after one of 500."""
    alone = site(window)
    beside = site(window)
    large = beside.submit(500, "large.csv")
    beside.step()
    small = beside.submit(2, "small.csv")
    steps = beside.steps_until_final(small)
    beside.steps_until_final(large)
    assert summed(beside.world.final(large))[1] == 500 * PART_BYTES // len(LINE)
    return alone.steps_until_final(alone.submit(2, "small.csv")), steps


def test_a_small_job_after_a_large_one_takes_at_most_three_times_as_long() -> None:
    alone, beside = steps_beside(WINDOW)
    assert (alone, beside) == (1, 3)


def test_after_small_parts_a_job_waits_for_a_few_more_of_them() -> None:
    alone, beside = steps_beside(SMALL_PARTS_AT_ONCE * WORKERS)
    assert (alone, beside) == (1, 6)


def test_a_small_job_waits_no_longer_for_reruns() -> None:
    shared = Site(World(PART_BYTES, proof_bytes=4, parts_in_flight=WINDOW))
    large = shared.world.submit(b'a,b\n1,"' + LINE * 1000 + b'"\n', name="large.csv")
    shared.world.deliver(shared.world.queue.sent.pop())
    while not shared.world.jobs.get(large.id).expected_reruns:
        shared.step()
    assert shared.world.jobs.get(large.id).expected_reruns > 400
    small = shared.submit(2, "small.csv")
    assert shared.steps_until_final(small) == 3
    shared.steps_until_final(large)
    assert summed(shared.world.final(large)) == (("1",), 1)


def test_without_a_window_it_would_wait_for_the_large_one() -> None:
    alone, beside = steps_beside(1000)
    assert (alone, beside) == (1, 250)


@given(st.lists(st.integers(2, 40), min_size=1, max_size=6), st.integers(1, 5))
@settings(max_examples=50)
def test_a_job_waits_for_no_more_than_the_window_of_each_job_before_it(
    others: list[int], window: int
) -> None:
    shared = site(window)
    for number, parts in enumerate(others):
        shared.submit(parts, f"{number}.csv")
    small = shared.submit(2, "small.csv")
    before = sum(min(window, parts) for parts in others)
    waves = 1 if window > 1 else 2
    assert shared.steps_until_final(small) <= waves * -(-(before + 2) // WORKERS) + waves


@given(st.integers(2, 90), st.integers(1, 40))
@settings(max_examples=50)
def test_little_more_than_the_window_is_in_flight(parts: int, window: int) -> None:
    shared = site(window)
    job = shared.submit(parts, "x.csv")
    while not shared.world.jobs.get(job.id).status.is_final:
        at_once = sent_at_once(PART_BYTES, window)
        assert len(shared.world.queue.sent) <= window + (WORKERS if at_once > 1 else 0)
        shared.step()


@pytest.mark.parametrize("window", [1, 2, 3, 4, 5, 12, 50, 1000])
def test_all_workers_are_busy_until_the_end(window: int) -> None:
    alone = site(window)
    job = alone.submit(100, "x.csv")
    assert alone.steps_until_final(job) == (100 if window == 1 else 50)
