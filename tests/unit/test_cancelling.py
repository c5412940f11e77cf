"""A client cancels a job: nothing of it starts any more, and it never succeeds."""

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import AlreadyEnded, UnknownJob
from chalicelib.jobs.client import OPEN
from chalicelib.jobs.job import FileVersion, Job, Status
from tests.adapters_in_memory import MemorySource
from tests.harness import World, failed_with

ROWS = b"a,b\n" + b"1.5,x\n" * 1000


class CancellingSource(MemorySource):
    """Cancels a job when so many blocks are read; each block takes a quarter of a second."""

    world: World
    job_id = ""
    blocks_left = -1
    blocks_read = 0

    def read(
        self, name: str, version: FileVersion, start: int = 0, expected_end: int | None = None
    ) -> Iterator[bytes]:
        for block in super().read(name, version, start, expected_end):
            self.world.clock.advance(seconds=0.25)
            self.blocks_read += 1
            if self.blocks_left == 0:
                self.world.jobs.cancel(self.job_id, self.world.clock())
            self.blocks_left -= 1
            yield block


def cancelling_world(part_bytes: int = 1 << 20) -> tuple[World, CancellingSource]:
    source = CancellingSource()
    source.world = World(part_bytes, block_bytes=50, source=source)
    return source.world, source


def test_a_queued_job_is_cancelled_and_its_message_dropped() -> None:
    world = World()
    job = world.submit(ROWS)
    assert world.jobs.in_progress() == 1
    cancelled = world.use_cases.cancel_job(job.id, OPEN)
    assert (cancelled.status, cancelled.finished_at) == (Status.CANCELLED, world.clock.now)
    assert world.jobs.in_progress() == 0
    world.run()
    assert world.final(job) == cancelled


def test_to_cancel_twice_is_to_cancel_once() -> None:
    world = World()
    job = world.submit(ROWS)
    first = world.use_cases.cancel_job(job.id, OPEN)
    world.clock.advance(hours=1)
    assert world.use_cases.cancel_job(job.id, OPEN) == first


@pytest.mark.parametrize(("data", "status"), [(ROWS, "succeeded"), (b"a\nx\n1\n", "failed")])
def test_a_job_that_has_ended_otherwise_cannot_be_cancelled(data: bytes, status: str) -> None:
    world = World()
    job = world.submit(data)
    world.run()
    ended = world.final(job)
    with pytest.raises(AlreadyEnded, match=status):
        world.use_cases.cancel_job(job.id, OPEN)
    assert world.jobs.get(job.id) == ended


def test_an_unknown_job_cannot_be_cancelled() -> None:
    with pytest.raises(UnknownJob):
        World().use_cases.cancel_job("0" * 32, OPEN)


@pytest.mark.parametrize("part_bytes", [1 << 20, 3000])
def test_a_worker_in_the_middle_of_a_file_stops_within_a_second(part_bytes: int) -> None:
    world, source = cancelling_world(part_bytes)
    job = world.submit(ROWS)
    if part_bytes < len(ROWS):
        world.deliver_next()
    source.job_id, source.blocks_left, source.blocks_read = job.id, 20, 0
    world.deliver_next()
    assert source.blocks_read <= 20 + 1 + 4
    assert world.final(job).status is Status.CANCELLED


def test_a_worker_that_read_the_job_before_it_was_cancelled_stops_as_soon() -> None:
    world, source = cancelling_world(300)
    job = world.submit(ROWS)
    world.deliver_next()
    world.deliver_next()  # this worker has now read the job
    world.use_cases.cancel_job(job.id, OPEN)
    source.blocks_read = 0
    world.run()
    assert source.blocks_read <= 4
    assert world.final(job).status is Status.CANCELLED


def test_a_cancelled_job_is_not_resumed_nor_given_up() -> None:
    world = World()
    job = world.submit(ROWS)
    cancelled = world.use_cases.cancel_job(job.id, OPEN)
    world.queue.sent.clear()
    world.clock.advance(hours=200)
    assert world.use_cases.sweep() == 0
    assert world.queue.sent == []
    assert world.final(job) == cancelled


@given(seed=st.integers(0, 10_000), messages=st.integers(0, 25))
def test_after_a_cancellation_no_schedule_lets_the_job_succeed(seed: int, messages: int) -> None:
    random, world = Random(seed), World(part_bytes=500, block_bytes=100)
    job = world.submit(ROWS)
    for _ in range(messages):
        if world.queue.sent:
            world.deliver(world.queue.sent.pop(random.randrange(len(world.queue.sent))))
    ended = _cancel(world, job)
    world.clock.advance(seconds=2)
    saved = dict(world.parts.saved(job.id))
    world.run(random, duplicates=0.3)
    assert world.final(job) == ended
    assert dict(world.parts.saved(job.id)) == saved, "no part was started"


def _cancel(world: World, job: Job) -> Job:
    try:
        return world.use_cases.cancel_job(job.id, OPEN)
    except AlreadyEnded:
        return world.jobs.get(job.id)


def test_a_job_that_fails_just_before_is_failed() -> None:
    world = World()
    job = world.submit(b"a\nx\n")
    world.run()
    with pytest.raises(AlreadyEnded):
        world.use_cases.cancel_job(job.id, OPEN)
    failed_with(world.final(job), "no_numbers")
