"""Work ends in time: a job that meets its time limit fails with a reason, and not by a kill."""

import gzip
import threading
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.errors import CompressedTooLarge, DeadlineNear
from chalicelib.jobs.job import Status
from chalicelib.jobs.time_limit import TimeLimit
from tests.harness import World, failed_with, summed

ROWS = b"a,b\n" + b"1.5,x\n" * 1000
SUM = (("1500",), 1000)


class Context:
    """Lambda's: its time is up after so many looks at it."""

    def __init__(self, seconds: float, looks: int) -> None:
        self.seconds = seconds
        self.step = seconds / looks

    def get_remaining_time_in_millis(self) -> int:
        left, self.seconds = self.seconds, self.seconds - self.step
        return int(1000 * left)


RECORD: dict[str, Any] = {"attributes": {"ApproximateReceiveCount": "1"}}


def deliver(world: World, blocks: int) -> None:
    """Deliver the next message to a worker whose time is up after so many blocks."""
    message = world.queue.sent[0]
    world.queue.sent[0] = replace(message, redelivered=True)
    with world.use_cases.work_on(RECORD, Context(900, blocks + 1)):
        world.deliver(message)
    world.queue.sent.remove(message)


def test_a_worker_that_has_time_is_not_stopped() -> None:
    world = World(block_bytes=100)
    job = world.submit(ROWS)
    deliver(world, 1000)
    assert summed(world.final(job)) == SUM


def test_a_job_that_meets_its_limit_once_is_worked_on_once_more() -> None:
    world = World(block_bytes=100)
    job = world.submit(ROWS)
    with pytest.raises(DeadlineNear):
        deliver(world, 10)
    running = world.jobs.get(job.id)
    assert (running.status, running.has_overrun) == (Status.RUNNING, True)
    assert running.last_error == "A worker did not finish in 900 seconds."
    assert world.adapters.deliveries.redelivered == [RECORD]
    deliver(world, 1000)
    assert summed(world.final(job)) == SUM


@pytest.mark.parametrize("part_bytes", [1 << 20, 3000])
def test_a_job_that_meets_its_limit_twice_is_too_slow(part_bytes: int) -> None:
    world = World(part_bytes, block_bytes=100)
    job = world.submit(ROWS)
    if part_bytes < len(ROWS):
        deliver(world, 1000)
    with pytest.raises(DeadlineNear):
        deliver(world, 10)
    world.clock.advance(minutes=1)
    deliver(world, 10)
    problem = failed_with(world.final(job), "too_slow")
    assert f"'x.csv' has {len(ROWS):,} bytes" in problem.detail
    assert "in 900 seconds" in problem.detail


def test_a_gzip_file_that_takes_too_long_fails_at_once() -> None:
    world = World(block_bytes=1000)
    packed = gzip.compress(ROWS * 20, 0)
    job = world.submit(packed, name="a name does not matter")
    deliver(world, 100)
    problem = failed_with(world.final(job), "gzip_too_large")
    assert f"has {len(packed):,} bytes, and a worker could not read it in 900 seconds" in (
        problem.detail
    )


def test_a_merge_stops_in_time_as_well() -> None:
    world = World(part_bytes=100, block_bytes=1 << 16)
    job = world.submit(ROWS)
    deliver(world, 1000)
    while len(world.queue.sent) > 1:
        deliver(world, 1000)
    with pytest.raises(DeadlineNear):
        deliver(world, 20)
    assert world.missing(job) == []
    deliver(world, 1000)
    assert summed(world.final(job)) == SUM


@pytest.mark.parametrize(("limit", "reserve"), [(900, 20), (300, 20), (60, 6), (3, 0.3)])
def test_a_worker_keeps_some_seconds_for_what_comes_after(limit: float, reserve: float) -> None:
    left = [limit, reserve, reserve - 0.001]
    time_limit = TimeLimit()
    with time_limit.of(lambda: left.pop(0)):
        things = time_limit.within([1, 2])
        assert next(things) == 1
        with pytest.raises(DeadlineNear):
            next(things)


def test_a_large_compressed_file_is_refused_when_it_is_submitted() -> None:
    world = World()
    submit = world.use_cases.submit
    submit.max_gzip_bytes = 100
    packed = gzip.compress(ROWS, 0)
    with pytest.raises(CompressedTooLarge, match="may have at most 100") as refused:
        world.submit(packed)
    assert refused.value.code == "gzip_too_large"
    assert (world.jobs.records, world.queue.sent) == ({}, [])
    assert world.submit(ROWS, name="x.csv.gz")
    submit.max_gzip_bytes = len(packed)
    assert world.submit(packed)


def test_each_thread_has_a_limit_of_its_own() -> None:
    limit, seen, left = TimeLimit(), list[int](), [900.0, 0.0]
    with limit.of(lambda: left.pop(0)):
        other = threading.Thread(target=lambda: seen.extend(limit.within([1, 2])))
        other.start()
        other.join()
        with pytest.raises(DeadlineNear):
            list(limit.within([1]))
    assert seen == [1, 2]
    assert list(limit.within([3])) == [3]
