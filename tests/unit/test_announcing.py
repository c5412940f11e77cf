"""Each job that ends is announced at least once, whatever dies or is refused on the way."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from chalicelib.errors import ServiceDown
from chalicelib.jobs.announcing import BATCH, announcement_of
from chalicelib.jobs.client import OPEN
from chalicelib.jobs.job import Job, Status
from chalicelib.jobs.outcome_ports import Announcement
from chalicelib.jobs.ports import Message
from chalicelib.web.openapi.document import document
from tests.adapters_in_memory import MemoryBus, MemoryJobs
from tests.harness import World
from tests.log_lines import LogLines

ROWS = b"a,b\n" + b"1.5,x\n" * 100
AFTER = timedelta(minutes=1, seconds=1)


def announcing(**parts: object) -> tuple[World, MemoryBus]:
    bus = parts.pop("bus", None) or MemoryBus()
    assert isinstance(bus, MemoryBus)
    return World(bus=bus, **parts), bus  # type: ignore[arg-type]


def ended(bus: MemoryBus) -> list[tuple[object, object]]:
    return [(event["id"], event["status"]) for event in bus.sent]


def succeed(world: World) -> Job:
    job = world.submit(ROWS)
    world.run()
    return job


def fail(world: World) -> Job:
    job = world.submit(b"a\nx\n")
    world.run()
    return job


def cancel(world: World) -> Job:
    return world.use_cases.cancel_job(world.submit(ROWS).id, OPEN)


def give_up(world: World) -> Job:
    job = world.submit(ROWS)
    world.use_cases.give_up(Message(job.id))
    return job


def sweep_away(world: World) -> Job:
    job = world.submit(ROWS)
    world.queue.sent.clear()
    for _ in range(3):
        world.clock.advance(hours=1)
        world.use_cases.sweep()
        world.queue.sent.clear()
    return job


def answer(world: World) -> Job:
    succeed(world)
    return world.submit(ROWS)


ENDS: dict[str, Callable[[World], Job]] = {
    "succeeds": succeed,
    "succeeds at once": answer,
    "fails": fail,
    "is cancelled": cancel,
    "is given up": give_up,
    "is given up by the sweeper": sweep_away,
}


@pytest.mark.parametrize("end", ENDS)
def test_a_job_is_announced_when_it(end: str) -> None:
    world, bus = announcing()
    job = world.jobs.get(ENDS[end](world).id)
    assert job.status.is_final
    assert bus.sent[-1] == announcement_of(job, "csvsum")
    assert [event["id"] for event in bus.sent].count(job.id) == 1
    assert world.jobs.marked == set()


@pytest.mark.parametrize("end", ENDS)
def test_an_event_is_as_the_document_has_it_and_has_no_sums(end: str) -> None:
    world, bus = announcing()
    ENDS[end](world)
    schema = {"$ref": "#/components/schemas/JobEnded", "components": document()["components"]}
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    for event in bus.sent:
        validator.validate(json.loads(json.dumps(event)))
        assert "150" not in json.dumps({**event, "id": "", "link": "", "cached_from": ""})


def test_the_event_of_a_failed_job_has_its_code_and_no_sentence() -> None:
    world, bus = announcing()
    job = world.submit(b"h,g\n5ecret,x\n")
    world.run()
    assert bus.sent == [
        {
            "id": job.id,
            "service": "csvsum",
            "client": "open",
            "csv": "x.csv",
            "status": "failed",
            "error": "no_numbers",
            "rows": None,
            "submitted_at": "2026-11-24T12:00:00.000Z",
            "started_at": None,
            "finished_at": "2026-11-24T12:00:00.000Z",
            "cached_from": None,
            "link": f"jobs/{job.id}",
        }
    ]


@pytest.mark.parametrize("end", ENDS)
def test_without_a_bus_nothing_is_marked(end: str) -> None:
    world = World()
    ENDS[end](world)
    world.use_cases.sweep()
    assert world.jobs.marked == set()


class Killed(BaseException):
    """The process has ended."""


@dataclass
class DyingBus(MemoryBus):
    """The process dies before it sends an event, or after that."""

    dies: str = ""

    def send(self, events: Sequence[Announcement]) -> Mapping[int, str]:
        if self.dies == "before":
            self.dies = ""
            raise Killed
        refused = super().send(events)
        if self.dies == "after":
            self.dies = ""
            raise Killed
        return refused


@pytest.mark.parametrize(("dies", "sent"), [("before", 1), ("after", 2)])
@pytest.mark.parametrize("end", ["succeeds", "fails", "is cancelled", "is given up"])
def test_the_sweeper_sends_what_a_process_did_not_that_died(end: str, dies: str, sent: int) -> None:
    world, bus = announcing(bus=DyingBus(dies=dies))
    with pytest.raises(Killed):
        ENDS[end](world)
    (job,) = world.jobs.records.values()
    assert job.status.is_final
    world.queue.sent.clear()
    world.clock.now += AFTER
    world.use_cases.sweep()
    assert ended(bus) == [(job.id, job.status.value)] * sent
    assert len({event["id"] for event in bus.sent}) == 1
    world.use_cases.sweep()
    assert len(bus.sent) == sent
    assert world.jobs.marked == set()


def test_the_sweeper_leaves_the_event_of_a_job_that_ended_just_now_to_who_ended_it() -> None:
    world, bus = announcing()
    job = succeed(world)
    world.jobs.marked.add(job.id)
    world.clock.advance(seconds=59)
    world.use_cases.sweep()
    assert len(bus.sent) == 1
    world.clock.advance(seconds=2)
    world.use_cases.sweep()
    assert len(bus.sent) == 2


@dataclass
class DownBus(MemoryBus):
    """Does not answer while it is down."""

    is_down: bool = True
    calls: int = 0

    def send(self, events: Sequence[Announcement]) -> Mapping[int, str]:
        self.calls += 1
        if self.is_down:
            raise ServiceDown("The bus does not answer.")
        return super().send(events)


@pytest.mark.parametrize("end", ENDS)
def test_a_bus_that_is_down_delays_the_event_and_fails_nothing(
    end: str, log_lines: LogLines
) -> None:
    world, bus = announcing(bus=DownBus())
    assert isinstance(bus, DownBus)
    job = ENDS[end](world)
    assert world.jobs.get(job.id).status.is_final
    unannounced = [line for line in log_lines if line["action"] == "unannounced"]
    assert job.id in {line["job"] for line in unannounced}
    assert {(line["level"], line["cause"]) for line in unannounced} == {("WARNING", "unavailable")}
    bus.is_down = False
    world.queue.sent.clear()
    world.clock.now += AFTER
    world.use_cases.sweep()
    assert job.id in {event["id"] for event in bus.sent}
    assert world.jobs.marked == set()


def marked(world: World, count: int) -> list[Job]:
    """Return jobs that ended while no event could be sent."""
    bus, world.use_cases.submit.announcer.bus = world.use_cases.submit.announcer.bus, DownBus()
    succeed(world)
    jobs = [world.submit(ROWS) for _ in range(count)]
    world.jobs.marked = {job.id for job in jobs}
    world.use_cases.submit.announcer.bus = bus
    world.clock.now += AFTER
    return jobs


def test_a_sweep_asks_a_bus_that_is_down_once() -> None:
    world, bus = announcing(bus=DownBus())
    assert isinstance(bus, DownBus)
    jobs = marked(world, 3 * BATCH)
    bus.calls = 0
    world.use_cases.sweep()
    assert bus.calls == 1
    bus.is_down = False
    world.use_cases.sweep()
    assert bus.calls == 1 + 3
    assert {event["id"] for event in bus.sent} == {job.id for job in jobs}


def test_an_event_that_the_bus_does_not_accept_keeps_no_other_one(log_lines: LogLines) -> None:
    world, bus = announcing()
    jobs = marked(world, 2 * BATCH + 3)
    bus.refused = {jobs[4].id: "InternalFailure"}
    bus.sent.clear()
    log_lines.clear()
    world.use_cases.sweep()
    assert {event["id"] for event in bus.sent} == {job.id for job in jobs} - {jobs[4].id}
    assert world.jobs.marked == {jobs[4].id}
    (line,) = [line for line in log_lines if line["action"] == "unannounced"]
    assert (line["job"], line["cause"]) == (jobs[4].id, "InternalFailure")
    swept = log_lines[-1]
    assert (swept["action"], swept["announced"]) == ("swept", 2 * BATCH + 2)
    bus.refused = {}
    world.use_cases.sweep()
    assert bus.sent[-1]["id"] == jobs[4].id


class MortalJobs(MemoryJobs):
    """Kills the process before or after the n-th write that concerns announcements."""

    def __init__(self) -> None:
        super().__init__()
        self.lives = 10**9

    def _live(self) -> None:
        self.lives -= 1
        if self.lives == 0:
            raise Killed

    def set_announced(self, job_id: str) -> None:
        self._live()
        super().set_announced(job_id)
        self._live()


@dataclass
class MortalBus(MemoryBus):
    jobs: MortalJobs = field(default_factory=MortalJobs)

    def send(self, events: Sequence[Announcement]) -> Mapping[int, str]:
        self.jobs._live()
        refused = super().send(events)
        self.jobs._live()
        return refused


@given(seed=st.integers(0, 10_000), deaths=st.lists(st.integers(1, 4), max_size=5))
def test_no_schedule_of_deaths_loses_the_event_of_a_job(seed: int, deaths: list[int]) -> None:
    random, jobs = Random(seed), MortalJobs()
    world, bus = announcing(bus=MortalBus(jobs=jobs), jobs=jobs, part_bytes=200)
    files = [b"a\n" + b"1\n" * random.randrange(300) for _ in range(4)]
    for number, data in enumerate(files):
        world.submit(data, name=f"{number}.csv")
    lives = iter(deaths)
    for _ in range(200):
        jobs.lives = next(lives, 10**9)
        try:
            world.run(random, duplicates=0.2)
            world.use_cases.sweep()
        except Killed:
            pass
        world.clock.advance(minutes=12)
    assert jobs.in_progress() == 0
    assert {event["id"] for event in bus.sent} == set(jobs.records)
    statuses = {(event["id"], event["status"]) for event in bus.sent}
    assert statuses == {(job.id, job.status.value) for job in jobs.records.values()}
    assert jobs.marked == set()


def test_two_workers_that_end_a_job_announce_it_once() -> None:
    world, bus = announcing()
    world.submit(ROWS)
    message = world.queue.sent[0]
    world.deliver(message)
    world.clock.advance(seconds=1)
    world.deliver(message)
    assert [event["status"] for event in bus.sent] == [Status.SUCCEEDED]
