"""Working on the messages of jobs and parts, also when workers die at any point."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.engine.options import Options
from chalicelib.engine.states import State
from chalicelib.errors import TryAgain
from chalicelib.jobs.job import Job, Problem, Result, Status
from chalicelib.jobs.parts import Run
from chalicelib.jobs.ports import Message
from chalicelib.jobs.summing import SMALL_BYTES
from tests.adapters_in_memory import MemoryJobs, MemoryParts, MemoryQueue
from tests.harness import World, failed_with, summed
from tests.log_lines import captured_log

ROWS = b"a,b\n" + b"".join(b"%d.5,x\n" % number for number in range(100))
SUM = ((str(sum(range(100)) + 50),), 100)


@pytest.mark.parametrize("part_bytes", [1 << 20, 100, 7, 1])
def test_a_file_is_summed_once_however_it_is_cut(part_bytes: int) -> None:
    world = World(part_bytes)
    job = world.submit(ROWS)
    world.run(Random(1), duplicates=0.3)
    assert summed(world.final(job)) == SUM


@pytest.mark.parametrize(("part_bytes", "is_cut"), [(len(ROWS), False), (len(ROWS) - 1, True)])
def test_a_file_is_cut_only_when_it_is_larger_than_a_part(part_bytes: int, is_cut: bool) -> None:
    world = World(part_bytes)
    job = world.submit(ROWS)
    world.run()
    done = world.final(job)
    assert summed(done) == SUM
    assert (done.plan is not None) is is_cut


class CountedJobs(MemoryJobs):
    """Keeps the names of the calls, but for those with which others are made."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []

    def __getattribute__(self, name: str) -> object:
        found = super().__getattribute__(name)
        if callable(found) and name != "get" and not name.startswith("_"):
            self.calls.append(name)
        return found


@pytest.mark.parametrize("redelivered", [False, True])
def test_a_small_file_costs_one_write_and_a_read_if_its_message_is_redelivered(
    redelivered: bool,
) -> None:
    jobs = CountedJobs()
    world = World(jobs=jobs)
    job = world.submit(ROWS)
    jobs.calls.clear()
    world.deliver(replace(world.queue.sent.pop(), redelivered=redelivered))
    assert jobs.calls == ["find", "succeed"] if redelivered else ["succeed"]
    done = world.final(job)
    assert summed(done) == SUM
    assert done.started_at == done.finished_at == world.clock()


@pytest.mark.parametrize("name", ["x.csv", "x.csv.gz"])
def test_a_file_that_takes_longer_is_seen_to_run(name: str) -> None:
    jobs = CountedJobs()
    world = World(part_bytes=1 << 30, jobs=jobs)
    row = b"1," + b"x" * 5000 + b"\n"
    data = b"a,b\n" + row * (SMALL_BYTES // len(row) + 1)
    job = world.submit(data if name == "x.csv" else gzip.compress(data, 0), name=name)
    jobs.calls.clear()
    world.run()
    assert jobs.calls == ["start", "succeed"]
    assert summed(world.final(job))


def test_a_gzip_file_is_one_part_however_large_it_is() -> None:
    world = World(part_bytes=10)
    job = world.submit(gzip.compress(ROWS), name="x.csv.gz")
    world.run()
    done = world.final(job)
    assert summed(done) == SUM
    assert done.parts == 1


@pytest.mark.parametrize(
    ("part", "start"), [(None, None), (0, None), (3, State.QUOTED)], ids=["job", "part", "rerun"]
)
def test_a_message_of_a_final_job_changes_nothing(part: int | None, start: State | None) -> None:
    world = World(part_bytes=100)
    job = world.submit(ROWS)
    world.run()
    before = world.final(job)
    world.deliver(Message(job.id, part, start))
    assert world.jobs.get(job.id) == before
    assert world.queue.sent == []


@pytest.mark.parametrize("part_bytes", [100, 1 << 20], ids=["cut", "small"])
def test_a_message_that_the_queue_doubles_changes_nothing_after_the_end(part_bytes: int) -> None:
    world = World(part_bytes)
    job = world.submit(ROWS)
    (first,) = world.queue.sent
    world.run()
    before = world.final(job)
    world.clock.advance(minutes=1)
    world.deliver(first)
    assert world.jobs.get(job.id) == before
    assert world.queue.sent == []


@pytest.mark.parametrize("part_bytes", [100, 1 << 20], ids=["cut", "small"])
def test_a_job_that_failed_meanwhile_never_succeeds(part_bytes: int) -> None:
    world = World(part_bytes)
    job = world.submit(ROWS)
    world.use_cases.give_up(Message(job.id))
    world.run()
    failed_with(world.final(job), "given_up")
    assert world.queue.sent == []


@pytest.mark.parametrize("part_bytes", [100, 1 << 20], ids=["cut", "small"])
def test_a_message_that_was_sent_although_its_job_was_removed_is_dropped(part_bytes: int) -> None:
    world = World(part_bytes)
    job = world.submit(ROWS)
    world.jobs.remove_unsent(job.id)
    with captured_log() as lines:
        world.run()
    assert (world.jobs.records, world.queue.sent) == ({}, [])
    assert [line["action"] for line in lines] == ["started", "dropped"]


@pytest.mark.parametrize("part", [None, 1], ids=["job", "part"])
def test_a_message_of_an_unknown_job_is_dropped(part: int | None) -> None:
    world = World()
    world.deliver(Message("0" * 32, part))
    assert (world.jobs.records, world.queue.sent) == ({}, [])


@pytest.mark.parametrize("part", [50, 7])
def test_a_part_that_a_job_does_not_have_leaves_the_job_running(part: int) -> None:
    world = World(part_bytes=100 if part == 50 else 1 << 20)
    job = world.submit(ROWS)
    world.jobs.start(job.id, world.clock())
    with pytest.raises(TryAgain):
        world.deliver(Message(job.id, part))
    assert world.jobs.get(job.id).status is Status.RUNNING


def test_a_job_whose_planner_died_half_way_sends_the_missing_parts() -> None:
    world = World(part_bytes=100)
    job = world.submit(ROWS)
    first = world.deliver_next()
    del world.queue.sent[3:]
    world.run()
    missing = world.missing(job)
    assert len(missing) == world.jobs.get(job.id).parts - 3
    world.deliver(first)
    assert [message.part for message in world.queue.sent] == missing
    world.run()
    assert summed(world.final(job)) == SUM


def die_before_merging(world: World, message: Message) -> None:
    """Store a part as a worker does that dies right after that."""
    reader, job = world.use_cases.sum_part.reader, world.jobs.get(message.job)
    assert job.plan
    assert message.part is not None
    outcome, columns = reader.sum_part(job, job.plan, message.part)
    world.parts.save(job.id, outcome, columns)
    world.parts.add_done(job.id, message.part, Run.FIRST)


@pytest.mark.parametrize("part", [0, None], ids=["part", "job"])
def test_a_job_whose_merger_died_is_merged_by_any_redelivered_message(part: int | None) -> None:
    world = World(part_bytes=100)
    job = world.submit(ROWS)
    world.deliver_next()
    last = world.queue.sent.pop()
    world.run()
    die_before_merging(world, last)
    assert world.missing(job) == []
    world.deliver(Message(job.id, part))
    assert summed(world.final(job)) == SUM


def test_a_cut_job_keeps_its_first_plan() -> None:
    world = World(part_bytes=100)
    job = world.submit(ROWS)
    first = world.deliver_next()
    plan = world.jobs.get(job.id).plan
    smaller = World(part_bytes=30, jobs=world.jobs, queue=world.queue, source=world.source)
    smaller.deliver(first)
    assert world.jobs.get(job.id).plan == plan
    smaller.run()
    assert summed(smaller.final(job)) == SUM


class Killed(BaseException):
    """The worker is killed at this point: nothing of it runs any more."""


MORTAL = frozenset(
    {
        "start",
        "plan",
        "save",
        "saved",
        "add_done",
        "add_done_group",
        "expect_reruns",
        "succeed",
        "fail",
        "send",
    }
)


@dataclass
class Death:
    """Kills the worker at the n-th call from now, before or after the call takes effect."""

    calls_left: int = -1
    after: bool = False

    def around(self, method: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **more: object) -> object:
            self.calls_left -= 1
            if self.calls_left == 0 and not self.after:
                raise Killed
            result = method(*args, **more)
            if self.calls_left == 0:
                raise Killed
            return result

        return call


class MortalJobs(MemoryJobs):
    def __init__(self, death: Death) -> None:
        super().__init__()
        self.death = death

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        return self.death.around(found) if name in MORTAL else found


class MortalQueue(MemoryQueue):
    def __init__(self, death: Death) -> None:
        super().__init__()
        self.death = death

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        return self.death.around(found) if name in MORTAL else found


class MortalParts(MemoryParts):
    def __init__(self, death: Death) -> None:
        super().__init__()
        self.death = death

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        return self.death.around(found) if name in MORTAL else found


QUOTED = b"a,b\n" + b'1,"' + b"2,3\n" * 20 + b'"\n' + b"4,5\n" * 10
# Bars, CR, a name in Windows-1252, comments, a column of text, points that three digits follow.
REAL = b'town|prix \x80|rate\r#|"\r' + b"Paris|1|1.250\r# a |note\rNice|2|2.500\r" * 4 + b"Aix|3|4"
BROKEN = REAL.replace(b"Aix|3|4", b"Aix|three|4\rLyon|4|5\rAix|4|5|6\r")
File = tuple[bytes, Options]
ALL = Options.of({"step": 1, "comment": "#"})
FILES: list[File] = [(QUOTED, Options()), (REAL, ALL), (BROKEN, ALL)]


def outcome(job: Job) -> tuple[object, ...]:
    """Return all that a final job says of its file."""
    return job.result, job.problem, job.dialect, job.ledger and job.ledger.rows


@cache
def undisturbed(file: File) -> tuple[object, ...]:
    world = World()
    job = world.submit(*file)
    world.run()
    return outcome(world.final(job))


def test_the_files_of_the_workers_that_die_end_as_they_should() -> None:
    quoted, real, broken = (undisturbed(file) for file in FILES)
    assert isinstance(quoted[0], Result)
    assert quoted[0].totals == ("41",)
    assert isinstance(real[0], Result)
    assert real[0].exact() == {"prix \u20ac": "15", "rate": "19"}
    assert [each.name for each in real[0].left_out] == ["town"]
    assert {each.code for each in real[0].warnings} == {
        "three_digits_after_points",
        "last_row_without_end",
    }
    assert isinstance(broken[1], Problem)
    assert broken[1].code == "ragged_row"


@given(
    st.lists(st.tuples(st.integers(1, 12), st.booleans()), max_size=8),
    st.integers(0, 1 << 30),
    st.sampled_from([1, 25, 40, 1000]),
    st.sampled_from([1, 3, 4, 12, 1000]),
    st.sampled_from(FILES),
)
@settings(max_examples=300)
def test_workers_that_die_anywhere_leave_the_right_outcome(
    deaths: list[tuple[int, bool]], seed: int, part_bytes: int, window: int, file: File
) -> None:
    death = Death()
    world = World(
        part_bytes,
        proof_bytes=4,
        jobs=MortalJobs(death),
        parts=MortalParts(death),
        queue=MortalQueue(death),
        parts_in_flight=window,
    )
    job = world.submit(*file)
    random = Random(seed)
    while sent := world.queue.sent:
        message = sent.pop(random.randrange(len(sent)))
        if deaths:
            death.calls_left, death.after = deaths.pop()
        try:
            world.deliver(message)
        except Killed:
            sent.append(replace(message, redelivered=True))
        finally:
            death.calls_left = -1
    assert outcome(world.final(job)) == undisturbed(file)
    world.clock.advance(days=1)
    assert world.use_cases.sweep() == 0
