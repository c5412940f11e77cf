"""The verdict on a file: what is summed, what is left out, and what is refused."""

import pytest

from chalicelib.engine.layout import Layout
from chalicelib.engine.options import Options
from chalicelib.engine.reference import ReferenceKernel
from chalicelib.engine.rules import NonNumeric, Rules
from chalicelib.engine.verdict import LeftOut, Verdict, judge
from tests.harness import World, failed_with
from tests.kernels import GRAMMAR

CODES = b"".join(b"1MG%02d,6\n" % number for number in range(30))


def verdict(data: bytes, non_numeric: NonNumeric = "columns") -> Verdict:
    fields = data.split(b"\n", 1)[0].count(b",") + 1
    layout = Layout(GRAMMAR, fields, tuple(range(fields)), (), 0, 0, Rules(non_numeric))
    partial = ReferenceKernel().sum_rows([data], layout)
    assert partial.fault is None
    return judge(partial.columns, layout)


def refused(data: bytes, non_numeric: NonNumeric = "columns") -> tuple[object, ...]:
    fault = verdict(data, non_numeric).fault
    assert fault is not None
    return fault.code, fault.line, fault.byte, fault.column


def test_a_column_of_text_is_left_out_with_its_first_cell() -> None:
    found = verdict(b",x,1\nChile,y,2\n")
    assert found == Verdict((2,), (LeftOut(0, "Chile"), LeftOut(1, "x")))


def test_a_column_of_missing_cells_is_left_out() -> None:
    assert verdict(b",1\nNA,2\n") == Verdict((1,), (LeftOut(0),))


def test_a_code_that_is_written_like_a_number_stays_a_code() -> None:
    found = verdict(CODES + b"1E100,5\n")
    assert (found.summed, found.left_out) == ((1,), (LeftOut(0, "1MG00"),))


@pytest.mark.parametrize("mode", ["columns", "skip"])
def test_a_file_without_a_column_of_numbers_has_no_numbers(mode: NonNumeric) -> None:
    codes = CODES.replace(b",6", b"") + b"1E100\n"
    for data in (b"x\ny\n", b"\n\n", b"NA,\n", codes):
        assert refused(data, mode) == ("no_numbers", None, None, None)


def test_a_column_of_missing_cells_has_no_numbers_in_any_mode() -> None:
    assert refused(b"NA\nNA\n", "fail")[0] == "no_numbers"


def test_the_first_refused_cell_is_the_first_of_the_file() -> None:
    data = b"1,2\n3,oops\nlater,4\n" + b"5,6\n" * 9
    assert refused(data) == ("not_a_number", 1, 6, 1)


@pytest.mark.parametrize(
    ("mode", "data", "expected"),
    [
        ("columns", b"1\nx\n2\n", ("not_a_number", 1, 2, 0)),
        ("skip", b'1\nx\n"1,200"\n', ("looks_like_a_number", 2, 4, 0)),
        ("skip", b"1\nx\n<5\n", ("looks_like_a_number", 2, 4, 0)),
        ("skip", b"1\n1e999\n", ("out_of_range", 1, 2, 0)),
    ],
)
def test_what_may_be_a_number_is_never_skipped(
    mode: NonNumeric, data: bytes, expected: tuple[object, ...]
) -> None:
    assert refused(data, mode) == expected


def test_skip_leaves_out_cells_of_text() -> None:
    assert verdict(b"1\nx\n2\n", "skip") == Verdict((0,))


def test_cells_of_columns_that_are_left_out_are_no_faults() -> None:
    assert verdict(b"<25,1\n25-29,2\n>35,3\n").summed == (1,)


def test_the_message_shows_a_part_of_a_long_cell() -> None:
    fault = verdict(b"1\n" + b"x" * 100 + b"\n").fault
    assert fault is not None
    assert len(fault.message) < 70
    assert "…" in fault.message


LATE = b"a,b\n" + b"1,2,\n" * 1000


@pytest.mark.parametrize("step", [1, 10])
@pytest.mark.parametrize("mode", ["columns", "skip"])
@pytest.mark.parametrize("cell", [b"7", b"x", b"1.2.3"])
def test_a_column_without_a_name_must_be_empty_in_every_row_even_if_it_is_not_summed(
    mode: str, step: int, cell: bytes
) -> None:
    world = World()
    asked = Options.of({"step": step, "non_numeric": mode})
    failed = world.submit(LATE + b"1,2," + cell + b"\n", asked, name="late.csv")
    empty = world.submit(LATE, asked, name="empty.csv")
    cut = World(part_bytes=100)
    cut_failed = cut.submit(LATE + b"1,2," + cell + b"\n", asked)
    world.run()
    cut.run()
    problem = failed_with(world.jobs.get(failed.id), "ragged_row")
    assert "one name too few" in problem.detail
    assert cut.final(cut_failed).problem == problem
    result = world.final(empty).result
    assert result
    assert result.names == (("a", "b") if step == 1 else ("a",))
    assert [each.name for each in result.left_out] == (["col2"] if step == 1 else [])
