"""Dead letters, and jobs that no worker works on."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from chalicelib.errors import ServiceDown
from chalicelib.jobs.job import Job
from chalicelib.jobs.ports import Message
from chalicelib.jobs.recovery import MAX_ATTEMPTS
from tests.adapters_in_memory import MemoryQueue
from tests.harness import World, failed_with, summed

ROWS = b"a,b\n" + b"1.5,x\n" * 100
SUM = (("150",), 100)


def lost_job(world: World) -> Job:
    """Return a job whose message got lost."""
    job = world.submit(ROWS)
    world.queue.sent.clear()
    return job


def test_a_dead_letter_fails_its_job_with_the_last_error() -> None:
    world = World()
    job = world.submit(ROWS)
    message = world.queue.sent.pop()
    world.jobs.start(job.id, world.clock())
    world.jobs.set_last_error(job.id, "The bucket did not answer.")
    world.use_cases.give_up(message)
    problem = failed_with(world.final(job), "given_up")
    assert problem.detail == (
        "The job was given up: none of several tries reported a result. "
        "The last error: The bucket did not answer. Submit it again."
    )


def test_a_dead_letter_of_a_job_that_nobody_started_fails_it_as_well() -> None:
    world = World()
    job = world.submit(ROWS)
    world.use_cases.give_up(Message(job.id))
    assert "last error" not in failed_with(world.final(job), "given_up").detail


def test_a_dead_letter_of_a_final_job_changes_nothing() -> None:
    world = World()
    job = world.submit(ROWS)
    world.run()
    before = world.final(job)
    world.use_cases.give_up(Message(job.id))
    assert world.jobs.get(job.id) == before


@pytest.mark.parametrize("message", [None, Message("0" * 32)], ids=["unreadable", "unknown job"])
def test_a_dead_letter_without_a_job_is_dropped_and_others_stay(message: Message | None) -> None:
    world = World()
    job = world.submit(ROWS)
    world.use_cases.give_up(message)
    assert world.jobs.records == {job.id: job}


def test_the_sweeper_sends_a_lost_job_until_it_has_had_all_attempts() -> None:
    world = World()
    job = lost_job(world)
    for attempt in range(2, MAX_ATTEMPTS + 1):
        world.clock.advance(minutes=11)
        assert world.use_cases.sweep() == 1
        assert world.queue.sent == [Message(job.id)]
        assert world.jobs.get(job.id).attempts == attempt
        world.queue.sent.clear()
    world.clock.advance(minutes=11)
    assert world.use_cases.sweep() == 1
    detail = failed_with(world.final(job), "given_up").detail
    assert f"none of its {MAX_ATTEMPTS} attempts reported a result" in detail


def test_the_sweeper_leaves_a_job_alone_that_was_updated_just_now() -> None:
    world = World()
    lost_job(world)
    world.clock.advance(minutes=11)
    assert world.use_cases.sweep() == 1
    world.queue.sent.clear()
    assert world.use_cases.sweep() == 0
    assert world.queue.sent == []


def test_the_sweeper_leaves_jobs_alone_that_wait_for_their_turn() -> None:
    world = World()
    job = world.submit(ROWS)
    world.clock.advance(hours=14)
    assert world.use_cases.sweep() == 0
    assert world.jobs.get(job.id).attempts == 1
    world.run()
    assert summed(world.final(job)) == SUM


def test_the_sweeper_sends_a_job_that_was_lost_although_other_messages_wait() -> None:
    """A message of its own would have been a dead letter by then."""
    world = World()
    job = lost_job(world)
    world.clock.advance(hours=15, minutes=1)
    other = world.submit(ROWS, name="other.csv")
    assert world.use_cases.sweep() == 1
    assert world.queue.sent == [Message(other.id, record=other), Message(job.id)]


def test_a_job_is_not_given_up_because_of_its_attempts_while_messages_wait() -> None:
    world = World()
    job = world.submit(ROWS)
    for _ in range(5):
        world.clock.advance(hours=16)
        world.use_cases.sweep()
    assert world.jobs.get(job.id).attempts == MAX_ATTEMPTS
    assert not world.jobs.get(job.id).status.is_final


def test_the_sweeper_fails_a_job_that_is_not_finished_in_days_even_while_messages_wait() -> None:
    world = World()
    job = world.submit(ROWS)
    world.clock.advance(days=4, minutes=1)
    assert world.use_cases.sweep() == 1
    assert "not finished in time" in failed_with(world.final(job), "given_up").detail


def test_the_sweeper_brings_back_the_lost_parts_of_a_cut_job() -> None:
    world = World(part_bytes=100)
    job = world.submit(ROWS)
    world.deliver_next()
    del world.queue.sent[2:]
    world.run()
    world.clock.advance(minutes=11)
    assert world.use_cases.sweep() == 1
    world.run()
    assert summed(world.final(job)) == SUM


@dataclass
class DownQueue(MemoryQueue):
    """Does not answer while it is down."""

    is_down: bool = False

    def send(self, messages: Sequence[Message]) -> None:
        if self.is_down:
            raise ServiceDown("The queue does not answer.")
        super().send(messages)


def test_a_job_that_a_sweep_could_not_send_is_sent_by_a_later_one() -> None:
    queue = DownQueue()
    world = World(queue=queue)
    job = lost_job(world)
    world.clock.advance(minutes=11)
    queue.is_down = True
    with pytest.raises(ServiceDown):
        world.use_cases.sweep()
    queue.is_down = False
    world.clock.advance(minutes=11)
    assert world.use_cases.sweep() == 1
    world.run()
    assert summed(world.final(job)) == SUM
