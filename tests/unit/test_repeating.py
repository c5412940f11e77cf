"""The same key and request give the same job, whatever happened the first time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from chalicelib.engine.options import Options
from chalicelib.errors import FileMissing, KeyReused, ServiceDown
from chalicelib.jobs.client import OPEN, Client
from chalicelib.jobs.client_ports import Claim
from chalicelib.jobs.job import Job, Status
from chalicelib.jobs.ports import Message
from tests.adapters_in_memory import MemoryClaims, MemoryJobs, MemoryQueue
from tests.harness import World, summed

ROWS = b"a,b\n1,2\n"
KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


def a_world(**parts: Any) -> World:
    world = World(**parts)
    world.source.files["x.csv"] = ROWS
    return world


def submit(world: World, key: str | None = KEY, client: Client = OPEN, **options: Any) -> Job:
    return world.use_cases.submit_once("x.csv", Options(**options), client, key)


def test_a_repeat_gives_the_same_job_and_no_other_is_made() -> None:
    world = a_world()
    first = submit(world)
    assert submit(world) == first
    assert set(world.jobs.records) == {first.id}
    world.run()
    assert summed(world.final(first)) == (("1",), 1)
    assert submit(world).status is Status.SUCCEEDED


def test_a_repeat_does_not_look_at_the_file() -> None:
    world = a_world()
    first = submit(world)
    world.source.files.clear()
    assert submit(world).id == first.id


def test_requests_without_a_key_are_never_repeats() -> None:
    world = a_world()
    assert submit(world, None).id != submit(world, None).id


@pytest.mark.parametrize("change", ["name", "options"])
def test_the_key_of_another_request_is_refused(change: str) -> None:
    world = a_world()
    submit(world)
    world.source.files["y.csv"] = ROWS
    name, options = ("y.csv", Options()) if change == "name" else ("x.csv", Options(step=3))
    with pytest.raises(KeyReused):
        world.use_cases.submit_once(name, options, OPEN, KEY)
    assert len(world.jobs.records) == 1


def test_each_client_has_keys_of_its_own() -> None:
    world = a_world()
    one, other = (submit(world, client=Client(name)) for name in ("finance", "sales"))
    assert (one.client, other.client) == ("finance", "sales")
    assert one.id != other.id


def test_a_key_may_be_used_anew_after_a_day() -> None:
    world = a_world()
    first = submit(world)
    world.clock.advance(hours=23, minutes=59)
    assert submit(world).id == first.id
    world.clock.advance(minutes=1)
    assert submit(world).id != first.id


def test_a_request_that_was_refused_can_be_repeated_once_it_is_right() -> None:
    world = a_world()
    data = world.source.files.pop("x.csv")
    with pytest.raises(FileMissing):
        submit(world)
    world.source.files["x.csv"] = data
    job = submit(world)
    assert submit(world) == job


class Crash(BaseException):
    """The process is killed."""


@dataclass
class CrashingJobs(MemoryJobs):
    crashes: list[str] = field(default_factory=list)
    records: dict[str, Job] = field(default_factory=dict)

    def put(self, job: Job) -> bool:
        if self.crashes == ["before put"]:
            self.crashes.clear()
            raise Crash
        is_new = super().put(job)
        if self.crashes == ["after put"]:
            self.crashes.clear()
            raise Crash
        return is_new


class CrashingClaims(MemoryClaims):
    crashes = False

    def claim(self, wanted: Claim, now: datetime) -> Claim:
        claim = super().claim(wanted, now)
        if self.crashes:
            self.crashes = False
            raise Crash
        return claim


@pytest.mark.parametrize("where", ["after claim", "before put", "after put"])
def test_a_repeat_completes_what_a_crash_left(where: str) -> None:
    jobs, claims = CrashingJobs([where]), CrashingClaims()
    world = a_world(jobs=jobs)
    world.adapters.claims = claims
    claims.crashes = where == "after claim"
    with pytest.raises(Crash):
        submit(world)
    jobs.crashes.clear()
    job = submit(world)
    assert submit(world).id == job.id
    assert set(jobs.records) == {job.id}
    world.run()
    assert summed(world.final(job)) == (("1",), 1)


@dataclass
class DownQueue(MemoryQueue):
    down: bool = True

    def send(self, messages: Sequence[Message]) -> None:
        if self.down:
            raise ServiceDown("out of order")
        super().send(messages)


def test_a_job_that_could_not_be_sent_is_sent_by_the_repeat() -> None:
    queue = DownQueue()
    world = a_world(queue=queue)
    with pytest.raises(ServiceDown):
        submit(world)
    queue.down = False
    job = submit(world)
    assert len(world.jobs.records) == 1
    world.run()
    assert summed(world.final(job)) == (("1",), 1)


@dataclass
class RacingClaims(MemoryClaims):
    """Lets another request with the same key overtake this one after its claim."""

    overtake: Callable[[], object] | None = None

    def claim(self, wanted: Claim, now: datetime) -> Claim:
        claim, overtake = super().claim(wanted, now), self.overtake
        self.overtake = None
        if overtake:
            overtake()
        return claim


def test_two_requests_at_once_give_one_job() -> None:
    world = a_world()
    claims = RacingClaims()
    world.adapters.claims = claims
    others: list[Job] = []
    claims.overtake = lambda: others.append(submit(world))
    job = submit(world)
    assert [other.id for other in others] == [job.id]
    world.run()
    assert summed(world.final(job)) == (("1",), 1)
    assert len(world.jobs.records) == 1
