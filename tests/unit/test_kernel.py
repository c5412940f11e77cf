"""The contract of a kernel, against the serial oracle: same digits, same rows, same first fault."""

from collections.abc import Iterator
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib.engine.layout import Layout
from chalicelib.engine.limits import Limits
from chalicelib.engine.native import NativeKernel
from chalicelib.engine.opening import read_layout
from chalicelib.engine.options import Options
from chalicelib.engine.pandas_kernel import PandasKernel
from chalicelib.engine.reference import ReferenceKernel, Tally
from chalicelib.engine.rows import iter_rows
from chalicelib.engine.rules import Rules
from chalicelib.engine.states import State
from chalicelib.engine.sums import PartialSum
from chalicelib.errors import BadCsv
from tests.csv_files import in_blocks, junk_files, tidy_files
from tests.kernels import GRAMMAR, STATES, Make, comparable, every_kernel
from tests.oracle import Answer, answer, read_rows


def sum_file(kernel: Make, data: bytes, options: Options, block_bytes: int) -> PartialSum:
    """Sum a complete file; the fault's position counts from the start of the file."""
    layout = layout_of(data, options)
    rest = in_blocks(data[layout.data_start :], block_bytes)
    found = kernel(block_bytes=block_bytes).sum_rows(rest, layout)
    if found.fault is None:
        return found
    fault = found.fault.moved(layout.data_line, layout.data_start)
    return PartialSum((), 0, 0, 0, found.end, fault)


def layout_of(data: bytes, options: Options) -> Layout:
    """Return the layout by the first row, whatever the dialect of the file may be."""
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    try:
        row = next(row for row in iter_rows(data[start:], GRAMMAR, eof=True) if row.cells)
    except BadCsv as bad:
        raise BadCsv(bad.fault.moved(0, start)) from bad
    fields, rules = len(row.cells), Rules(options.non_numeric)
    wanted = tuple(range(options.first, fields, options.step))
    data_start = start + (row.start if options.read.header is False else row.end)
    return Layout(GRAMMAR, fields, wanted, (), data_start, data.count(b"\n", 0, data_start), rules)


def as_answer(kernel: Make, data: bytes, options: Options, block_bytes: int) -> Answer:
    try:
        found = sum_file(kernel, data, options, block_bytes)
    except BadCsv as bad:
        fault = bad.fault
    else:
        if found.fault is None:
            missing = sum(
                column.missing + column.skipped + column.alike + column.comparisons
                for column in found.columns
            )
            totals = tuple(Fraction(column.total) for column in found.columns)
            return Answer(totals, found.rows, missing)
        fault = found.fault
    assert fault.line is not None
    assert fault.byte is not None
    return Answer(error=(fault.code, fault.line + 1, fault.byte))


def has_rows(data: bytes) -> bool:
    return bool(read_rows(data.removeprefix(b"\xef\xbb\xbf"))[0])


@every_kernel
@given(
    tidy_files(bad=True),
    st.sampled_from([1, 2, 7, 64, 1 << 20]),
    st.sampled_from(["fail", "skip"]),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_sums_and_faults_of_any_file_are_those_of_the_serial_oracle(
    kernel: Make, data: bytes, block: int, non_numeric: str, header: bool
) -> None:
    options = Options.of({"header": header, "non_numeric": non_numeric})
    if has_rows(data):
        assert as_answer(kernel, data, options, block) == answer(data, options)


@every_kernel
@given(junk_files(), st.sampled_from([1, 3, 1 << 20]), st.integers(1, 3))
@settings(max_examples=150, deadline=None)
@example(b'"\r"\n1', 1, 1)
@example(b"1\r\r\n2\n", 3, 1)
def test_junk_is_read_as_the_serial_oracle_reads_it(
    kernel: Make, data: bytes, block: int, step: int
) -> None:
    options = Options.of({"header": False, "non_numeric": "skip", "step": step})
    if has_rows(data) and not data.startswith(b"\xef\xbb\xbf"):
        assert as_answer(kernel, data, options, block) == answer(data, options)


@every_kernel
@pytest.mark.parametrize("block", [1, 5, 1 << 20])
def test_a_cancellation_that_doubles_lose_is_exact(kernel: Make, block: int) -> None:
    found = sum_file(kernel, b"amount\n1e16\n1\n-1e16\n", Options(), block)
    assert found.columns[0].total == 1


@every_kernel
def test_no_more_is_read_than_the_last_row_of_the_span_takes(kernel: Make) -> None:
    taken = []

    def blocks() -> Iterator[bytes]:
        for block in in_blocks(b"1,2\n" * 1000, 4):
            taken.append(block)
            yield block

    layout, _ = read_layout([b"a,b\n"], Options())
    found = kernel(block_bytes=4).sum_rows(blocks(), layout, span=10)
    assert found.rows == 3
    assert len(taken) <= 4


@every_kernel
def test_a_row_at_the_limit_is_read_and_a_longer_one_is_refused(kernel: Make) -> None:
    layout, _ = read_layout([b"a,b\n"], Options())
    limited = kernel(Limits(max_row_bytes=16), 4)
    fits = limited.sum_rows([b"1,2\n", b"3," + b"x" * 13 + b"\n"], layout)
    assert (fits.fault, fits.rows) == (None, 2)
    longer = limited.sum_rows([b"1,2\n", b"3," + b"x" * 14 + b"\n"], layout)
    assert longer.fault is not None
    assert (longer.fault.code, longer.fault.line, longer.fault.byte) == ("row_too_long", 1, 4)


@every_kernel
def test_a_quote_that_is_never_closed_is_not_read_to_the_end_of_the_file(kernel: Make) -> None:
    taken = []

    def blocks() -> Iterator[bytes]:
        for block in in_blocks(b'1,"2\n' + b"3,4\n" * 100_000, 1000):
            taken.append(block)
            yield block

    layout, _ = read_layout([b"a,b\n"], Options())
    fault = kernel(Limits(max_row_bytes=5000), 1000).sum_rows(blocks(), layout).fault
    assert fault is not None
    assert (fault.code, fault.line, fault.byte) == ("unclosed_quote", 0, 2)
    assert len(taken) < 10


@every_kernel
@pytest.mark.parametrize("block", [1, 2, 3, 1 << 20])
@pytest.mark.parametrize(
    ("row", "code"),
    [(b"1234567\r\r\n", "lone_carriage_return"), (b"12345678\r\r5\n", "row_too_long")],
)
def test_a_row_that_is_too_long_and_has_a_stray_return_is_refused_for_the_first_of_the_two(
    kernel: Make, block: int, row: bytes, code: str
) -> None:
    layout, _ = read_layout([b"a\n"], Options())
    limited = kernel(Limits(max_row_bytes=8), block)
    fault = limited.sum_rows(in_blocks(b"1\n" + row, block), layout).fault
    assert fault is not None
    assert (fault.code, fault.line) == (code, 1)


def test_the_ledger_can_tell_the_kernels_apart() -> None:
    names = [kernel.name for kernel in (ReferenceKernel, PandasKernel, NativeKernel)]
    assert names == ["reference", "pandas", "native"]


def test_pandas_leaves_wide_rows_to_the_reference() -> None:
    layout, _ = read_layout([b"a," * 39 + b"a\n"], Options())
    assert type(PandasKernel(wide_fields=40).new_tally(layout)) is Tally
    assert type(PandasKernel(wide_fields=41).new_tally(layout)) is not Tally


@given(
    tidy_files(bad=True),
    st.sampled_from([1, 7, 1 << 20]),
    st.sampled_from(STATES),
    st.one_of(st.none(), st.integers(0, 300)),
)
@settings(max_examples=300, deadline=None)
def test_the_partial_sum_of_pandas_is_that_of_the_reference(
    data: bytes, block: int, start: State, span: int | None
) -> None:
    fields = data.split(b"\n", 1)[0].count(b",") + 1
    layout = Layout(GRAMMAR, fields, tuple(range(0, fields, 10)), (), 0, 0)
    found, expected = (
        kernel.sum_rows(in_blocks(data, block), layout, start=start, span=span)
        for kernel in (PandasKernel(block_bytes=block), ReferenceKernel())
    )
    assert comparable(found) == comparable(expected)
