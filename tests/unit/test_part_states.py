"""The states of a job's parts, as the workers and over HTTP as clients see them."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.jobs.client import OPEN, Client
from chalicelib.jobs.job import Status
from chalicelib.jobs.part_states import find_parts
from tests.harness import World
from tests.site import Site, problem_of, serving

HEADER = b"n\n"
ROWS = b"".join(b"%d\n" % (row % 10) for row in range(20))


def world_of(data: bytes, part_bytes: int = 4, in_flight: int = 3) -> World:
    world = World(part_bytes=part_bytes, parts_in_flight=in_flight)
    world.source.files["x.csv"] = data
    return world


def states(world: World, job_id: str, client: Client = OPEN) -> str:
    return find_parts(world.jobs, world.parts, job_id, client).states


def test_parts_are_sent_a_few_at_a_time_and_summed_one_by_one() -> None:
    world = world_of(HEADER + ROWS)
    job = world.submit(HEADER + ROWS)
    assert states(world, job.id) == "."
    world.deliver_next()
    assert states(world, job.id) == "qqq......."
    world.deliver_next()
    assert states(world, job.id) == "sqqq......"
    world.run()
    assert world.final(job).status is Status.SUCCEEDED
    assert states(world, job.id) == "s" * 10


def test_a_part_that_was_summed_once_more_is_marked() -> None:
    data = HEADER + b'1\n"' + b"\n" * 40 + b'"\n2\n3\n4\n'
    world = World(part_bytes=8, proof_bytes=2)
    job = world.submit(data, None)
    world.run()
    found = find_parts(world.jobs, world.parts, job.id, OPEN)
    reruns = world.reruns(job)
    assert reruns
    assert {number for number, state in enumerate(found.states) if state == "r"} == reruns
    assert found.reruns == len(reruns)


def test_the_part_with_the_fault_is_marked() -> None:
    data = HEADER + ROWS[:24] + b"1,2\n" + ROWS
    world = world_of(data)
    job = world.submit(data)
    world.run()
    assert world.final(job).status is Status.FAILED
    assert states(world, job.id).index("f") == 6
    assert set(states(world, job.id)) == {"s", "f"}


def test_a_cancelled_job_keeps_what_was_summed() -> None:
    world = world_of(HEADER + ROWS)
    job = world.submit(HEADER + ROWS)
    world.deliver_next(), world.deliver_next()
    world.use_cases.cancel_job(job.id, OPEN)
    assert states(world, job.id) == "s........."


@given(st.integers(1, 9), st.integers(0, 40), st.randoms(use_true_random=False))
def test_the_states_never_contradict_what_is_done(
    in_flight: int, deliveries: int, random: Random
) -> None:
    world = world_of(HEADER + ROWS, in_flight=in_flight)
    job = world.submit(HEADER + ROWS)
    for _ in range(deliveries):
        if world.queue.sent:
            world.deliver(world.queue.sent.pop(random.randrange(len(world.queue.sent))))
    found = states(world, job.id)
    assert len(found) == world.jobs.get(job.id).parts
    if world.jobs.get(job.id).status is Status.RUNNING:
        summed = {number for number, state in enumerate(found) if state in "sr"}
        assert summed == world.parts.done(job.id)
        sent = {message.part for message in world.queue.sent if message.part is not None}
        assert {number for number, state in enumerate(found) if state == "q"} == sent


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(World(part_bytes=4, parts_in_flight=3)) as site:
        yield site


def test_parts_are_served_with_a_tag_and_waited_for(site: Site) -> None:
    job = site.submitted(HEADER + ROWS)
    path = f"/jobs/{job.id}/parts"
    first = site.get(path)
    assert first.json_body == {
        "status": "queued",
        "parts": 1,
        "part_bytes": len(HEADER + ROWS),
        "reruns": 0,
        "states": ".",
    }
    assert first.headers["Retry-After"] == "1"
    before = site.world.clock.now
    news = site.send("GET", f"{path}?wait=20", {"If-None-Match": first.headers["ETag"]})
    assert news.json_body["states"] == "qqq......."
    assert site.world.clock.now - before < timedelta(seconds=1)
    site.world.run()
    ended = site.get(f"{path}?wait=20")
    assert ended.json_body["states"] == "s" * 10
    assert "Retry-After" not in ended.headers
    same = site.send("GET", f"{path}?wait=20", {"If-None-Match": ended.headers["ETag"]})
    assert (same.status_code, same.body) == (304, b"")


def test_parts_of_no_job_are_not_found(site: Site) -> None:
    for job_id in ("0" * 32, "x"):
        assert problem_of(site.get(f"/jobs/{job_id}/parts"), 404)["code"] == "unknown_job"
