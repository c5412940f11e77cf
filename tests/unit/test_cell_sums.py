"""Columns of cells under every option, against the definition of a single cell."""

from decimal import Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib.engine.cell_sums import sum_cells
from chalicelib.engine.cells import read_cell
from chalicelib.engine.columns import Kinds
from chalicelib.engine.encodings import reread
from chalicelib.engine.read_options import Encoding, NumberOptions
from chalicelib.engine.rules import NonNumeric, Rules
from chalicelib.engine.sums import EXACT, ColumnSum, Kind, Refused
from tests.cell_kinds import count_kinds, kind_of
from tests.csv_files import bad_numbers, numbers, styles

cells = st.one_of(
    numbers.map(lambda text: text.strip('"')),
    bad_numbers,
    st.sampled_from(["1.5", "1,5", "1,234", "1.234,5", "1 234", "$5", "(5)", "5 %", "-$1,000.5"]),
    st.sampled_from(["<5", "x", "2024-01-01", "-", "?", "k.A.", "\udce95", "5\udc80"]),
)


def added(column: list[str], options: NumberOptions) -> tuple[Decimal, dict[Kind, tuple[int, str]]]:
    """Return the sum of the numbers, and index and code of the first refused cell of each kind."""
    total = Decimal(0)
    first: dict[Kind, tuple[int, str]] = {}
    for index, cell in enumerate(column):
        try:
            total = EXACT.add(total, read_cell(cell, options) or Decimal(0))
        except Refused as refused:
            first.setdefault(kind_of(cell, options), (index, refused.code))
    return total, first


def kinds(column: ColumnSum) -> Kinds:
    return Kinds(
        missing=column.missing,
        number=column.values,
        like_a_number=column.alike,
        comparison=column.comparisons,
        text=column.skipped,
    )


@given(
    st.lists(cells, max_size=8),
    styles,
    st.sampled_from(["columns", "skip"]),
    st.sampled_from(["utf-8", "windows-1252", "latin-1"]),
)
@settings(max_examples=500)
@example(["2,5", "1.5"], NumberOptions(decimal=","), "columns", "utf-8")
@example(["1.5"], NumberOptions(decimal=",", thousands="."), "skip", "utf-8")
def test_a_column_has_the_sum_the_kinds_and_the_first_refused_cells_of_its_cells(
    column: list[str], options: NumberOptions, non_numeric: NonNumeric, encoding: Encoding
) -> None:
    found, others = sum_cells(column, Rules(non_numeric, options, encoding))
    texts = [reread(cell, encoding) for cell in column]
    total, first = added(texts, options)
    assert found.total == total
    assert kinds(found) == count_kinds(texts, options)
    assert {other.kind: (other.index, other.code) for other in others} == first


@given(st.lists(cells, max_size=8), styles)
def test_fail_stops_at_the_first_cell_that_is_no_number(
    column: list[str], options: NumberOptions
) -> None:
    _, others = sum_cells(column, Rules("fail", options))
    _, first = added(column, options)
    assert [(other.index, other.code) for other in others] == sorted(first.values())[:1]


def test_a_cell_is_shown_in_the_encoding_of_its_file() -> None:
    _, (other,) = sum_cells(["caf\udce9"], Rules("columns", encoding="windows-1252"))
    assert other.text == "café"
