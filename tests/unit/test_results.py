"""The result of a job: its members, and the limit of its size."""

from dataclasses import replace
from decimal import Decimal

import pytest

from chalicelib.engine.layout import Layout
from chalicelib.engine.sums import ColumnSum, Kind, RefusedCell
from chalicelib.engine.verdict import judge
from chalicelib.errors import BadCsv
from chalicelib.jobs.job import LeftOut, Result
from chalicelib.jobs.results import Sums, result_of
from tests.harness import World, failed_with, summed
from tests.kernels import GRAMMAR

COLUMNS = (ColumnSum(Decimal("-12.50"), 3, 1, 0, False), ColumnSum(Decimal(40), 4, 0, 2, True))
TEXT = ColumnSum(skipped=3, refused=(RefusedCell(Kind.TEXT, "not_a_number", "York", 0, 5),))


def the_result(
    names: tuple[str, ...],
    columns: tuple[ColumnSum, ...],
    max_chars: int = 100,
    unended: bool = False,
) -> Result:
    layout = Layout(GRAMMAR, len(names), tuple(range(len(names))), names, 0, 0)
    return result_of(layout, Sums(columns, 4, unended), judge(columns, layout), max_chars)


def test_a_result_has_the_sums_of_its_columns_in_order() -> None:
    result = the_result(("a", "b"), COLUMNS)
    assert result == Result(("a", "b"), ("-12.5", "40"), (False, True), (3, 4), (1, 0), (0, 2))
    assert result.numbers() == {"a": -12.5, "b": 40}
    assert result.exact() == {"a": "-12.5", "b": "40"}


def test_a_column_of_text_is_listed_with_its_first_cell_and_why() -> None:
    columns = (TEXT, COLUMNS[1], ColumnSum(missing=4), replace(TEXT, values=1, skipped=10))
    result = the_result(("town", "n", "none", "code"), columns)
    assert (result.names, result.totals) == (("n",), ("40",))
    assert result.left_out == (
        LeftOut("town", 0, "York", "None of its cells is a number."),
        LeftOut("none", 2, "", "All of its cells are missing."),
        LeftOut("code", 3, "York", "Fewer than a tenth of its cells are numbers."),
    )


@pytest.mark.parametrize(
    ("scales", "warned"), [(1 << 3, True), (1 | 1 << 3, True), (1 << 3 | 1 << 2, False), (1, False)]
)
def test_points_that_three_digits_always_follow_are_warned_of(scales: int, warned: bool) -> None:
    result = the_result(("a",), (ColumnSum(Decimal(1), 2, scales=scales),))
    found = [(each.code, each.column) for each in result.warnings]
    assert found == ([("three_digits_after_points", "a")] if warned else [])


def test_a_last_row_without_an_end_is_warned_of() -> None:
    (warning,) = the_result(("a", "b"), COLUMNS, unended=True).warnings
    assert (warning.code, warning.column) == ("last_row_without_end", None)
    assert "last_row=drop" in warning.detail


@pytest.mark.parametrize(("max_chars", "fits"), [(9, True), (8, False)])
def test_names_and_digits_count_towards_the_maximum(max_chars: int, fits: bool) -> None:
    columns = (ColumnSum(Decimal(12345), 1, 0, 0, True), ColumnSum(Decimal(1), 1, 0, 0, True))
    names = ("ab", "c")
    if fits:
        assert the_result(names, columns, max_chars).names == names
        return
    with pytest.raises(BadCsv, match="have 9 characters; the result may have at most 8") as refused:
        the_result(names, columns, max_chars)
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
