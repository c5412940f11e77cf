"""Rows of too many fields are refused before they are split, and no other row is."""

import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.engine.limits import LIMITS, Limits
from chalicelib.engine.rows import iter_rows
from chalicelib.errors import BadCsv, Fault
from tests.csv_files import junk_files, tidy_files
from tests.kernels import GRAMMAR


def fault_of(data: bytes, limits: Limits, *, eof: bool = True) -> Fault | None:
    try:
        for _ in iter_rows(data, GRAMMAR, eof=eof, limits=limits):
            pass
    except BadCsv as bad:
        return bad.fault
    return None


def readable_rows(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield each row that can be read, and how many fields it has."""
    try:
        for row in iter_rows(data, GRAMMAR, eof=True):
            yield data[row.start : row.end], len(row.cells)
    except BadCsv:
        return


@given(st.one_of(tidy_files(bad=True), junk_files()))
@example(b'"a\nb",,"",\n')
@example(b'"a,b"c,"d,\n""e,"\r\n')
def test_the_limit_counts_the_fields_that_the_csv_module_finds(data: bytes) -> None:
    for row, fields in readable_rows(data):
        if fields > 1:
            assert fault_of(row, Limits(max_fields=fields)) is None
            fault = fault_of(row, Limits(max_fields=fields - 1))
            assert fault is not None
            assert (fault.code, fault.line, fault.byte) == ("too_many_fields", 0, 0)


@pytest.mark.parametrize("eof", [False, True])
def test_a_row_of_too_many_fields_is_refused_where_it_begins(eof: bool) -> None:
    fault = fault_of(b'1,2\n"\n",4\n5,,,,,,,,', Limits(max_fields=5), eof=eof)
    assert fault is not None
    assert (fault.code, fault.line, fault.byte) == ("too_many_fields", 3, 10)


def test_a_megabyte_of_separators_in_quotes_is_text() -> None:
    assert fault_of(b'1,"' + b"," * 2_500_000 + b'"\n', LIMITS) is None


def test_the_first_fault_of_a_row_is_reported() -> None:
    stray = fault_of(b"1,2\r,,,,,,\n", Limits(max_fields=3))
    assert stray is not None
    assert stray.code == "lone_carriage_return"
    longer = fault_of(b"1234567890,,,,,\n", Limits(max_row_bytes=10, max_fields=3))
    assert longer is not None
    assert longer.code == "row_too_long"


def test_millions_of_fields_do_not_become_strings() -> None:
    data = b"," * 60_000_000
    tracemalloc.start()
    try:
        fault = fault_of(data, LIMITS, eof=False)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert fault is not None
    assert fault.code == "too_many_fields"
    assert peak < 2 * len(data)
