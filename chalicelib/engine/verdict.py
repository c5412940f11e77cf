"""Decide from the sums of an entire file which columns count, and whether the file has a fault.

The sums of parts add up in any order, so the verdict never depends on how the file was cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .columns import Kinds, refused_kinds
from .errors import Fault
from .layout import Layout
from .sums import ColumnSum, RefusedCell, refusal


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A column that is not summed: its index, and its first cell that is a text.

    ``cell`` is empty if all cells are missing.
    """

    index: int
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The places of the summed columns among the wanted ones, and the columns left out."""

    summed: tuple[int, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    fault: Fault | None = None


def judge(columns: Sequence[ColumnSum], layout: Layout) -> Verdict:
    """Return which columns count; or the first refused cell of the file as its fault.

    Positions count as those of the refused cells do. It is a fault as well if no column that counts
    has a value.
    """
    summed = [place for place, column in enumerate(columns) if not is_text(column)]
    fault = _unnamed_fault(columns, layout) or _first_fault(columns, layout, summed)
    if fault is not None:
        return Verdict(fault=fault)
    if not any(columns[place].values for place in summed):
        return Verdict(fault=no_numbers(layout))
    left_out = [
        LeftOut(layout.wanted[place], _first_text(column))
        for place, column in enumerate(columns)
        if is_text(column) and not (layout.hidden and layout.wanted[place] == layout.unnamed)
    ]
    return Verdict(tuple(summed), tuple(left_out))


def is_text(column: ColumnSum) -> bool:
    """Return whether a column is to be left out."""
    return Kinds(
        column.missing, column.values, column.alike, column.comparisons, column.skipped
    ).is_text


def no_numbers(layout: Layout) -> Fault:
    count = len(layout.wanted) - layout.hidden
    where = "the summed column has" if count == 1 else f"none of the {count:,} summed columns has"
    return Fault("no_numbers", f"{where} {'no' if count == 1 else 'a'} number")


def _unnamed_fault(columns: Sequence[ColumnSum], layout: Layout) -> Fault | None:
    """Return the fault of a last column that has no name, but a cell that is not empty.

    All names may then belong to other columns.
    """
    if layout.unnamed is None or not columns:
        return None
    column = columns[layout.wanted.index(layout.unnamed)]
    if not (column.values or column.refused):
        return None
    message = "the header has one name too few, but the last field of a later row is not empty"
    first = min(column.refused, key=lambda cell: cell.byte, default=None)
    place = (first.line, first.byte) if first and not column.values else (None, None)
    return Fault("ragged_row", message, *place)


def _first_fault(
    columns: Sequence[ColumnSum], layout: Layout, summed: Sequence[int]
) -> Fault | None:
    kinds = refused_kinds(skip=layout.rules.non_numeric == "skip")
    found = [
        (cell.byte, place, cell)
        for place in summed
        for cell in columns[place].refused
        if cell.kind in kinds
    ]
    if not found:
        return None
    _, place, cell = min(found, key=lambda each: each[:2])
    return _fault_of(cell, layout.wanted[place])


def _fault_of(cell: RefusedCell, column: int) -> Fault:
    return Fault(cell.code, refusal(cell.code, cell.text), cell.line, cell.byte, column)


def _first_text(column: ColumnSum) -> str:
    if not column.refused:
        return ""
    return min(column.refused, key=lambda cell: cell.byte).text
