"""Numbers, cells and columns against fractions."""

from fractions import Fraction
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas._libs.parsers import STR_NA_VALUES

from chalicelib.engine.cell_sums import sum_cells
from chalicelib.engine.rules import PLAIN_RULES, NonNumeric, Rules
from chalicelib.engine.sums import (
    MISSING,
    ColumnSum,
    Kind,
    Refused,
    as_json_number,
    digits,
    parse_number,
)
from tests.csv_files import numbers

cells = numbers.map(lambda cell: cell.strip('"')).filter(
    lambda cell: cell.strip(" \t") not in MISSING
)


def exact(cell: str) -> Fraction:
    text = cell.strip(" \t")
    mantissa, _, exponent = text.lower().partition("e")
    integer, _, fraction = mantissa.partition(".")
    value = Fraction(int(integer + fraction), 10 ** len(fraction))
    return value * Fraction(10) ** int(exponent or 0) if value else value


@given(st.lists(cells, max_size=30))
def test_a_column_is_summed_exactly(values: list[str]) -> None:
    column, others = sum_cells(values, PLAIN_RULES)
    assert others == ()
    assert Fraction(column.total) == sum(map(exact, values), Fraction(0))
    assert column.values == len(values)


@given(st.lists(cells, min_size=1, max_size=30), st.data())
def test_any_order_and_any_cut_gives_the_same_digits(
    values: list[str], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(values))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(values)))))
    pieces = [
        shuffled[start:end] for start, end in zip([0, *cuts], [*cuts, len(values)], strict=True)
    ]
    *_, merged = accumulate(
        (sum_cells(piece, PLAIN_RULES)[0] for piece in pieces), initial=ColumnSum()
    )
    at_once = sum_cells(values, PLAIN_RULES)[0]
    assert digits(merged.total) == digits(at_once.total)
    assert merged == at_once


@given(st.fractions().map(lambda value: value.numerator), st.integers(0, 30))
def test_digits_have_no_exponent_and_no_trailing_zeros(number: int, scale: int) -> None:
    column, _ = sum_cells([f"{number}e-{scale}"], PLAIN_RULES)
    text = digits(column.total)
    assert Fraction(text) == Fraction(number, 10**scale)
    assert "e" not in text.lower()
    assert not ("." in text and text.endswith(("0", ".")))


@pytest.mark.parametrize(
    "text",
    [
        "nan1",
        "inf",
        "-Infinity",
        "1_000",
        "\uff11",
        "0x10",
        "1,5",
        "True",
        "1 2",
        "--1",
        "+-1",
        ".",
        "-",
        "e5",
        "1e",
        "1.2.3",
        "٣",
        "1\n",
        "\n1",
    ]
    + ["1\xa0", "12abc", "1e5.5", "$1", "1%", "sNaN", "=1", "1/2", "'1'", "\x001", "\udce9"],
)
def test_texts_that_float_or_pandas_would_accept_are_not_numbers_here(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_number(text)
    assert refused.value.code == "not_a_number"
    _, (bad,) = sum_cells(["1", text, "2"], PLAIN_RULES)
    assert (bad.index, bad.text) == (1, text.strip(" \t"))
    assert bad.code in ("not_a_number", "looks_like_a_number")
    column, others = sum_cells(["1", text, "2"], Rules("columns"))
    assert others == (bad,)
    assert int(column.total) == 3
    assert column.skipped + column.alike + column.comparisons == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1e309", "out_of_range"),
        ("-1e309", "out_of_range"),
        ("9" * 310, "out_of_range"),
        ("1e-401", "out_of_range"),
    ]
    + [
        ("1e999999999999", "out_of_range"),
        ("1" + "0" * 1000, "number_too_long"),
        ("0." + "0" * 1000, "number_too_long"),
    ],
)
@pytest.mark.parametrize("mode", ["columns", "fail", "skip"])
def test_a_number_that_could_ask_for_gigabytes_of_digits_is_refused(
    text: str, code: str, mode: NonNumeric
) -> None:
    _, (bad,) = sum_cells([text], Rules(mode))
    assert (bad.code, bad.kind) == (code, Kind.LIKE_A_NUMBER)


@pytest.mark.parametrize(
    ("values", "total"),
    [
        (["1e16", "1", "-1e16"], "1"),
        (["0.1"] * 10, "1"),
        (["1e308", "1e308", "-1e308", "-1e308"], "0"),
        (["-0"], "0"),
        (["-0.0"], "0"),
    ]
    + [
        (["0e99999999999999999999"], "0"),
        (["1e-400", "-1e-400", "7"], "7"),
        ([".5", "1.", "+1"], "2.5"),
        ([" 1", "2\t"], "3"),
    ],
)
def test_unusual_numbers_add_up(values: list[str], total: str) -> None:
    column, others = sum_cells(values, PLAIN_RULES)
    assert (others, digits(column.total)) == ((), total)


def test_missing_is_what_pandas_reads_as_missing() -> None:
    assert set(STR_NA_VALUES) == MISSING
    column, others = sum_cells([*sorted(MISSING), " ", "\t", "5"], PLAIN_RULES)
    assert others == ()
    assert (int(column.total), column.values, column.missing) == (5, 1, len(MISSING) + 2)


@pytest.mark.parametrize(
    ("cell", "is_integer"),
    [
        ("1", True),
        ("+1", True),
        ("-0", True),
        ("1.", False),
        ("1e0", False),
        ("1.0", False),
        ("", True),
    ],
)
def test_a_column_is_integer_only_when_all_its_values_are_written_as_integers(
    cell: str, is_integer: bool
) -> None:
    assert sum_cells(["7", cell], PLAIN_RULES)[0].is_integer is is_integer


@pytest.mark.parametrize(
    ("total", "is_integer", "number"),
    [
        ("87", True, 87),
        ("87", False, 87.0),
        ("0.1", False, 0.1),
        ("2" + "0" * 400, False, None),
        ("1" + "0" * 30, True, 10**30),
    ]
    # halfway between two doubles: to even
    + [
        ("9007199254740993", False, 9007199254740992.0),
        ("9007199254740993.0000000000000001", False, 9007199254740994.0),
    ],
)
def test_a_total_is_rounded_once(total: str, is_integer: bool, number: float | None) -> None:
    rounded = as_json_number(total, is_integer)
    assert rounded == number
    assert isinstance(rounded, int) is is_integer
