"""Putting parts together: reruns, faults, and the guard against a partial sum."""

import tracemalloc
from decimal import Decimal
from random import Random

import pytest

from chalicelib.engine.states import State
from chalicelib.engine.sums import ColumnSum, Kind, RefusedCell
from chalicelib.jobs.adding import add_up, require_complete
from chalicelib.jobs.fetching import IN_FLIGHT, fetch_ahead
from chalicelib.jobs.merging import COLUMNS_IN_FLIGHT, in_flight
from chalicelib.jobs.parts import Outcome, Plan
from chalicelib.jobs.ports import Message
from tests.harness import World, failed_with, summed

#: Fifty lines inside quotes that look like rows.
QUOTED = b"a,b\n" + b'1,"' + b"2,3\n" * 50 + b'"\n' + b"4,5\n" * 10


def test_a_part_that_assumed_a_wrong_state_is_rerun_and_the_sum_is_right() -> None:
    world = World(part_bytes=40, proof_bytes=4)
    job = world.submit(QUOTED)
    world.run(Random(3))
    done = world.final(job)
    assert summed(done) == (("41",), 11)
    assert world.reruns(done)
    assert State.QUOTED in {start for _, start in world.parts.outcomes[job.id]}


def test_reruns_are_sent_with_their_state_and_as_many_as_the_window_has() -> None:
    world = World(part_bytes=40, proof_bytes=4)
    job = world.submit(QUOTED)
    while not world.jobs.get(job.id).expected_reruns:
        world.deliver_next()
    waiting = world.jobs.get(job.id)
    assert [message.start for message in world.queue.sent] == [State.QUOTED] * len(world.queue.sent)
    assert len(world.queue.sent) == waiting.expected_reruns > 1
    *first, last = [world.queue.sent.pop(0) for _ in range(waiting.expected_reruns)]
    for message in first:
        world.deliver(message)
    assert not world.jobs.get(job.id).status.is_final
    world.deliver(last)
    assert summed(world.final(job)) == (("41",), 11)


@pytest.mark.parametrize("window", [1, 2, 3])
def test_a_rerun_that_is_done_sends_the_next_once(window: int) -> None:
    world = World(part_bytes=40, proof_bytes=4, parts_in_flight=window)
    job = world.submit(QUOTED)
    while not world.jobs.get(job.id).expected_reruns:
        world.deliver_next()
    numbers = []
    while world.queue.sent:
        assert len(world.queue.sent) <= window
        message = world.deliver_next()
        assert message.start is State.QUOTED
        world.deliver(message)
        numbers.append(message.part)
    assert len(numbers) == world.jobs.get(job.id).expected_reruns
    assert summed(world.final(job)) == (("41",), 11)


def test_reruns_that_were_not_sent_are_sent_by_a_redelivered_first_run() -> None:
    world = World(part_bytes=40, proof_bytes=4)
    job = world.submit(QUOTED)
    while not world.jobs.get(job.id).expected_reruns:
        world.deliver_next()
    lost, world.queue.sent[:] = list(world.queue.sent), []
    world.deliver(Message(job.id, 0))
    assert world.queue.sent == lost
    world.run()
    assert summed(world.final(job)) == (("41",), 11)


def test_the_first_fault_of_the_file_fails_the_job_whichever_part_is_summed_first() -> None:
    data = b"a,b\n" + b"1,x\n" * 20 + b"no,x\n" + b"1,x\n" * 20 + b"never,x\n"
    for seed in range(5):
        world = World(part_bytes=20)
        job = world.submit(data)
        world.run(Random(seed))
        problem = failed_with(world.final(job), "not_a_number")
        assert (problem.line, problem.column, problem.byte_offset) == (22, "a", 84)


PLAN = Plan(size=24, part_bytes=10, data_start=4, data_line=1, fields=2)


def outcome(number: int, size: int) -> Outcome:
    return Outcome(number, State.ROW, 1, 1, size, {State.ROW: State.ROW})


@pytest.mark.parametrize("sizes", [(10, 10), (13, 7), (20, 0)])
def test_parts_that_hold_every_byte_of_the_data_are_complete(sizes: tuple[int, ...]) -> None:
    require_complete(PLAN, [outcome(number, size) for number, size in enumerate(sizes)])


@pytest.mark.parametrize("sizes", [(10, 9), (10, 11), (20,), (10, 5, 5), ()])
def test_parts_that_miss_a_byte_or_count_one_twice_are_refused(sizes: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="of 24 bytes"):
        require_complete(PLAN, [outcome(number, size) for number, size in enumerate(sizes)])


def refused_columns(count: int, part: int) -> tuple[ColumnSum, ...]:
    """Return columns that each have a refused cell of every kind."""
    kinds = (Kind.TEXT, Kind.LIKE_A_NUMBER, Kind.COMPARISON)
    cells = [RefusedCell(kind, "not_a_number", f"cell {part} {kind}", 0, 9) for kind in kinds]
    return tuple(
        ColumnSum(Decimal(part), 1, 0, 1, alike=1, comparisons=1, refused=tuple(cells))
        for _ in range(count)
    )


def merge_peak(parts: int, columns: int) -> int:
    """Return the bytes that the merge of so many parts takes at most."""
    chain = [Outcome(part, State.ROW, 3, 3, 100, {}) for part in range(parts)]
    fetches = (lambda part=part: refused_columns(columns, part) for part in range(parts))
    tracemalloc.start()
    merged = add_up(chain, fetch_ahead(fetches, in_flight(columns)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert {cell.line for cell in merged[0].refused} == {0}
    assert merged[0].values == parts
    return peak


def test_the_memory_of_a_merge_does_not_grow_with_its_parts() -> None:
    assert merge_peak(60, 400) < 1.5 * merge_peak(15, 400)


@pytest.mark.parametrize("columns", [1, 1000, 25_000, 100_000, 200_000])
def test_no_more_columns_are_fetched_ahead_than_a_worker_has_memory_for(columns: int) -> None:
    assert 1 <= in_flight(columns) <= IN_FLIGHT
    assert in_flight(columns) * columns <= COLUMNS_IN_FLIGHT


def test_the_first_refused_cells_of_the_file_are_those_of_the_first_part() -> None:
    chain = [Outcome(part, State.ROW, 3, 3, 100, {}) for part in range(3)]
    nothing = (ColumnSum(Decimal(1), 1),)
    (merged,) = add_up(chain, [nothing, refused_columns(1, 1), refused_columns(1, 2)])
    assert [(cell.line, cell.byte, cell.text[:6]) for cell in merged.refused] == [
        (3, 109, "cell 1")
    ] * 3
