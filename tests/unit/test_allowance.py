"""No file is accepted while the jobs in progress have too many bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.options import Options
from chalicelib.errors import TooMuchInProgress
from chalicelib.jobs.allowance import KEEP, Allowance
from chalicelib.jobs.client import OPEN
from tests.harness import World

ROWS = b"a,b\n1,2\n"


def limited(max_bytes: int) -> World:
    world = World()
    world.use_cases.submit.allowance = Allowance(world.jobs, max_bytes, world.clock)
    return world


def test_a_file_is_refused_once_the_limit_is_reached_and_accepted_when_jobs_are_done() -> None:
    world = limited(2 * len(ROWS))
    for _ in range(2):
        world.submit(ROWS)
    with pytest.raises(TooMuchInProgress, match="have 16 bytes or more"):
        world.submit(ROWS)
    assert (len(world.jobs.records), len(world.queue.sent)) == (2, 2)
    world.run()
    world.clock.advance(seconds=KEEP.total_seconds())
    world.submit(ROWS)


def test_a_file_larger_than_the_limit_is_accepted_alone() -> None:
    world = limited(1)
    world.submit(ROWS)
    with pytest.raises(TooMuchInProgress):
        world.submit(ROWS)


def test_a_limit_of_zero_is_none() -> None:
    world = limited(0)
    for _ in range(20):
        world.submit(ROWS)


@given(
    sizes=st.lists(st.integers(1, 1000), min_size=1, max_size=50),
    pauses=st.lists(st.floats(0, 10), min_size=50, max_size=50),
    max_bytes=st.integers(1, 3000),
)
def test_one_process_exceeds_the_limit_by_less_than_one_file(
    sizes: list[int], pauses: list[float], max_bytes: int
) -> None:
    world = limited(max_bytes)
    for size, pause in zip(sizes, pauses, strict=False):
        world.clock.advance(seconds=pause)
        world.source.files["x.csv"] = b"x" * size
        try:
            world.use_cases.submit("x.csv", Options(), OPEN)
        except TooMuchInProgress:
            continue
        assert world.jobs.bytes_in_progress() - size < max_bytes
