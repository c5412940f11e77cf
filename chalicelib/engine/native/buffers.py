"""The memory that the C code works in, and what it leaves there."""

import ctypes
import mmap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from ..layout import Layout
from ..sums import EXACT, MORE_DIGITS, ColumnSum
from .binding import (
    LIMB_DIGITS,
    LIMBS,
    LOWEST,
    NO_SLOT,
    PLAIN_LIMB,
    PLAIN_LIMBS,
    SUM_BYTES,
    AddRows,
    Call,
    Column,
)
from .marks import are_comparable, long_marks, missing_marks, short_marks
from .styles import Unsupported, style_of

# The bit of a column's scales for values without a point, as in src/cells.h.
WITHOUT_POINT, FEW_DIGITS = 1, (1 << MORE_DIGITS) - 1
LOW_HALF = (1 << 64) - 1
NO_BYTE = -1
LARGE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Room:
    """How much the buffers hold.

    So many ``cells`` (or those of one row) are found before they are added, and so many
    ``unresolved`` ones are listed at once. The sums take at most ``sum_bytes``, or what plain
    numbers need. They have to be drained after so many ``rows``: a limb takes 10**13 numbers.
    """

    cells: int = 128
    unresolved: int = 4096
    sum_bytes: int = 64 * 1024 * 1024
    rows: int = 10**12


class Buffers:
    """The memory that the C code works in, for one layout."""

    def __init__(self, layout: Layout, max_row_bytes: int, room: Room) -> None:
        wanted = len(layout.wanted)
        marks = missing_marks(layout.rules)
        shorts, longs = short_marks(marks), long_marks(marks)
        self._rows, self._max_rows = 0, room.rows
        slot_room = min(max(room.sum_bytes // (SUM_BYTES * wanted), PLAIN_LIMBS), LIMBS)
        self._sums = _zeros(SUM_BYTES * slot_room * wanted)
        self._slots = (ctypes.c_uint8 * LIMBS)()
        self._columns = (Column * wanted)()
        self._scales = (ctypes.c_uint32 * wanted)()
        skips = _skips(layout.wanted)
        self._skips = (ctypes.c_int64 * len(skips))(*skips)
        cell_room = max(room.cells, wanted)
        unresolved_room = max(room.unresolved, cell_room)
        self._cells = (ctypes.c_int64 * (2 * cell_room))()
        self._unresolved = (ctypes.c_int64 * (3 * unresolved_room))()
        self._marks = (ctypes.c_uint64 * len(shorts))(*shorts)
        self._long_marks = (ctypes.c_uint8 * len(longs))(*longs)
        self._style = style_of(layout.rules)
        self._known = (ctypes.c_uint8 * wanted)()
        self.call = Call(
            skips=ctypes.addressof(self._skips),
            after=layout.fields - 1 - layout.wanted[-1],
            wanted=wanted,
            delimiter=ord(layout.grammar.delimiter),
            max_row_bytes=max_row_bytes,
            special=_is_special(layout, skips) or self._style is not None,
            comment=layout.grammar.comment[0] if layout.grammar.comment else NO_BYTE,
            pad=layout.rules.pad,
            style=ctypes.addressof(self._style) if self._style else None,
            marks=ctypes.addressof(self._marks),
            mark_count=len(shorts),
            long_marks=ctypes.addressof(self._long_marks),
            long_marks_size=len(longs),
            sums=ctypes.addressof(self._sums),
            slots=ctypes.addressof(self._slots),
            slot_room=slot_room,
            scales=ctypes.addressof(self._scales),
            columns=ctypes.addressof(self._columns),
            known=ctypes.addressof(self._known),
            cells=ctypes.addressof(self._cells),
            cell_room=cell_room,
            unresolved=ctypes.addressof(self._unresolved),
            unresolved_room=unresolved_room,
        )
        self._free_slots()

    def add_rows(self, add_rows: AddRows, data: bytes, span: range, *, eof: bool) -> Call:
        """Add the rows of ``data`` that start in ``span``; return what the call says."""
        call = self.call
        call.data, call.size = data, len(data)
        call.at, call.limit, call.eof = span.start, span.stop, eof
        add_rows(call)
        self._rows += call.rows
        return call

    def unresolved(self) -> list[tuple[int, int, int]]:
        """Return the cells that the last call left: index among the wanted columns, start, end."""
        flat = self._unresolved[: 3 * self.call.unresolved_count]
        return list(zip(flat[0::3], flat[1::3], flat[2::3], strict=True))

    @property
    def is_full(self) -> bool:
        """Whether the sums have to be drained before more rows are added."""
        return bool(self.call.is_full) or self._rows > self._max_rows

    def drain(self) -> tuple[ColumnSum, ...]:
        """Return the sums and reset them. Unresolved cells are not counted."""
        sums = tuple(map(self._column_sum, self._totals(), self._scales, self._counts()))
        ctypes.memset(self._sums, 0, SUM_BYTES * self.call.slot_count * len(self._columns))
        for memory in (self._columns, self._scales):
            ctypes.memset(memory, 0, ctypes.sizeof(memory))
        self._free_slots()
        self._rows = 0
        return sums

    def _column_sum(self, total: Decimal, scales: int, counts: Sequence[int]) -> ColumnSum:
        missing, texts, alike, comparisons, _ = counts
        return ColumnSum(
            total,
            self._rows - sum(counts),
            missing,
            texts,
            scales <= WITHOUT_POINT,
            _scales_of(scales),
            alike,
            comparisons,
        )

    def _counts(self) -> Iterator[Sequence[int]]:
        """Return the columns; to read them at once is much faster than one by one."""
        flat = memoryview(self._columns).cast("B").cast("q").tolist()
        return zip(*[iter(flat)] * len(Column._fields_), strict=True)

    def _free_slots(self) -> None:
        """Leave slots to the limbs of plain numbers only."""
        ctypes.memset(self._slots, NO_SLOT, LIMBS)
        self._slots[PLAIN_LIMB : PLAIN_LIMB + PLAIN_LIMBS] = list(range(PLAIN_LIMBS))
        self.call.slot_count = PLAIN_LIMBS

    def _totals(self) -> list[Decimal]:
        """Add up the limbs of each column, from the most significant on."""
        wanted = len(self._columns)
        integers, limbs = [0] * wanted, [LIMBS] * wanted
        for limb in reversed(range(LIMBS)):
            for column, units in enumerate(self._units(self._slots[limb])):
                if units:
                    digits = LIMB_DIGITS * (limbs[column] - limb)
                    integers[column] = integers[column] * 10**digits + units
                    limbs[column] = limb
        return [
            Decimal(integer).scaleb(LOWEST + LIMB_DIGITS * limb, EXACT) if integer else Decimal(0)
            for integer, limb in zip(integers, limbs, strict=True)
        ]

    def _units(self, slot: int) -> list[int]:
        """Return what the columns have in a slot."""
        if slot == NO_SLOT:
            return []
        size = 2 * len(self._columns)
        halves = (
            memoryview(self._sums).cast("B").cast("q")[size * slot : size * (slot + 1)].tolist()
        )
        lows, highs = halves[::2], halves[1::2]
        return [low & LOW_HALF | high << 64 for low, high in zip(lows, highs, strict=True)]


def can_add(layout: Layout) -> bool:
    """Return whether the library can read such a file; else the reference kernel does."""
    try:
        style_of(layout.rules)
    except Unsupported:
        return False
    return are_comparable(missing_marks(layout.rules))


def _skips(wanted: Sequence[int]) -> list[int]:
    """Return how many fields are passed before each wanted one."""
    between = [right - left - 1 for left, right in pairwise(wanted)]
    return [wanted[0], *(between or [0])]


def _is_special(layout: Layout, skips: Sequence[int]) -> bool:
    """Return whether anything is asked for that few files need, apart from how numbers are read."""
    return bool(layout.grammar.comment) or layout.rules.pad or len(set(skips[1:])) > 1


def _scales_of(bits: int) -> int:
    """Return the scales of a ColumnSum: there, values without a point have no digits after it."""
    with_point = bits >> 1
    return bits & 1 | with_point & FEW_DIGITS | (1 << MORE_DIGITS if with_point > FEW_DIGITS else 0)


def _zeros(size: int) -> "ctypes.Array[ctypes.c_uint64]":
    """Return zeros; many of them cost nothing until they are touched."""
    array = ctypes.c_uint64 * (size // 8)
    return array() if size < LARGE_BYTES else array.from_buffer(mmap.mmap(-1, size))
