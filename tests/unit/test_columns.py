"""Text or numbers: the verdict on a column, and that it never depends on how a file was cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.columns import Kinds, refused_kinds
from chalicelib.engine.read_options import NumberOptions
from chalicelib.engine.sums import Kind
from tests.cell_kinds import count_kinds, kind_of

cells = st.sampled_from(["1", "-2.5", "", "NA", "x", "1MG00", "1,200", "<5", "1e999", "2024-01-01"])


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("1", Kind.NUMBER),
        (" NA", Kind.MISSING),
        ("1,200", Kind.LIKE_A_NUMBER),
        ("1e999", Kind.LIKE_A_NUMBER),
        ("9" * 1001, Kind.LIKE_A_NUMBER),
        (" <5", Kind.COMPARISON),
        ("<5 mg", Kind.TEXT),
        ("2024-01-01", Kind.TEXT),
    ],
)
def test_a_cell_is_of_one_kind(cell: str, kind: Kind) -> None:
    assert kind_of(cell) is kind


def test_options_turn_cells_into_numbers_and_missing_values() -> None:
    numbers = NumberOptions(thousands=",", missing=("<5",))
    assert [kind_of(cell, numbers) for cell in ("1,200", "<5")] == [Kind.NUMBER, Kind.MISSING]


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (["x", "y"], True),
        (["", "NA"], True),
        ([], True),
        (["1"] + [""] * 50, False),
        (["1"] + ["x"] * 9, False),
        (["1"] + ["x"] * 10, True),
        (["1e999"] + ["1MG00"] * 10, True),
        (["1,200", "1,300"], False),
        (["1,200"] + ["x"] * 10, True),
        (["<25", "25-29", ">35"], True),
        (["<5", "7"], False),
        (["<5"] * 10 + ["7"], True),
    ],
)
def test_a_column_is_text_unless_a_tenth_of_it_are_numbers(column: list[str], text: bool) -> None:
    assert count_kinds(column).is_text is text


@given(st.lists(cells), st.integers(0, 30))
def test_counts_of_parts_add_up_to_those_of_the_column(column: list[str], cut: int) -> None:
    parts = count_kinds(column[:cut]), count_kinds(column[cut:])
    assert parts[0] + parts[1] == parts[1] + parts[0] == count_kinds(column)


@given(st.lists(cells))
def test_every_cell_is_counted_once(column: list[str]) -> None:
    kinds = count_kinds(column)
    assert sum(getattr(kinds, kind) for kind in Kind) == len(column)
    assert kinds + Kinds() == kinds


def test_skip_leaves_out_text_and_nothing_that_may_be_a_number() -> None:
    assert Kind.TEXT in refused_kinds(skip=False)
    assert refused_kinds(skip=True) == {Kind.LIKE_A_NUMBER, Kind.COMPARISON}
