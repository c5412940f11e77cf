"""The handlers of queues, dead letters and the schedule in app.py, over adapters in memory."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from chalice.test import Client

from app import SETTINGS, app
from chalicelib.adapters.work_queue import BadMessage, encode
from chalicelib.errors import TryAgain
from chalicelib.jobs.job import FileVersion, Status
from chalicelib.jobs.ports import Message
from chalicelib.wiring import use_cases
from tests.adapters_in_memory import MemorySource
from tests.harness import World, failed_with, summed

ROOT = Path(__file__).parent.parent.parent
ROWS = b"a,b\n" + b"1.5,x\n" * 100
SUM = (("150",), 100)


@pytest.fixture
def world() -> Iterator[World]:
    world = World(part_bytes=100)
    with use_cases.replaced_by(world.use_cases):
        yield world


def event_of(*bodies: str) -> dict[str, Any]:
    event: dict[str, Any] = Client(app).events.generate_sqs_event(list(bodies))
    return event


def invoke(function: str, event: Mapping[str, Any]) -> None:
    Client(app).lambda_.invoke(function, event)


def test_jobs_and_parts_come_to_their_own_handlers(world: World) -> None:
    job = world.submit(ROWS)
    invoke("work_job", event_of(encode(world.queue.sent.pop())))
    assert len(world.queue.sent) == 6
    while world.queue.sent:
        invoke("work_part", event_of(encode(world.queue.sent.pop(0))))
    assert summed(world.final(job)) == SUM


def test_all_records_of_an_event_are_worked_on(world: World) -> None:
    jobs = [world.submit(b"a\n1\n", name=f"{number}.csv") for number in range(3)]
    invoke("work_job", event_of(*(encode(message) for message in world.queue.sent)))
    assert all(world.jobs.get(job.id).status is Status.SUCCEEDED for job in jobs)


class FailingSource(MemorySource):
    def read(
        self, name: str, version: FileVersion, start: int = 0, expected_end: int | None = None
    ) -> Iterator[bytes]:
        raise TryAgain("The folder did not answer.")


@pytest.mark.parametrize(("function", "part"), [("work_job", None), ("work_part", 0)])
def test_a_handler_that_fails_raises_and_has_its_message_redelivered_soon(
    function: str, part: int | None
) -> None:
    world = World(part_bytes=100, source=FailingSource())
    job = world.submit(ROWS)
    world.jobs.start(job.id, world.clock())
    event = event_of(encode(Message(job.id, part)))
    with use_cases.replaced_by(world.use_cases), pytest.raises(TryAgain):
        invoke(function, event)
    assert world.adapters.deliveries.redelivered == event["Records"]


@pytest.mark.parametrize("function", ["work_job", "work_part"])
def test_a_message_that_is_not_one_of_csvsums_is_refused(world: World, function: str) -> None:
    with pytest.raises(BadMessage):
        invoke(function, event_of("hello"))
    assert len(world.adapters.deliveries.redelivered) == 1


def test_a_dead_letter_fails_its_job(world: World) -> None:
    job = world.submit(ROWS)
    invoke("give_up", event_of("hello", encode(Message(job.id, 3))))
    failed_with(world.final(job), "given_up")


def test_a_dead_report_of_the_inbox_is_a_failed_job_and_no_unknown_letter(world: World) -> None:
    reported = {"bucket": {"name": "b"}, "object": {"key": "inbox/x.csv", "eTag": "e"}}
    record = {"eventName": "ObjectCreated:Put", "s3": reported}
    invoke("give_up", event_of(json.dumps({"Records": [record]})))
    (job,) = world.jobs.records.values()
    assert failed_with(job, "given_up").detail.startswith("The file was reported")


def test_the_schedule_sends_stale_jobs(world: World) -> None:
    job = world.submit(ROWS)
    world.queue.sent.clear()
    world.clock.advance(minutes=11)
    invoke("sweep", Client(app).events.generate_cw_event("aws.events", "Scheduled Event", {}, []))
    assert world.queue.sent == [Message(job.id)]


def test_each_handler_has_a_queue_of_the_settings_and_takes_one_message_at_a_time() -> None:
    triggers: dict[str, Any] = {source.name: source for source in app.event_sources}
    assert set(triggers) == {"work_job", "work_part", "give_up", "sweep"}
    queues = {name: triggers[name].queue for name in ("work_job", "work_part", "give_up")}
    assert queues == {
        "work_job": SETTINGS.jobs_queue,
        "work_part": SETTINGS.parts_queue,
        "give_up": SETTINGS.dead_queue,
    }
    assert {triggers[name].batch_size for name in queues} == {1}
    assert {triggers[name].maximum_concurrency for name in queues} == {None}


def test_the_concurrency_of_each_handler_is_that_of_its_setting() -> None:
    program = (
        "import app; print({e.name: e.maximum_concurrency for e in app.app.event_sources[:3]})"
    )
    bounds = {"MAX_CONCURRENCY_JOBS": "2", "MAX_CONCURRENCY_PARTS": "5"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, **bounds, "MAX_CONCURRENCY_GIVE_UP": "3"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ast.literal_eval(done.stdout) == {"work_job": 2, "work_part": 5, "give_up": 3}
