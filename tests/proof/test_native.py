"""The native kernel against the reference kernel: the whole partial sum, in both forms, however the bytes come."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.engine import kernel
from chalicelib.engine.kernel import ReferenceKernel
from chalicelib.engine.layout import Layout
from chalicelib.engine.native import binding as native
from chalicelib.engine.native.binding import NativeKernel, load
from chalicelib.engine.states import State
from chalicelib.engine.sums import MISSING, PartialSum
from chalicelib.jobs.options import DELIMITERS
from tests.csv_files import junk_files, tidy_files
from tests.fuzz.fuzz_kernels import differences, make_case

pytestmark = pytest.mark.skipif(load() is None, reason="the native kernel is not built")

ROOT = Path(__file__).parent.parent.parent
BOTH = pytest.mark.parametrize("portable", [False, True], ids=["native", "portable"])

number_texts = st.one_of(
    st.integers(-(10**30), 10**30).map(str),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.from_regex(r"[+-]?[0-9]{0,40}\.?[0-9]{0,40}([eE][+-]?[0-9]{1,3})?", fullmatch=True),
    st.sampled_from(
        ["9" * 300, "-" + "0." + "1" * 298, "9" * 301, "7" * 1001, "", *sorted(MISSING)]
    ),
)


@st.composite
def number_files(draw: st.DrawFn) -> bytes:
    """Rows of numbers and little else, with and without quotes and padding."""
    fields = draw(st.integers(1, 4))
    around = draw(st.sampled_from([("", ""), ("", ""), ('"', '"'), (" ", "\t"), ('" ', '"')]))
    row = st.lists(number_texts, min_size=fields, max_size=fields)
    rows = draw(st.lists(row, max_size=12))
    row_end = draw(st.sampled_from(["\n", "\r\n"]))
    return (
        row_end.join(
            ",".join(around[0] + text + around[1] for text in row) for row in rows
        ).encode()
        + row_end.encode()
    )


def a_layout(fields: int, first: int, step: int, delimiter: str = ",") -> Layout:
    wanted = range(min(first, fields - 1), fields, step)
    return Layout(delimiter, fields, wanted, tuple(f"n{index}" for index in wanted), 0, 0)


def in_blocks(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def answer(partial: PartialSum) -> tuple[object, ...]:
    """All that a partial sum says: with a fault nothing else counts."""
    if partial.fault is not None:
        return partial.fault, partial.end
    return partial.columns, partial.rows, partial.lines, partial.bytes, partial.end


def fields_of_first_row(data: bytes) -> int:
    return data.split(b"\n", 1)[0].count(b",") + 1


sizes = st.one_of(st.integers(1, 5), st.integers(60, 70), st.just(1 << 20))


@BOTH
@given(
    data=st.one_of(tidy_files(bad=True), number_files(), junk_files()),
    delimiter=st.sampled_from([",", ",", ",", *sorted(DELIMITERS)]),
    picked=st.tuples(st.integers(0, 2), st.integers(1, 10)),
    skip=st.booleans(),
    start=st.sampled_from([State.ROW, State.ROW, *State]),
    span=st.one_of(st.none(), st.integers(0, 300)),
    blocks=st.tuples(sizes, sizes),
)
@settings(max_examples=1500)
def test_the_partial_sum_is_that_of_the_reference(
    portable: bool,
    data: bytes,
    delimiter: str,
    picked: tuple[int, int],
    skip: bool,
    start: State,
    span: int | None,
    blocks: tuple[int, int],
) -> None:
    layout = a_layout(fields_of_first_row(data), *picked, delimiter)
    data = data.replace(b",", delimiter.encode())
    tested = NativeKernel(block_bytes=blocks[1], portable=portable)
    partial = tested.sum_rows(in_blocks(data, blocks[0]), layout, skip=skip, start=start, span=span)
    expected = ReferenceKernel().sum_rows([data], layout, skip=skip, start=start, span=span)
    assert answer(partial) == answer(expected)


def test_the_first_files_of_the_fuzz_campaign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "WIDE_FIELDS", 0)  # the reference walks: faster for small files
    assert not [seed for seed in range(1500) if differences(make_case(seed))[0]]


def test_kernels_agree_on_rows_of_too_many_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "WIDE_FIELDS", 0)
    faults = []
    for seed in range(1500):
        case = make_case(seed)
        monkeypatch.setattr("chalicelib.engine.rows.MAX_FIELDS", case.layout.fields)
        different, partial = differences(case)
        assert not different, seed
        faults.append(partial.fault.code if partial.fault else "")
    assert faults.count("too_many_fields") > 20


@BOTH
def test_totals_that_outgrow_128_bits_are_exact(
    portable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(native, "ROWS_TO_EMPTY_AT", 2)
    rows = [b"%s,-%s\n" % (b"9" * 40, b"9" * 28)] * 1000
    partial = NativeKernel(portable=portable).sum_rows(rows, a_layout(2, 0, 1), skip=False)
    assert [column.total for column in partial.columns] == [
        1000 * (10**40 - 1),
        -1000 * (10**28 - 1),
    ]


@BOTH
@pytest.mark.parametrize(
    ("fields", "block"), [(1, 1000), (50, 65536), (50, 64), (10_000, 65536), (10_000, 1 << 20)]
)
def test_many_blocks_of_long_and_short_rows(portable: bool, fields: int, block: int) -> None:
    random = Random(fields)
    rows = [
        ",".join(f"{random.uniform(-1e6, 1e6):.6f}" for _ in range(fields))
        for _ in range(max(3, 60_000 // fields))
    ]
    data = "\n".join(rows).encode()
    layout = a_layout(fields, 0, 10)
    partial = NativeKernel(portable=portable, block_bytes=block).sum_rows(
        in_blocks(data, block), layout, skip=False
    )
    assert answer(partial) == answer(ReferenceKernel().sum_rows([data], layout, skip=False))


@BOTH
def test_the_first_bad_cell_is_the_first_of_the_file_not_of_the_first_column(
    portable: bool,
) -> None:
    data = b'1,2\n1e300,"3\n"\nx,4\n'
    partial = NativeKernel(portable=portable).sum_rows([data], a_layout(2, 0, 1), skip=False)
    assert partial.fault is not None
    assert (partial.fault.code, partial.fault.line, partial.fault.byte, partial.fault.column) == (
        "not_a_number",
        1,
        10,
        1,
    )


def test_more_undecided_cells_than_are_listed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "ODD_ROOM", 128)
    data = b"1e100,x,NA\n" * 100
    partial = NativeKernel().sum_rows([data], a_layout(3, 0, 1), skip=True)
    assert answer(partial) == answer(
        ReferenceKernel().sum_rows([data], a_layout(3, 0, 1), skip=True)
    )


def test_several_threads_share_a_kernel() -> None:
    shared = NativeKernel(block_bytes=1000)
    files = [b"%d,2\n" % number * 20_000 for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        partials = pool.map(
            lambda data: shared.sum_rows(in_blocks(data, 1000), a_layout(2, 0, 1), skip=False),
            files,
        )
    assert [partial.columns[0].total for partial in partials] == [
        number * 20_000 for number in range(8)
    ]


def test_neither_pandas_nor_numpy_is_imported() -> None:
    code = """
import sys
from chalicelib.engine.layout import read_layout
from chalicelib.engine.native.binding import load
from chalicelib.engine.options import Options
layout, rest = read_layout([b"a,b\\n1.5,x\\n1e100,y\\n"], Options())
assert load().sum_rows(rest, layout, skip=False).fault is None
assert load().sum_rows([b"x,1,2\\n"], layout, skip=False).fault.code == "ragged_row"
assert not {"pandas", "numpy"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


@pytest.mark.parametrize("library", [None, b"", b"no library", b"\x7fELF"])
def test_without_a_fitting_library_there_is_no_kernel(
    library: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lib").mkdir()
    if library is not None:
        (tmp_path / "lib" / native.LIBRARY_NAME).write_bytes(library)
    monkeypatch.setattr(native, "FOLDER", tmp_path)
    native.open_library.cache_clear()
    assert load() is None


def test_a_library_of_another_source_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kernel.c").write_bytes(b"/* newer */")
    monkeypatch.setattr(native, "SOURCE", tmp_path / "kernel.c")
    native.open_library.cache_clear()
    assert load() is None


@pytest.fixture(autouse=True)
def _the_library_is_opened_anew() -> Iterator[None]:
    yield
    native.open_library.cache_clear()
