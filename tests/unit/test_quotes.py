"""Text after a closing quote, against Python's csv module in its strict mode."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.quotes import find_text_after_quote, text_after_quote


@pytest.mark.parametrize(
    ("row", "offset"),
    [
        (b'1,"open\n2,b\n3,close" ok\n', 20),
        (b'"a"b,c\r\n', 3),
        (b'a,"b""c"d\n', 8),
        (b'"a"""b"\n', 5),
        (b'"a" ,"b"\t\r\n', None),
        (b'"a","b"\n', None),
        (b'a"b"c,d\n', None),
        (b' "a"b\n', None),
        (b'"never closed,b\n', None),
        (b'"";"x"y', 2),
        (b"", None),
    ],
)
def test_text_after_a_closing_quote_is_found_and_blanks_are_none(
    row: bytes, offset: int | None
) -> None:
    assert find_text_after_quote(row, b",") == offset


@given(
    st.lists(
        st.sampled_from(['"', '""', ",", ";", "a", "1", "\n", "\r\n", '",', ',"']), max_size=12
    )
)
def test_text_is_found_where_strict_csv_refuses_it(pieces: list[str]) -> None:
    text = "".join(pieces)
    row = first_row(text)
    if row is not None:
        found = find_text_after_quote(row.encode(), b",")
        assert (found is not None) == strict_csv_refuses(row)


def first_row(text: str) -> str | None:
    """The lines of the first row as csv sees it; None if a quote stays open."""
    lines = text.splitlines(keepends=True)
    reader = csv.reader(lines)
    if next(reader, None) is None:
        return None
    row = "".join(lines[: reader.line_num])
    return None if is_open(row) else row


def is_open(row: str) -> bool:
    try:
        list(csv.reader(row.splitlines(keepends=True), strict=True))
    except csv.Error as error:
        return "end of data" in str(error)
    return False


def strict_csv_refuses(row: str) -> bool:
    try:
        list(csv.reader(row.splitlines(keepends=True), strict=True))
    except csv.Error as error:
        assert "expected after" in str(error)
        return True
    return False


def test_the_fault_is_where_the_text_is() -> None:
    fault = text_after_quote(100, 7, 5)
    assert (fault.code, fault.line, fault.byte) == ("text_after_quote", 7, 105)
