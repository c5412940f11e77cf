"""The kernels against the serial reference: the same digits, the same rows, the same first fault."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial as bound

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib.engine.kernel import Kernel, ReferenceKernel
from chalicelib.engine.layout import read_layout
from chalicelib.engine.native.binding import NativeKernel, load
from chalicelib.engine.options import Options
from chalicelib.engine.sums import PartialSum
from chalicelib.errors import BadCsv
from tests.csv_files import junk_files, tidy_files
from tests.oracle import Answer, answer, read_rows

Maker = Callable[..., Kernel]
NOT_BUILT = pytest.mark.skipif(load() is None, reason="the native kernel is not built")
KERNELS = [
    pytest.param(ReferenceKernel, id="reference"),
    pytest.param(NativeKernel, id="native", marks=NOT_BUILT),
    pytest.param(bound(NativeKernel, portable=True), id="portable", marks=NOT_BUILT),
]
every_kernel = pytest.mark.parametrize("kernel", KERNELS)


def in_blocks(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def sum_file(
    kernel: Maker, data: bytes, options: Options, block_bytes: int = 1 << 20
) -> PartialSum:
    layout, rest = read_layout(in_blocks(data, block_bytes), options)
    partial = kernel(block_bytes=block_bytes).sum_rows(
        rest, layout, skip=options.non_numeric == "skip"
    )
    return (
        partial if partial.fault is None else _placed(partial, layout.data_line, layout.data_start)
    )


def _placed(partial: PartialSum, lines: int, by: int) -> PartialSum:
    assert partial.fault is not None
    return PartialSum((), 0, 0, 0, partial.end, partial.fault.moved(lines, by))


def as_answer(kernel: Maker, data: bytes, options: Options, block_bytes: int) -> Answer:
    try:
        partial = sum_file(kernel, data, options, block_bytes)
    except BadCsv as bad:
        fault = bad.fault
    else:
        if partial.fault is None:
            missing = sum(column.missing + column.skipped for column in partial.columns)
            return Answer(
                tuple(Fraction(column.total) for column in partial.columns), partial.rows, missing
            )
        fault = partial.fault
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
def test_sums_and_faults_of_any_file_are_those_of_the_serial_reference(
    kernel: Maker, data: bytes, block: int, non_numeric: str, header: bool
) -> None:
    options = Options(header=header, non_numeric="skip" if non_numeric == "skip" else "fail")
    if has_rows(data):
        assert as_answer(kernel, data, options, block) == answer(data, options)


@every_kernel
@given(junk_files(), st.sampled_from([1, 3, 1 << 20]), st.integers(1, 3))
@settings(max_examples=150, deadline=None)
@example(b'"\r"\n1', 1, 1)
@example(b"1\r\r\n2\n", 3, 1)
def test_junk_is_read_as_the_serial_reference_reads_it(
    kernel: Maker, data: bytes, block: int, step: int
) -> None:
    options = Options(header=False, non_numeric="skip", step=step)
    if has_rows(data) and not data.startswith(b"\xef\xbb\xbf"):
        assert as_answer(kernel, data, options, block) == answer(data, options)


@every_kernel
@pytest.mark.parametrize("block", [1, 5, 1 << 20])
def test_a_cancellation_that_doubles_lose_is_exact(kernel: Maker, block: int) -> None:
    partial = sum_file(kernel, b"amount\n1e16\n1\n-1e16\n", Options(), block)
    assert partial.columns[0].total == 1


@every_kernel
def test_no_more_is_read_than_the_last_row_of_the_span_takes(kernel: Maker) -> None:
    taken = []

    def blocks() -> Iterator[bytes]:
        for block in in_blocks(b"1,2\n" * 1000, 4):
            taken.append(block)
            yield block

    layout, _ = read_layout([b"a,b\n"], Options())
    partial = kernel(block_bytes=4).sum_rows(blocks(), layout, skip=False, span=10)
    assert partial.rows == 3
    assert len(taken) <= 4


@every_kernel
def test_a_row_at_the_limit_is_read_and_a_longer_one_is_refused(kernel: Maker) -> None:
    layout, _ = read_layout([b"a,b\n"], Options())
    limited = kernel(max_row_bytes=16, block_bytes=4)
    fits = limited.sum_rows([b"1,2\n", b"3," + b"x" * 13 + b"\n"], layout, skip=False)
    assert (fits.fault, fits.rows) == (None, 2)
    longer = limited.sum_rows([b"1,2\n", b"3," + b"x" * 14 + b"\n"], layout, skip=False)
    assert longer.fault is not None
    assert (longer.fault.code, longer.fault.line, longer.fault.byte) == ("row_too_long", 1, 4)


@every_kernel
def test_a_quote_that_is_never_closed_is_not_read_to_the_end_of_the_file(kernel: Maker) -> None:
    taken = []

    def blocks() -> Iterator[bytes]:
        for block in in_blocks(b'1,"2\n' + b"3,4\n" * 100_000, 1000):
            taken.append(block)
            yield block

    layout, _ = read_layout([b"a,b\n"], Options())
    partial = kernel(max_row_bytes=5000, block_bytes=1000).sum_rows(blocks(), layout, skip=False)
    assert partial.fault is not None
    assert (partial.fault.code, partial.fault.line, partial.fault.byte) == ("unclosed_quote", 0, 2)
    assert len(taken) < 10


@every_kernel
@pytest.mark.parametrize("block", [1, 2, 3, 1 << 20])
@pytest.mark.parametrize(
    ("row", "code"),
    [(b"1234567\r\r\n", "lone_carriage_return"), (b"12345678\r\r5\n", "row_too_long")],
)
def test_a_row_that_is_too_long_and_has_a_stray_return_is_refused_for_the_first_of_the_two(
    kernel: Maker, block: int, row: bytes, code: str
) -> None:
    layout, _ = read_layout([b"a\n"], Options())
    limited = kernel(max_row_bytes=8, block_bytes=block)
    fault = limited.sum_rows(in_blocks(b"1\n" + row, block), layout, skip=False).fault
    assert fault is not None
    assert (fault.code, fault.line) == (code, 1)
