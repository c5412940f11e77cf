"""The decisions of cutting: tiling, proof of the start state, and the chain of outcomes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.states import State, scan_state
from chalicelib.errors import Fault
from chalicelib.jobs.parts import (
    MAX_PARTS,
    SMALL_PART_BYTES,
    SMALL_PARTS_AT_ONCE,
    Outcome,
    Plan,
    Rerun,
    chains,
    part_size,
    placed,
    sent_at_once,
    settle,
    start_states,
)
from tests.csv_files import junk_files
from tests.kernels import GRAMMAR

ROW, FIELD, TEXT, QUOTED = State.ROW, State.FIELD, State.TEXT, State.QUOTED


@given(st.integers(1, 10**13), st.integers(1, 10**9), st.data())
def test_parts_tile_the_data_without_gap_or_overlap(
    size: int, minimum: int, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, min(size, 10**6)))
    plan = Plan(size, part_size(size, minimum), start, 1, 3)
    assert 1 <= plan.count <= MAX_PARTS
    assert plan.range_of(0).start == start
    assert plan.range_of(plan.count - 1).stop == size
    number = data.draw(st.integers(0, plan.count - 1))
    span = plan.range_of(number)
    assert len(span) <= plan.part_bytes
    if number:
        assert plan.range_of(number - 1).stop == span.start
        assert len(plan.range_of(number - 1)) == plan.part_bytes
        assert len(span) > 0


@pytest.mark.parametrize(
    ("size", "minimum", "expected"),
    [
        (1, 64, 64),
        (20_000, 1, 1),
        (20_001, 1, 2),
        (40_000, 1, 2),
        (40_001, 1, 3),
        (10**12, 2**20, 50_000_000),
        (10**12, 2**26, 2**26),
        (10**13, 2**26, 500_000_000),
    ],
)
def test_a_part_is_as_large_as_asked_or_as_the_maximum_of_parts_needs(
    size: int, minimum: int, expected: int
) -> None:
    assert part_size(size, minimum) == expected


MIB, GIB = 1024**2, 1024**3


@pytest.mark.parametrize(
    ("size", "wanted_parts", "expected"),
    [
        (100 * MIB, 4, 64 * MIB),
        (256 * MIB, 4, 64 * MIB),
        (GIB, 4, 256 * MIB),
        (GIB + 1, 4, 256 * MIB + 1),
        (4 * GIB, 4, GIB),
        (40 * GIB, 4, GIB),
        (40_000 * GIB, 4, 2 * GIB),
        (GIB, 0, 64 * MIB),
    ],
)
def test_parts_grow_until_there_are_as_many_as_wanted_but_not_beyond_a_gib(
    size: int, wanted_parts: int, expected: int
) -> None:
    assert part_size(size, 64 * MIB, wanted_parts) == expected


def test_a_minimum_beyond_a_gib_counts() -> None:
    assert part_size(10 * GIB, 2 * GIB, 64) == 2 * GIB


def test_an_empty_range_of_data_is_one_part() -> None:
    plan = Plan(10, 4, 10, 1, 1)
    assert (plan.count, plan.range_of(0)) == (1, range(10, 10))


def test_the_proof_is_right_before_the_part_and_never_before_the_data() -> None:
    plan = Plan(1000, 100, 50, 1, 1)
    assert plan.proof_of(0, 30) == range(50, 50)
    assert plan.proof_of(3, 30) == range(320, 350)
    assert plan.proof_of(1, 100) == range(50, 150)
    assert plan.proof_of(1, 101) == range(50, 150)


@given(junk_files(), junk_files())
def test_the_true_state_is_always_among_those_a_part_may_start_in(
    hidden: bytes, window: bytes
) -> None:
    states = start_states(window, False, GRAMMAR)
    assert scan_state(window, scan_state(hidden, ROW, GRAMMAR), GRAMMAR) in states
    assert len(set(states)) == len(states)


@given(junk_files())
def test_with_all_the_rows_before_it_a_part_knows_its_state(before: bytes) -> None:
    assert start_states(before, True, GRAMMAR) == (scan_state(before, ROW, GRAMMAR),)


def test_outside_quotes_is_assumed_first() -> None:
    assert start_states(b"aaa", False, GRAMMAR) == (TEXT, QUOTED)
    assert start_states(b'"', False, GRAMMAR) == (TEXT, FIELD, QUOTED)
    assert start_states(b'x,"', False, GRAMMAR) == (FIELD, QUOTED)
    assert start_states(b"1\n", False, GRAMMAR) == (ROW, QUOTED)


def test_a_quote_that_must_close_proves_the_state() -> None:
    assert start_states(b'b",c\nd"', False, GRAMMAR) == (TEXT,)


PLAN = Plan(size=40, part_bytes=10, data_start=0, data_line=1, fields=2)
FAULT = Fault("not_a_number", "x", line=1, byte=3)


def outcome(
    number: int, start: State, end: State, *, fault: Fault | None = None, **others: State
) -> Outcome:
    ends = {} if fault else {start: end}
    return Outcome(
        number,
        start,
        2,
        3,
        10,
        ends | {State(name): state for name, state in others.items()},
        fault,
    )


def test_a_chain_that_fits_counts_every_part_once_in_file_order() -> None:
    chain = [
        outcome(0, ROW, TEXT),
        outcome(1, TEXT, ROW),
        outcome(2, ROW, FIELD),
        outcome(3, FIELD, ROW),
    ]
    found = settle({(each.number, each.start): each for each in reversed(chain)}, PLAN)
    assert (found.chain, found.reruns, found.fault) == (tuple(chain), (), None)


def test_a_part_that_is_not_stored_has_to_be_summed() -> None:
    assert settle({}, PLAN).reruns == (Rerun(0, ROW),)


def test_a_part_that_assumed_wrongly_is_rerun_from_the_right_state() -> None:
    found = settle(
        {
            (each.number, each.start): each
            for each in (
                outcome(0, ROW, QUOTED),
                outcome(1, TEXT, ROW, quoted=FIELD),
                outcome(2, FIELD, ROW),
                outcome(3, ROW, ROW),
            )
        },
        PLAN,
    )
    assert (found.chain, found.reruns, found.fault) == ((), (Rerun(1, QUOTED),), None)


def test_all_wrong_parts_are_found_at_once_where_their_other_ends_are_known() -> None:
    parts = [outcome(0, ROW, QUOTED)] + [
        outcome(number, TEXT, TEXT, quoted=QUOTED) for number in (1, 2, 3)
    ]
    found = settle({(each.number, each.start): each for each in parts}, PLAN)
    assert found.reruns == tuple(Rerun(number, QUOTED) for number in (1, 2, 3))


def test_the_chain_stops_where_nobody_knows_how_a_part_ends() -> None:
    parts = [outcome(0, ROW, QUOTED)] + [outcome(number, TEXT, TEXT) for number in (1, 2, 3)]
    found = settle({(each.number, each.start): each for each in parts}, PLAN)
    assert found.reruns == (Rerun(1, QUOTED),)


def test_the_first_fault_in_file_order_is_the_one_that_counts() -> None:
    parts = [
        outcome(0, ROW, ROW),
        outcome(1, ROW, ROW),
        outcome(2, ROW, ROW, fault=FAULT),
        outcome(3, ROW, ROW, fault=FAULT),
    ]
    found = settle({(each.number, each.start): each for each in parts}, PLAN)
    assert found.reruns == ()
    assert found.fault == Fault("not_a_number", "x", line=1 + 3 + 3 + 1, byte=10 + 10 + 3)
    assert found.chain == tuple(parts[:2])


def test_a_fault_after_a_part_to_rerun_has_to_wait() -> None:
    parts = [
        outcome(0, ROW, QUOTED),
        outcome(1, TEXT, ROW, quoted=ROW),
        outcome(2, ROW, ROW, fault=FAULT),
        outcome(3, ROW, ROW),
    ]
    found = settle({(each.number, each.start): each for each in parts}, PLAN)
    assert (found.reruns, found.fault) == ((Rerun(1, QUOTED),), None)


def test_a_fault_found_from_a_wrong_state_is_ignored() -> None:
    wrong = outcome(1, TEXT, ROW, fault=FAULT, quoted=ROW)
    right = outcome(1, QUOTED, ROW)
    parts = [outcome(0, ROW, QUOTED), wrong, right, outcome(2, ROW, ROW), outcome(3, ROW, ROW)]
    found = settle({(each.number, each.start): each for each in parts}, PLAN)
    assert (found.reruns, found.fault) == ((), None)
    assert found.chain == (parts[0], right, parts[3], parts[4])


def test_a_fault_keeps_its_place_counted_from_the_start_of_the_file() -> None:
    plan = Plan(size=100, part_bytes=10, data_start=7, data_line=2, fields=1)
    assert placed(FAULT, [], plan) == Fault("not_a_number", "x", line=3, byte=10)
    assert placed(FAULT, [outcome(0, ROW, ROW)], plan) == Fault(
        "not_a_number", "x", line=6, byte=20
    )


plans = st.builds(
    lambda count, window, at_once: Plan(10 * count, 10, 0, 0, 2, window, at_once=at_once),
    st.integers(1, 60),
    st.integers(1, 70),
    st.integers(1, 10),
).filter(lambda plan: plan.at_once <= plan.window)


@given(plans, st.sets(st.integers(0, 59)))
def test_each_missing_part_is_sent_or_follows_one_that_is_missing(
    plan: Plan, done: set[int]
) -> None:
    to_send = plan.to_send(done)
    assert not done & set(to_send)
    missing = set(range(plan.count)) - done
    sent_by_others = {each for number in missing for each in plan.next_of(number)}
    assert missing - sent_by_others <= set(to_send)
    # Nor is any part sent twice.
    assert not sent_by_others & set(to_send)


@given(plans)
def test_each_part_after_the_window_is_sent_once_and_by_an_earlier_one(plan: Plan) -> None:
    senders = [(each, number) for number in range(plan.count) for each in plan.next_of(number)]
    assert sorted(each for each, _ in senders) == list(range(plan.window, plan.count))
    assert all(sender < each for each, sender in senders)
    assert all(len(plan.next_of(number)) <= plan.at_once for number in range(plan.count))


@pytest.mark.parametrize(
    ("part_bytes", "window", "at_once"),
    [
        (SMALL_PART_BYTES, 1000, SMALL_PARTS_AT_ONCE),
        (SMALL_PART_BYTES, 12, SMALL_PARTS_AT_ONCE),
        (1, 5, 2),
        (1, 3, 1),
        (1, 1, 1),
        (SMALL_PART_BYTES + 1, 1000, 1),
    ],
)
def test_small_parts_are_sent_a_few_at_once_but_half_the_window_at_most(
    part_bytes: int, window: int, at_once: int
) -> None:
    assert sent_at_once(part_bytes, window) == at_once


@given(plans)
def test_at_first_a_window_of_parts_is_sent(plan: Plan) -> None:
    assert plan.to_send(()) == list(range(min(plan.window, plan.count)))


@given(plans)
def test_parts_are_in_groups_that_have_all_of_them(plan: Plan) -> None:
    sizes = [plan.group_size(group) for group in range(plan.groups)]
    assert sum(sizes) == plan.count
    assert all(sizes)


@given(st.sets(st.integers(0, 60)), st.sets(st.integers(0, 60)), st.integers(1, 9))
def test_what_follows_a_rerun_follows_it_in_the_chains_of_any_later_merge(
    numbers: set[int], done: set[int], window: int
) -> None:
    def followers(numbers: set[int]) -> dict[int, list[int]]:
        found = chains([Rerun(number, QUOTED) for number in numbers], window)
        assert len(found) <= window
        lists = [[rerun.number for rerun in chain] for chain in found]
        return {each: chain[at:] for chain in lists for at, each in enumerate(chain, 1)}

    before, later = followers(numbers), followers(numbers - done)
    assert before.keys() == numbers
    for number, following in later.items():
        assert following == [each for each in before[number] if each not in done]
