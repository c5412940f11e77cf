"""Submitting files and asking for jobs: what is stored, what is sent, what is refused."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from chalicelib.engine.options import Options
from chalicelib.errors import BadRequest, FileMissing, ServiceDown, UnknownJob
from chalicelib.jobs.client import OPEN
from chalicelib.jobs.job import Status
from chalicelib.jobs.ports import Message
from tests.adapters_in_memory import MemoryJobs, MemoryQueue
from tests.harness import START, World

ROWS = b"a,b\n1,2\n"


def test_a_job_is_stored_with_its_file_version_and_sent() -> None:
    world = World()
    job = world.submit(ROWS, Options(step=3), "sub/x.csv")
    stored = world.jobs.get(job.id)
    assert stored == job
    assert (stored.file_name, stored.options, stored.submitted_at) == (
        "sub/x.csv",
        Options(step=3),
        START,
    )
    assert stored.version == world.source.version("sub/x.csv")
    assert world.queue.sent == [Message(job.id, record=job)]


def test_a_submitted_job_is_counted_and_found() -> None:
    world = World()
    job = world.submit(ROWS)
    assert world.use_cases.count_in_progress() == 1
    assert world.use_cases.find_job(job.id, OPEN).status is Status.QUEUED


@dataclass
class WatchingQueue(MemoryQueue):
    """Notes which jobs were stored when their messages were sent."""

    jobs: MemoryJobs = field(default_factory=MemoryJobs)
    stored: list[bool] = field(default_factory=list)

    def send(self, messages: Sequence[Message]) -> None:
        self.stored += [self.jobs.find(message.job) is not None for message in messages]


def test_a_job_is_stored_before_its_message_is_sent() -> None:
    queue = WatchingQueue()
    World(queue=queue, jobs=queue.jobs).submit(ROWS)
    assert queue.stored == [True]


@pytest.mark.parametrize(
    ("name", "error"), [("missing.csv", FileMissing), ("../x.csv", BadRequest), (None, BadRequest)]
)
def test_what_cannot_be_summed_is_refused_and_leaves_nothing(
    name: object, error: type[Exception]
) -> None:
    world = World()
    with pytest.raises(error):
        world.use_cases.submit(name, Options(), OPEN)
    assert (world.jobs.records, world.queue.sent) == ({}, [])


class DownQueue(MemoryQueue):
    def send(self, messages: object) -> None:
        raise ServiceDown("The queue does not answer.")


def test_a_queue_that_is_down_leaves_no_job_behind() -> None:
    world = World(queue=DownQueue())
    with pytest.raises(ServiceDown):
        world.submit(ROWS)
    assert world.jobs.records == {}


@pytest.mark.parametrize("job_id", ["", "x", "0" * 32, "A" * 32, "0" * 33])
def test_an_id_of_no_job_is_unknown(job_id: str) -> None:
    with pytest.raises(UnknownJob):
        World().use_cases.find_job(job_id, OPEN)


def test_a_large_reply_is_published_under_its_job() -> None:
    world = World()
    job = world.submit(ROWS)
    url = world.use_cases.publish_reply(job, "sums", "{}")
    assert url == f"memory:{job.id}/sums.json"
    assert world.adapters.replies.published == {f"{job.id}/sums.json": "{}"}
