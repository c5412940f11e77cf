"""The native kernel against the reference: the same partial sum, however the bytes come."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.engine.layout import Layout
from chalicelib.engine.native import NativeKernel
from chalicelib.engine.native.binding import (
    SOURCES,
    Call,
    NotBuilt,
    entry,
    open_library,
    source_id,
)
from chalicelib.engine.native.buffers import Room
from chalicelib.engine.reference import ReferenceKernel
from chalicelib.engine.rules import PLAIN_RULES, NonNumeric, Rules
from chalicelib.engine.states import Grammar, State
from chalicelib.engine.sums import MISSING
from chalicelib.jobs.option_values import DELIMITERS
from tests.csv_files import in_blocks, junk_files, tidy_files
from tests.fuzz.cases import make_case
from tests.fuzz.fuzz_kernels import differences
from tests.kernels import GRAMMAR, NEEDS_NATIVE, STATES, comparable, every_form

pytestmark = NEEDS_NATIVE

ROOT = Path(__file__).parent.parent.parent
Native = Callable[..., NativeKernel]


@st.composite
def long_numbers(draw: st.DrawFn) -> str:
    """Generate up to 300 digits with zeros, a point and an exponent at any place."""
    size = draw(st.sampled_from([2, 15, 18, 19, 33, 300]))
    digits = "0" * draw(st.sampled_from([0, 0, 1, 400])) + str(draw(st.integers(0, 10**size)))
    point = draw(st.one_of(st.none(), st.integers(0, len(digits))))
    exponent = draw(st.one_of(st.just(""), st.integers(-405, 320).map("e{}".format)))
    sign = draw(st.sampled_from(["", "-", "+"]))
    return sign + (digits if point is None else f"{digits[:point]}.{digits[point:]}") + exponent


number_texts = st.one_of(
    st.integers(-(10**30), 10**30).map(str),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.from_regex(r"[+-]?[0-9]{0,9}\.?[0-9]{0,9}([eE][+-]?[0-9]{1,3})?", fullmatch=True),
    long_numbers(),
    st.sampled_from(
        ["9" * 300, "-" + "0." + "1" * 298, "9" * 301, "7" * 1001, "", *sorted(MISSING)]
    ),
)


@st.composite
def number_files(draw: st.DrawFn) -> bytes:
    """Generate rows of numbers and little else, with and without quotes and padding."""
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


def a_layout(fields: int, first: int, step: int, rules: Rules = PLAIN_RULES) -> Layout:
    wanted = tuple(range(min(first, fields - 1), fields, step))
    return Layout(GRAMMAR, fields, wanted, tuple(f"n{index}" for index in wanted), 0, 0, rules)


def fields_of_first_row(data: bytes) -> int:
    return data.split(b"\n", 1)[0].count(b",") + 1


sizes = st.one_of(st.integers(1, 5), st.integers(60, 70), st.just(1 << 20))


@every_form
@given(
    data=st.one_of(tidy_files(bad=True), number_files(), junk_files()),
    delimiter=st.sampled_from([",", ",", ",", *sorted(DELIMITERS)]),
    picked=st.tuples(st.integers(0, 2), st.integers(1, 10)),
    non_numeric=st.sampled_from(["columns", "fail", "skip"]),
    start=st.sampled_from([State.ROW, State.ROW, *STATES]),
    span=st.one_of(st.none(), st.integers(0, 300)),
    blocks=st.tuples(sizes, sizes),
    sum_bytes=st.sampled_from([Room().sum_bytes, 0, 200]),
)
@settings(max_examples=1500)
def test_the_partial_sum_is_that_of_the_reference(
    native: Native,
    data: bytes,
    delimiter: str,
    picked: tuple[int, int],
    non_numeric: NonNumeric,
    start: State,
    span: int | None,
    blocks: tuple[int, int],
    sum_bytes: int,
) -> None:
    layout = a_layout(fields_of_first_row(data), *picked, Rules(non_numeric))
    layout = replace(layout, grammar=Grammar(delimiter.encode()))
    data = data.replace(b",", delimiter.encode())
    found = native(block_bytes=blocks[1], room=Room(sum_bytes=sum_bytes)).sum_rows(
        in_blocks(data, blocks[0]), layout, start=start, span=span
    )
    expected = ReferenceKernel().sum_rows([data], layout, start=start, span=span)
    assert comparable(found) == comparable(expected)


def test_the_first_files_of_the_fuzz_campaign() -> None:
    assert not [seed for seed in range(1500) if differences(make_case(seed))[0]]


def test_kernels_agree_on_rows_of_too_many_fields() -> None:
    faults = []
    for seed in range(1500):
        case = make_case(seed)
        limits = replace(case.limits, max_fields=case.layout.fields)
        different, found = differences(replace(case, limits=limits))
        assert not different, seed
        faults.append(found.fault.code if found.fault else "")
    assert faults.count("too_many_fields") > 20


LONG = ["1" + "0" * 307, "-" + "9" * 308, "1e307", "-1e-400", "0." + "7" * 997, "7e-400"]
UNUSUAL = [*LONG, "0" * 900 + "5", "0.000" + "3" * 90, "0e999", "0e-400", "-.5E+0003"]


@every_form
@pytest.mark.parametrize("sum_bytes", [Room().sum_bytes, 0])
def test_every_accepted_number_has_its_place(native: Native, sum_bytes: int) -> None:
    data = "".join(f"{text},{text}\r\n" for text in UNUSUAL).encode()
    found, expected = (
        kernel.sum_rows([data], a_layout(2, 0, 1))
        for kernel in (native(room=Room(sum_bytes=sum_bytes)), ReferenceKernel())
    )
    assert comparable(found) == comparable(expected)


@every_form
@pytest.mark.parametrize("text", [*UNUSUAL, "1.2345678901234567e-17", "1234567890" * 10])
def test_an_accepted_number_is_added_by_the_library(native: Native, text: str) -> None:
    decided = []

    def add_rows(call: Call) -> None:
        entry(open_library(), portable=native is not NativeKernel)(call)
        decided.append(call.unresolved_count)

    data = f"{text}\n".encode() * 1000
    found = NativeKernel(add_rows=add_rows).sum_rows([data], a_layout(1, 0, 1))
    assert found.columns[0].values == 1000
    assert sum(decided) == 0


@every_form
def test_a_number_of_1e308_or_more_is_checked_by_the_reference(native: Native) -> None:
    rounds_to_infinity = 2**1024 - 2**970
    data = f"{rounds_to_infinity - 1}\n1e308\n{'0' * 20}1{'0' * 308}\n".encode()
    found = native().sum_rows([data], a_layout(1, 0, 1))
    assert found.columns[0].total == rounds_to_infinity - 1 + 2 * 10**308
    data += f"{rounds_to_infinity}\n".encode()
    fault = native().sum_rows([data], a_layout(1, 0, 1)).fault
    assert fault is not None
    assert (fault.code, fault.line) == ("out_of_range", 3)


@every_form
def test_totals_that_outgrow_128_bits_are_exact(native: Native) -> None:
    rows = [b"%s,-%s\n" % (b"9" * 40, b"9" * 28)] * 1000
    found = native(room=Room(rows=2)).sum_rows(rows, a_layout(2, 0, 1))
    assert [column.total for column in found.columns] == [
        1000 * (10**40 - 1),
        -1000 * (10**28 - 1),
    ]


@every_form
@pytest.mark.parametrize(
    ("fields", "block"), [(1, 1000), (50, 65536), (50, 64), (10_000, 65536), (10_000, 1 << 20)]
)
def test_many_blocks_of_long_and_short_rows(native: Native, fields: int, block: int) -> None:
    random = Random(fields)
    rows = [
        ",".join(f"{random.uniform(-1e6, 1e6):.6f}" for _ in range(fields))
        for _ in range(max(3, 60_000 // fields))
    ]
    data = "\n".join(rows).encode()
    layout = a_layout(fields, 0, 10)
    found = native(block_bytes=block).sum_rows(in_blocks(data, block), layout)
    assert comparable(found) == comparable(ReferenceKernel().sum_rows([data], layout))


@every_form
def test_the_first_bad_cell_is_the_first_of_the_file_not_of_the_first_column(
    native: Native,
) -> None:
    data = b'1,2\n1e300,"y\n"\nx,4\n'
    fault = native().sum_rows([data], a_layout(2, 0, 1)).fault
    assert fault is not None
    assert (fault.code, fault.line, fault.byte, fault.column) == ("not_a_number", 1, 10, 1)


@every_form
def test_more_unresolved_cells_than_are_listed_at_once_are_all_added(native: Native) -> None:
    data = b"1e100,x,NA\n" * 100
    found, expected = (
        kernel.sum_rows([data], a_layout(3, 0, 1, Rules("skip")))
        for kernel in (native(room=Room(unresolved=128)), ReferenceKernel())
    )
    assert comparable(found) == comparable(expected)


def test_several_threads_share_a_kernel() -> None:
    shared = NativeKernel(block_bytes=1000)
    files = [b"%d,2\n" % number * 20_000 for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        partials = pool.map(
            lambda data: shared.sum_rows(in_blocks(data, 1000), a_layout(2, 0, 1)),
            files,
        )
    assert [partial.columns[0].total for partial in partials] == [
        number * 20_000 for number in range(8)
    ]


def test_neither_pandas_nor_numpy_is_imported() -> None:
    code = """
import sys
from chalicelib.engine.opening import read_layout
from chalicelib.engine.native import load
from chalicelib.engine.options import Options
layout, rest = read_layout([b"a,b\\n1.5,x\\n1e100,y\\n"], Options())
assert load().sum_rows(rest, layout).fault is None
assert load().sum_rows([b"x,1,2\\n"], layout).fault.code == "ragged_row"
assert not {"pandas", "numpy"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


@pytest.mark.parametrize("library", [None, b"", b"no library", b"\x7fELF"])
def test_a_library_that_is_missing_or_damaged_is_not_opened(
    library: bytes | None, tmp_path: Path
) -> None:
    path = tmp_path / "csvsum.so"
    if library is not None:
        path.write_bytes(library)
    with pytest.raises(OSError, match="csvsum"):
        open_library(path)


@pytest.mark.parametrize("changed", [path.name for path in sorted(SOURCES.iterdir())])
def test_a_library_is_not_used_once_any_of_its_sources_changed(
    changed: str, tmp_path: Path
) -> None:
    sources = tmp_path / "src"
    shutil.copytree(SOURCES, sources)
    assert source_id(sources) == source_id()
    with (sources / changed).open("a") as file:
        file.write("/* changed */")
    assert source_id(sources) != source_id()
    with pytest.raises(NotBuilt):
        open_library(sources=sources)


def test_a_source_that_is_renamed_or_added_changes_the_source_id(tmp_path: Path) -> None:
    sources = tmp_path / "src"
    shutil.copytree(SOURCES, sources)
    (sources / "cursor.h").rename(sources / "cursors.h")
    renamed = source_id(sources)
    (sources / "more.h").write_bytes(b"")
    assert len({source_id(), renamed, source_id(sources)}) == 3
