"""Rows of too many fields are refused before they are taken apart, and no other row is."""

import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.engine import rows
from chalicelib.engine.rows import iter_rows
from chalicelib.errors import BadCsv, Fault
from tests.csv_files import junk_files, tidy_files


def fault_of(
    data: bytes, most: int, *, eof: bool = True, max_row_bytes: int = rows.MAX_ROW_BYTES
) -> Fault | None:
    """What is wrong with ``data`` where a row may have ``most`` fields."""
    with pytest.MonkeyPatch.context() as limits:
        limits.setattr(rows, "MAX_FIELDS", most)
        try:
            for _ in iter_rows(data, ",", eof=eof, max_row_bytes=max_row_bytes):
                pass
        except BadCsv as bad:
            return bad.fault
    return None


def readable_rows(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Each row that can be read, and how many fields it has."""
    try:
        for row in iter_rows(data, ",", eof=True):
            yield data[row.start : row.end], len(row.cells)
    except BadCsv:
        return


@given(st.one_of(tidy_files(bad=True), junk_files()))
@example(b'"a\nb",,"",\n')
@example(b'"a,b"c,"d,\n""e,"\r\n')
def test_the_limit_counts_the_fields_that_the_csv_module_finds(data: bytes) -> None:
    for row, fields in readable_rows(data):
        if fields > 1:
            assert fault_of(row, fields) is None
            fault = fault_of(row, fields - 1)
            assert fault is not None
            assert (fault.code, fault.line, fault.byte) == ("too_many_fields", 0, 0)


@pytest.mark.parametrize("eof", [False, True])
def test_a_row_of_too_many_fields_is_refused_where_it_begins(eof: bool) -> None:
    fault = fault_of(b'1,2\n"\n",4\n5,,,,,,,,', 5, eof=eof)
    assert fault is not None
    assert (fault.code, fault.line, fault.byte) == ("too_many_fields", 3, 10)


def test_a_megabyte_of_separators_in_quotes_is_text() -> None:
    assert fault_of(b'1,"' + b"," * 2_500_000 + b'"\n', rows.MAX_FIELDS) is None


def test_what_is_wrong_first_is_told() -> None:
    stray = fault_of(b"1,2\r,,,,,,\n", 3)
    assert stray is not None
    assert stray.code == "lone_carriage_return"
    longer = fault_of(b"1234567890,,,,,\n", 3, max_row_bytes=10)
    assert longer is not None
    assert longer.code == "row_too_long"


def test_millions_of_fields_do_not_become_texts() -> None:
    data = b"," * 60_000_000
    tracemalloc.start()
    try:
        fault = fault_of(data, rows.MAX_FIELDS, eof=False)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert fault is not None
    assert fault.code == "too_many_fields"
    assert peak < 2 * len(data)
