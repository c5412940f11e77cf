"""The proof for every option: any cut, kernel and blocks give what one serial read gives."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import reduce
from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib.engine.layout import Layout
from chalicelib.engine.native import load
from chalicelib.engine.reference import ReferenceKernel
from chalicelib.engine.row_ends import RowEnd, translate
from chalicelib.engine.rules import Rules
from chalicelib.engine.states import Grammar, State, scan_state
from chalicelib.engine.sums import ColumnSum, PartialSum, add_columns
from chalicelib.engine.verdict import judge
from tests.csv_files import in_blocks, styles
from tests.kernels import KERNELS, NATIVE
from tests.styled_files import as_bytes, styled_files

AVAILABLE = [make for name, make in KERNELS.items() if name not in NATIVE or load() is not None]

rules = st.builds(
    Rules,
    st.sampled_from(["columns", "skip", "fail"]),
    styles,
    st.sampled_from(["utf-8", "windows-1252", "latin-1"]),
    st.booleans(),
    st.booleans(),
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, Layout]:
    """Generate a file and how it is read."""
    fields = draw(st.integers(1, 3))
    wanted = draw(st.sets(st.integers(0, fields - 1), min_size=1))
    delimiter = draw(st.sampled_from([b",", b";", b"\t"]))
    grammar = Grammar(delimiter, draw(st.sampled_from([b"", b"#"])))
    layout = Layout(grammar, fields, tuple(sorted(wanted)), (), 0, 0, draw(rules))
    return draw(styled_files(fields)), layout


def a_layout(comment: bytes, options: Rules) -> Layout:
    return Layout(Grammar(b",", comment), 1, (0,), (), 0, 0, options)


def translated(data: bytes, row_end: RowEnd, size: int) -> Iterable[bytes]:
    return translate(in_blocks(data, size), row_end)


def placed(partial: PartialSum, lines: int, size: int) -> PartialSum:
    """Return a partial sum whose positions count from the start of the file."""
    if partial.fault is not None:
        return replace(partial, fault=partial.fault.moved(lines, size))
    columns = tuple(column.moved(lines, size) for column in partial.columns)
    return replace(partial, columns=columns)


def sum_parts(
    data: bytes, cuts: Sequence[int], row_end: RowEnd, layout: Layout, random: Random
) -> list[PartialSum]:
    """Sum the parts in any order, each by another kernel and in other blocks."""
    text = b"".join(translated(data, row_end, 1 << 20))
    bounds = [0, *cuts, len(data)]
    numbers = list(range(len(bounds) - 1))
    random.shuffle(numbers)
    found: dict[int, PartialSum] = {}
    for number in numbers:
        begin, end = bounds[number : number + 2]
        start = scan_state(text[:begin], State.ROW, layout.grammar)
        kernel = random.choice(AVAILABLE)(block_bytes=random.choice([1, 3, 1 << 16]))
        blocks = translated(data[begin:], row_end, random.choice([1, 2, 5, 1 << 16]))
        found[number] = kernel.sum_rows(blocks, layout, start=start, span=end - begin)
    return [found[number] for number in sorted(found)]


def merged(parts: Sequence[PartialSum], layout: Layout) -> tuple[object, ...]:
    """Return the sums, counts, first refused cells and verdict of the file; or its first fault."""
    lines = size = rows = 0
    columns: list[Sequence[ColumnSum]] = []
    for part in parts:
        moved = placed(part, lines, size)
        if moved.fault is not None:
            return (moved.fault,)
        columns.append(moved.columns)
        lines, size, rows = lines + part.lines, size + part.bytes, rows + part.rows
    total = reduce(add_columns, columns)
    unended = any(part.unended for part in parts)
    return total, judge(total, layout), rows, lines, size, unended


@given(
    tables(),
    st.sampled_from(list(RowEnd)),
    st.lists(st.integers(0, 80), max_size=4),
    st.integers(0, 1 << 30),
)
@settings(max_examples=2000)
@example(("1@#", a_layout(b"#", Rules("columns"))), RowEnd.LF, [1, 2], 0)
@example(("1@2", a_layout(b"", Rules("skip", drop_unended=True))), RowEnd.CR, [1], 1)
def test_a_file_cut_anywhere_has_the_sums_cells_and_verdict_of_a_serial_read(
    table: tuple[str, Layout], row_end: RowEnd, cuts: Sequence[int], seed: int
) -> None:
    text, layout = table
    data = as_bytes(text, row_end, layout.grammar.delimiter)
    inside = sorted({cut for cut in cuts if 0 < cut < len(data)})
    serial = ReferenceKernel().sum_rows(translated(data, row_end, 1 << 20), layout)
    found = merged(sum_parts(data, inside, row_end, layout, Random(seed)), layout)
    assert found == merged([serial], layout)
    assert serial.fault is not None or serial.bytes == len(data)


@given(styled_files(2), st.sampled_from(list(State)))
def test_the_state_at_a_cut_does_not_depend_on_how_the_bytes_before_it_are_read(
    text: str, start: State
) -> None:
    data, grammar = as_bytes(text, RowEnd.LF, b","), Grammar(b",", b"#")
    byte_by_byte = reduce(
        lambda state, byte: scan_state(bytes([byte]), state, grammar), data, start
    )
    assert scan_state(data, start, grammar) == byte_by_byte
