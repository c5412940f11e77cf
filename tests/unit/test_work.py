"""The use cases over doors in memory: faults of every kind, and what must hold after them."""

import gzip
from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.engine.options import Options
from chalicelib.engine.states import State
from chalicelib.errors import BadRequest, FileMissing, ServiceDown, TryAgain, UnknownJob
from chalicelib.jobs.job import FileVersion, Job, Status
from chalicelib.jobs.ports import Message
from tests.fakes import MemoryJobs, MemoryQueue, MemorySource
from tests.harness import World

ROWS = b"a,b\n" + b"".join(b"%d.5,x\n" % number for number in range(100))
TOTAL = sum(range(100)) + 50


def ended(world: World, job: Job) -> Job:
    assert world.jobs.in_progress() == 0
    return world.jobs.get(job.id)


def assert_summed(world: World, job: Job, parts: int | None = None) -> None:
    found = ended(world, job)
    assert found.result
    assert found.ledger
    assert (found.status, found.result.totals, found.ledger.rows) == (
        Status.SUCCEEDED,
        (str(TOTAL),),
        100,
    )
    assert parts is None or found.ledger.parts == parts


def test_a_fault_below_a_name_too_long_to_keep_is_told_with_its_beginning() -> None:
    world = World()
    job = world.submit(b"n" * 500_000 + b"\nx\n")
    world.run()
    problem = ended(world, job).problem
    assert problem
    assert problem.column == "n" * 200 + "…"
    assert len(problem.detail) < 1000


def test_a_result_too_large_to_be_given_out_fails_its_job(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    monkeypatch.setattr("chalicelib.jobs.work.MAX_RESULT_CHARS", 20)
    fits, larger = (
        world.submit(b"n" * 10 + b"\n1234567890\n", name="fits.csv"),
        world.submit(b"n" * 10 + b"\n12345678901\n"),
    )
    world.run()
    assert ended(world, fits).result
    problem = ended(world, larger).problem
    assert problem
    assert (problem.code, problem.line) == ("result_too_large", None)
    assert "21 characters" in problem.detail


def test_a_job_is_recorded_before_it_is_sent() -> None:
    world = World()
    job = world.submit(ROWS)
    assert world.jobs.get(job.id).status is Status.QUEUED
    assert world.queue.sent == [Message(job.id)]
    assert world.service.in_progress() == 1


@pytest.mark.parametrize(
    ("name", "error"), [("missing.csv", FileMissing), ("../x.csv", BadRequest), (None, BadRequest)]
)
def test_what_cannot_be_summed_is_refused_and_leaves_nothing(
    name: object, error: type[Exception]
) -> None:
    world = World()
    with pytest.raises(error):
        world.service.submit(name, Options())
    assert (world.jobs.records, world.queue.sent) == ({}, [])


class DownQueue(MemoryQueue):
    def send(self, messages: object) -> None:
        raise ServiceDown("The queue does not answer.")


def test_a_queue_that_is_down_leaves_no_ghost_of_a_job() -> None:
    world = World(queue=DownQueue())
    with pytest.raises(ServiceDown):
        world.submit(ROWS)
    assert world.jobs.records == {}


@pytest.mark.parametrize("job_id", ["", "x", "0" * 32, "A" * 32, "0" * 33])
def test_an_id_that_is_none_is_unknown(job_id: str) -> None:
    with pytest.raises(UnknownJob):
        World().service.job(job_id)


@pytest.mark.parametrize("part_bytes", [1 << 20, 100, 7, 1])
def test_a_file_small_or_cut_is_summed_once(part_bytes: int) -> None:
    world = World(part_bytes)
    job = world.submit(ROWS)
    world.run(Random(1), duplicates=0.3)
    assert_summed(world, job)


def test_a_file_is_cut_only_when_it_is_larger_than_a_part() -> None:
    for part_bytes, parts in [(len(ROWS), 1), (len(ROWS) - 1, 2)]:
        world = World(part_bytes)
        job = world.submit(ROWS)
        world.run()
        assert_summed(world, job, 1 if parts == 1 else None)
        assert (world.jobs.get(job.id).plan is None) is (parts == 1)


def test_a_gzip_file_is_one_part_however_large() -> None:
    world = World(part_bytes=10)
    job = world.submit(gzip.compress(ROWS), name="x.csv.gz")
    world.run()
    assert_summed(world, job, 1)


def test_a_message_of_a_job_that_has_ended_changes_nothing() -> None:
    world = World(part_bytes=100)
    job = world.submit(ROWS)
    world.run()
    before = ended(world, job)
    for message in (
        Message(job.id),
        Message(job.id, 0),
        Message(job.id, 3, State.QUOTED),
        Message("0" * 32),
        Message("0" * 32, 1),
    ):
        world.deliver(message)
    world.recovery.give_up(Message(job.id))
    assert world.jobs.get(job.id) == before
    assert world.queue.sent == []


def test_a_planner_that_died_half_way_is_made_up_for() -> None:
    world = World(part_bytes=100)
    job = world.submit(ROWS)
    first = world.queue.sent.pop()
    world.deliver(first)
    del world.queue.sent[3:]
    world.run()
    assert world.jobs.get(job.id).status is Status.RUNNING
    world.deliver(first)
    assert {message.part for message in world.queue.sent} == set(
        world.jobs.get(job.id).missing_parts
    )
    world.run()
    assert_summed(world, job)


def test_a_merger_that_died_is_made_up_for_by_any_message_delivered_again() -> None:
    for again in (0, None):
        world = World(part_bytes=100)
        job = world.submit(ROWS)
        world.deliver(world.queue.sent.pop())
        *others, last = world.queue.sent
        world.queue.sent = list(others)
        world.run()
        cut = world.jobs.get(job.id)
        assert cut.plan
        assert last.part is not None
        outcome, columns = world.work._outcome(cut, cut.plan, last.part, None)
        world.jobs.save_part(job.id, outcome, columns)
        world.jobs.add_done(job.id, outcome.number, world.clock())
        world.deliver(Message(job.id, again))
        assert_summed(world, job)


def test_a_cut_job_keeps_the_plan_it_was_cut_by() -> None:
    world = World(part_bytes=100)
    job = world.submit(ROWS)
    first = world.queue.sent.pop()
    world.deliver(first)
    plan = world.jobs.get(job.id).plan
    smaller = World(part_bytes=30, jobs=world.jobs, queue=world.queue, source=world.source)
    smaller.deliver(first)
    assert world.jobs.get(job.id).plan == plan
    smaller.run()
    assert_summed(world, job)


class ChangingSource(MemorySource):
    """The file becomes another one after so many reads."""

    reads_left = 3

    def read(
        self, name: str, version: FileVersion, start: int = 0, expected_end: int | None = None
    ) -> Iterator[bytes]:
        self.reads_left -= 1
        if self.reads_left == 0:
            self.files[name] = ROWS.replace(b"1.5", b"2.5")
        return super().read(name, version, start, expected_end)


def test_a_file_that_changes_between_two_parts_fails_its_job() -> None:
    world = World(part_bytes=100, source=ChangingSource())
    job = world.submit(ROWS)
    world.run()
    problem = ended(world, job).problem
    assert problem
    assert problem.code == "file_changed"


def test_a_file_that_is_gone_fails_its_job() -> None:
    world = World()
    job = world.submit(ROWS)
    world.source.files.clear()
    world.run()
    problem = ended(world, job).problem
    assert problem
    assert problem.code == "file_gone"


class FailingSource(MemorySource):
    """Does not answer while it is told to fail."""

    failing: Exception | None = None

    def read(
        self, name: str, version: FileVersion, start: int = 0, expected_end: int | None = None
    ) -> Iterator[bytes]:
        if self.failing:
            raise self.failing
        return super().read(name, version, start, expected_end)


@pytest.mark.parametrize("failing", [TryAgain("The bucket did not answer."), RuntimeError("bug")])
def test_what_may_pass_is_raised_so_that_the_message_comes_back_and_is_noted(
    failing: Exception,
) -> None:
    source = FailingSource()
    world = World(source=source)
    job = world.submit(ROWS)
    source.failing = failing
    with pytest.raises(type(failing)):
        world.deliver(world.queue.sent[0])
    last = world.jobs.get(job.id)
    assert (last.status, bool(last.last_error)) == (Status.RUNNING, True)
    assert "bug" not in (last.last_error or ""), "the text of an unexpected error may hold anything"
    source.failing = None
    world.run()
    assert_summed(world, job)


def test_a_dead_letter_fails_its_job_with_the_last_known_reason() -> None:
    source = FailingSource()
    world = World(source=source)
    job = world.submit(ROWS)
    source.failing = TryAgain("The bucket did not answer.")
    message = world.queue.sent.pop()
    with pytest.raises(TryAgain):
        world.deliver(message)
    world.recovery.give_up(message)
    problem = ended(world, job).problem
    assert problem
    assert problem.code == "given_up"
    assert "The bucket did not answer." in problem.detail


def test_a_dead_letter_nobody_can_be_told_of_is_let_go() -> None:
    World().recovery.give_up(None)
    World().recovery.give_up(Message("0" * 32))


def test_the_sweeper_sends_a_lost_job_again_until_it_has_had_three_attempts() -> None:
    world = World()
    job = world.submit(ROWS)
    for attempt in (2, 3):
        world.queue.sent.clear()
        world.clock.advance(minutes=11)
        assert world.recovery.sweep() == 1
        assert world.queue.sent == [Message(job.id)]
        assert world.jobs.get(job.id).attempts == attempt
        assert world.recovery.sweep() == 0, "it was just touched"
    world.queue.sent.clear()
    world.clock.advance(minutes=11)
    assert world.recovery.sweep() == 1
    problem = ended(world, job).problem
    assert problem
    assert problem.code == "given_up"


def test_the_sweeper_leaves_jobs_alone_that_wait_their_turn() -> None:
    world = World()
    job = world.submit(ROWS)
    world.clock.advance(hours=2)
    assert world.recovery.sweep() == 0
    assert world.jobs.get(job.id).attempts == 1
    world.run()
    assert_summed(world, job)


def test_the_sweeper_fails_what_did_not_end_in_days_even_while_others_wait() -> None:
    world = World()
    job = world.submit(ROWS)
    world.clock.advance(days=4, minutes=1)
    assert world.recovery.sweep() == 1
    assert ended(world, job).status is Status.FAILED


def test_the_sweeper_brings_back_the_lost_parts_of_a_cut_job() -> None:
    world = World(part_bytes=100)
    job = world.submit(ROWS)
    world.deliver(world.queue.sent.pop())
    world.queue.sent = world.queue.sent[:2]
    world.run()
    world.clock.advance(minutes=11)
    assert world.recovery.sweep() == 1
    world.run()
    assert_summed(world, job)


def test_a_part_that_began_inside_quotes_unknown_is_summed_again_and_right() -> None:
    data = b"a,b\n" + b'1,"' + b"2,3\n" * 50 + b'"\n' + b"4,5\n" * 10
    world = World(part_bytes=40, proof_bytes=4)
    job = world.submit(data)
    world.run(Random(3))
    found = ended(world, job)
    assert found.result
    assert found.ledger
    assert (found.result.totals, found.ledger.rows) == (("41",), 11)
    starts = {start for _, start in world.jobs.parts[job.id]}
    assert State.QUOTED in starts


def test_progress_counts_parts_and_their_bytes() -> None:
    world = World(part_bytes=100)
    job = world.submit(ROWS)
    world.deliver(world.queue.sent.pop())
    cut = world.jobs.get(job.id)
    assert cut.plan
    assert (cut.parts_done, cut.bytes_done, cut.parts) == (0, 0, cut.plan.count)
    world.deliver(world.queue.sent.pop(0))
    one = world.jobs.get(job.id)
    assert (one.parts_done, one.bytes_done) == (1, 100)
    world.run()
    done = ended(world, job)
    assert (done.parts_done, done.bytes_done) == (done.parts, len(ROWS))


class Killed(Exception):
    """The worker is gone at this point."""


class MortalJobs(MemoryJobs):
    """Dies at the n-th call, before or after it took effect."""

    calls_left = -1
    after = False

    def __getattribute__(self, name: str) -> object:
        found = super().__getattribute__(name)
        mortal = (
            "start",
            "plan",
            "save_part",
            "saved_parts",
            "add_done",
            "expect_reruns",
            "add_done_rerun",
            "succeed",
            "fail",
        )
        return _mortal(self, found) if name in mortal else found


def _mortal(jobs: MortalJobs, method: object) -> object:
    assert callable(method)

    def call(*args: object) -> object:
        jobs.calls_left -= 1
        if jobs.calls_left == 0 and not jobs.after:
            raise Killed
        result = method(*args)
        if jobs.calls_left == 0:
            raise Killed
        return result

    return call


QUOTED = b"a,b\n" + b'1,"' + b"2,3\n" * 20 + b'"\n' + b"4,5\n" * 10


@given(
    st.lists(st.tuples(st.integers(1, 12), st.booleans()), max_size=8),
    st.integers(0, 1 << 30),
    st.sampled_from([25, 40, 1000]),
)
@settings(max_examples=300)
def test_workers_that_die_anywhere_leave_the_right_sum(
    deaths: list[tuple[int, bool]], seed: int, part_bytes: int
) -> None:
    jobs = MortalJobs()
    world = World(part_bytes, proof_bytes=4, jobs=jobs)
    job = world.submit(QUOTED)
    random = Random(seed)
    while world.queue.sent:
        message = random.choice(world.queue.sent)
        if deaths:
            jobs.calls_left, jobs.after = deaths.pop()
        try:
            world.deliver(message)
        except Killed:
            continue
        finally:
            jobs.calls_left = -1
        world.queue.sent.remove(message)
    found = ended(world, job)
    assert found.result
    assert found.ledger
    assert (found.status, found.result.totals, found.ledger.rows) == (Status.SUCCEEDED, ("41",), 11)
    world.clock.now += timedelta(days=1)
    assert world.recovery.sweep() == 0
