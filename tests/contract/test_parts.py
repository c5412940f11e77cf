"""One contract on parts and their groups, held by the store in memory and by the table."""

from decimal import Decimal
from uuid import uuid4

import pytest

from chalicelib.adapters.clients import AwsClients
from chalicelib.adapters.parts_table import PartsTable
from chalicelib.adapters.results_bucket import ResultsBucket
from chalicelib.engine.states import State
from chalicelib.engine.sums import ColumnSum, Kind, RefusedCell
from chalicelib.errors import Fault
from chalicelib.jobs.parts import PARTS_PER_GROUP, Outcome, Run
from chalicelib.jobs.ports import GroupCount, Parts
from tests.adapters_in_memory import MemoryParts

INLINE_BYTES = 1024
JOB = uuid4().hex
FAULT = Fault("not_a_number", "'x' is not a number", 3, 17, 0)
COLUMNS = (
    ColumnSum(Decimal("-12.50"), 3, 1, 0, False),
    ColumnSum(Decimal(10) ** 40, 4, 0, 0, True),
    ColumnSum(
        Decimal(1),
        values=1,
        skipped=2,
        alike=1,
        comparisons=1,
        refused=(
            RefusedCell(Kind.TEXT, "not_a_number", "caf\udce9 \u2028", 0, 5),
            RefusedCell(Kind.LIKE_A_NUMBER, "looks_like_a_number", "1,200", 7, 90),
            RefusedCell(Kind.COMPARISON, "looks_like_a_number", "<5", 8, 99),
        ),
    ),
)


@pytest.fixture(params=["memory", "table"])
def parts(request: pytest.FixtureRequest) -> Parts:
    if request.param == "memory":
        return MemoryParts()
    clients: AwsClients = request.getfixturevalue("clients")
    names: dict[str, str] = request.getfixturevalue("resources")
    bucket = ResultsBucket(names["ResultsBucket"], clients.s3)
    return PartsTable(names["JobsTable"], bucket, 30, clients.dynamodb, inline_bytes=INLINE_BYTES)


def test_a_part_is_saved_under_its_number_and_start_state(parts: Parts) -> None:
    proven = Outcome(0, State.ROW, 5, 6, 93, {State.ROW: State.TEXT})
    assumed = Outcome(1, State.TEXT, 0, 0, 0, {State.QUOTED: State.ROW}, FAULT)
    rerun = Outcome(1, State.QUOTED, 4, 4, 100, {State.QUOTED: State.ROW})
    for outcome in (proven, assumed, rerun, proven):
        parts.save(JOB, outcome, COLUMNS)
    saved = parts.saved(JOB)
    assert {key: part.outcome for key, part in saved.items()} == {
        (0, State.ROW): proven,
        (1, State.TEXT): assumed,
        (1, State.QUOTED): rerun,
    }
    assert tuple(saved[0, State.ROW].columns()) == COLUMNS


def test_sums_too_long_for_an_item_come_back_complete(parts: Parts) -> None:
    many = tuple(ColumnSum(Decimal(index) / 8, 1, 0, 0, False) for index in range(500))
    parts.save(JOB, Outcome(0, State.ROW, 1, 1, 100, {State.ROW: State.ROW}), many)
    assert tuple(parts.saved(JOB)[0, State.ROW].columns()) == many


def test_two_thousand_parts_are_all_found(parts: Parts) -> None:
    for number in range(2000):
        parts.save(JOB, Outcome(number, State.ROW, 1, 1, 100, {State.ROW: State.ROW}), COLUMNS)
    assert len(parts.saved(JOB)) == 2000


def test_a_part_is_added_to_its_group_once_for_each_run(parts: Parts) -> None:
    assert parts.add_done(JOB, 5, Run.FIRST) == GroupCount(frozenset({5}), True)
    assert parts.add_done(JOB, 5, Run.FIRST) == GroupCount(frozenset({5}), False)
    assert parts.add_done(JOB, 6, Run.FIRST) == GroupCount(frozenset({5, 6}), True)
    assert parts.add_done(JOB, 5, Run.RERUN) == GroupCount(frozenset({5}), True)
    other = PARTS_PER_GROUP + 1
    assert parts.add_done(JOB, other, Run.FIRST) == GroupCount(frozenset({other}), True)
    assert parts.add_done(uuid4().hex, 5, Run.FIRST) == GroupCount(frozenset({5}), True)


def test_the_first_runs_of_all_groups_are_the_done_parts(parts: Parts) -> None:
    added = {0, 1, 127, 128, 1280, 19_999}
    for number in added:
        parts.add_done(JOB, number, Run.FIRST)
    parts.add_done(JOB, 7, Run.RERUN)
    assert parts.done(JOB) == parts.done(JOB, consistent=False) == added
    assert parts.done(uuid4().hex) == frozenset()
    assert parts.done(JOB, run=Run.RERUN) == {7}


def test_the_reruns_of_a_group_are_expected_once(parts: Parts) -> None:
    parts.expect_reruns(JOB, {0: 2, 3: 1})
    parts.expect_reruns(JOB, {0: 9, 1: 4})
    expected = [parts.add_done(JOB, group * PARTS_PER_GROUP, Run.RERUN) for group in range(4)]
    assert [count.expected for count in expected] == [2, 4, 0, 1]
    assert parts.add_done(JOB, 0, Run.FIRST).expected == 0
