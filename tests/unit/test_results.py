"""The result of a job: its members, and the limit of its size."""

from dataclasses import replace
from decimal import Decimal

import pytest

from chalicelib.engine.sums import ColumnSum
from chalicelib.errors import BadCsv
from chalicelib.jobs.job import Result
from chalicelib.jobs.results import result_of
from tests.harness import World, failed_with, summed

COLUMNS = (ColumnSum(Decimal("-12.50"), 3, 1, 0, False), ColumnSum(Decimal(40), 4, 0, 2, True))


def test_a_result_has_the_sums_of_its_columns_in_order() -> None:
    result = result_of(("a", "b"), COLUMNS, 100)
    assert result == Result(("a", "b"), ("-12.5", "40"), (False, True), (3, 4), (1, 0), (0, 2))
    assert result.numbers() == {"a": -12.5, "b": 40}
    assert result.exact() == {"a": "-12.5", "b": "40"}


@pytest.mark.parametrize(("max_chars", "fits"), [(9, True), (8, False)])
def test_names_and_digits_count_towards_the_maximum(max_chars: int, fits: bool) -> None:
    columns = (ColumnSum(Decimal(12345), 1, 0, 0, True), ColumnSum(Decimal(1), 1, 0, 0, True))
    names = ("ab", "c")
    if fits:
        assert result_of(names, columns, max_chars).names == names
        return
    with pytest.raises(BadCsv, match="have 9 characters; the result may have at most 8") as refused:
        result_of(names, columns, max_chars)
    assert (refused.value.fault.code, refused.value.fault.line) == ("result_too_large", None)


def test_a_result_that_is_too_large_fails_its_job_alone() -> None:
    world = World()
    use_cases = world.use_cases
    finisher = replace(use_cases.sum_job.finisher, max_result_chars=20)
    sum_job = replace(use_cases.sum_job, finisher=finisher)
    fits = world.submit(b"n" * 10 + b"\n1234567890\n", name="fits.csv")
    larger = world.submit(b"n" * 10 + b"\n12345678901\n", name="larger.csv")
    for message in world.queue.sent:
        sum_job(message)
    assert summed(world.jobs.get(fits.id)) == (("1234567890",), 1)
    assert "step" in failed_with(world.jobs.get(larger.id), "result_too_large").detail
