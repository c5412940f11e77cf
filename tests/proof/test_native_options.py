"""What the options ask for is done by the library, not by Python cell by cell, and done right."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.engine.cells import looks_like_a_number
from chalicelib.engine.layout import Layout
from chalicelib.engine.native import NativeKernel
from chalicelib.engine.native.binding import AddRows, Call, entry, open_library
from chalicelib.engine.read_options import Encoding, NumberOptions
from chalicelib.engine.reference import ReferenceKernel
from chalicelib.engine.rules import Rules
from chalicelib.engine.states import Grammar
from chalicelib.engine.sums import PartialSum
from tests.csv_files import styles
from tests.kernels import NEEDS_NATIVE, comparable, every_form

pytestmark = NEEDS_NATIVE

Native = Callable[..., NativeKernel]
ROWS = 1000
LAYOUT = Layout(Grammar(b";"), 1, (0,), ("a",), 0, 0, Rules("columns"))
BAR = NumberOptions(decimal="/", thousands=" ", strip="\u00a3$", missing=("-999", "not known"))
GERMAN = NumberOptions(decimal=",", thousands=".")
ACCOUNTS = NumberOptions(thousands=",", strip="$%()\u20ac")
#: What numbers are made of in some country, and what is beside them.
PIECES = (
    *"0123456789.,'/-+()$%<~eEx\u20ac\u00a3\u2019\u2212\u0663\u65e5",
    "123",
    "000",
    " ",
    "\u00a0",
)
cells = st.lists(st.sampled_from(PIECES), min_size=1, max_size=9).map("".join)


class CountingLibrary:
    """The compiled function, and how many cells and rows it left to Python."""

    def __init__(self, native: Native) -> None:
        self.add_rows: AddRows = entry(open_library(), portable=native is not NativeKernel)
        self.unresolved = self.rows = 0

    def __call__(self, call: Call) -> None:
        self.add_rows(call)
        self.unresolved += call.unresolved_count
        self.rows += call.rows


def layout_of(numbers: NumberOptions) -> Layout:
    return replace(LAYOUT, rules=Rules("columns", numbers))


def reference(data: bytes, layout: Layout) -> PartialSum:
    return ReferenceKernel().sum_rows([data], layout)


@every_form
@pytest.mark.parametrize(
    "text",
    ["Smith", "no", "Zürich", "Москва", "東京", "서울", "カナ", "ถนน", "नई", "é", '"a ""b"""']
    + ["2024-01-31", "31/01/2024", "12:30", "555-1234", "10.0.0.1", "1.2.3", "A-1", "5e", "-", "."]
    + ["1,200", "$5", "(5)", "12%", "1 200.50", "<5", "~1.5", "1.234,5", "0,", "5-"],
)
def test_after_the_first_cell_of_its_kind_the_library_counts_the_others(
    native: Native, text: str
) -> None:
    library, data = CountingLibrary(native), f"{text}\n".encode() * ROWS
    found = NativeKernel(add_rows=library).sum_rows([data], LAYOUT)
    assert comparable(found) == comparable(reference(data, LAYOUT))
    assert (library.rows, library.unresolved) == (ROWS, 1)


@every_form
@pytest.mark.parametrize(
    ("numbers", "texts"),
    [
        (GERMAN, ["1,5", "-1.234,5", "12.345.678", ",5", "5,", "1,5e3", "1" * 40 + ",5"]),
        (ACCOUNTS, ["$1,234.50", "($5)", "(1,234)", "-$5", "$-5", "12 %", "12%", "5 \u20ac"]),
        (ACCOUNTS, ["$ (12)", "12,34,567", "1,234,567,890,123", "( 5 )", "\u20ac\u00a05"]),
        (BAR, ["1 234/5", "1\u00a0234", "\u00a35", "-999", "not known", "7/25 $", "NA"]),
        (NumberOptions(missing=("0", "-9.99", "n.v.")), ["0", "-9.99", "n.v.", "00", "9.99"]),
    ],
)
def test_numbers_of_all_countries_are_added_by_the_library(
    native: Native, numbers: NumberOptions, texts: list[str]
) -> None:
    library, data = CountingLibrary(native), "".join(f"{text}\n" for text in texts).encode()
    found = NativeKernel(add_rows=library).sum_rows([data * 100], layout_of(numbers))
    assert comparable(found) == comparable(reference(data * 100, layout_of(numbers)))
    assert found.columns[0].values + found.columns[0].missing == 100 * len(texts)
    assert library.unresolved == 0


@every_form
@given(
    texts=st.lists(cells, max_size=30),
    numbers=styles,
    encoding=st.sampled_from(["utf-8", "windows-1252", "latin-1"]),
    are_quoted=st.booleans(),
)
@settings(max_examples=1000)
def test_every_cell_is_of_the_kind_and_value_that_the_reference_gives_it(
    native: Native, texts: list[str], numbers: NumberOptions, encoding: Encoding, are_quoted: bool
) -> None:
    quote = '"' if are_quoted else ""
    data = "".join(f"{quote}{text}{quote}\n" for text in texts).encode()
    layout = replace(LAYOUT, rules=Rules("columns", numbers, encoding))
    found = native().sum_rows([data], layout)
    assert comparable(found) == comparable(reference(data, layout))


@every_form
@pytest.mark.parametrize("form", ["{}", "1{}", "{}1", "1{}123"])
def test_no_character_makes_the_library_take_a_number_for_a_text(native: Native, form: str) -> None:
    texts = [form.format(chr(code)) for code in range(0x80, 0x3200)]
    data = "".join(f"{text}\n" for text in texts).encode()
    column = native().sum_rows([data], LAYOUT).columns[0]
    assert column.alike + column.comparisons == sum(map(looks_like_a_number, texts))
    assert column.skipped == len(texts) - column.alike - column.comparisons


@every_form
def test_any_set_of_columns_comments_and_short_rows_need_no_python(native: Native) -> None:
    random, library = Random(0), CountingLibrary(native)
    lines = []
    for number in range(ROWS):
        row = [str(random.randrange(10**6)) for _ in range(random.choice([40, 40, 25, 7, 1]))]
        lines.append(";".join(row) + random.choice(["\n", "\r\n"]))
        lines += ['# "a comment;\n'] if number % 3 == 0 else []
    layout = Layout(
        Grammar(b";", b"#"), 40, (0, 1, 7, 30, 38), (), 0, 0, Rules("columns", pad=True)
    )
    data = "".join(lines).encode()
    found = NativeKernel(add_rows=library).sum_rows([data], layout)
    assert comparable(found) == comparable(reference(data, layout))
    assert (library.rows, library.unresolved) == (ROWS, 0)
