"""Find the library of the native kernel, and define the structures shared with it.

``src/shared.h`` declares the same structures.
"""

import ctypes
import mmap
import platform
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from ..layout import Layout
from ..sums import EXACT, MISSING, ColumnSum

FOLDER = Path(__file__).parent
SOURCES = FOLDER / "src"

MARKS = sorted(MISSING - {""})

# As in src/shared.h.
LIMB_DIGITS, LIMBS, LOWEST, NO_SLOT = 8, 214, -1402, 255
PLAIN_LIMB, PLAIN_LIMBS = 173, 3
SUM_BYTES = 16
DONE, LIST_IS_FULL, ROW_IS_REFUSED, ROW_IS_INCOMPLETE = range(4)


class Column(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_int64) for name in ("missing", "skipped", "unresolved"))


class Call(ctypes.Structure):
    """The arguments and the results of a call of the kernel."""

    _fields_ = (
        ("data", ctypes.c_char_p),
        *((name, ctypes.c_int64) for name in ("size", "at", "limit", "eof")),
        *((name, ctypes.c_int64) for name in ("fields", "first", "step", "wanted", "delimiter")),
        *((name, ctypes.c_int64) for name in ("skip", "max_row_bytes")),
        ("marks", ctypes.c_void_p),
        ("mark_count", ctypes.c_int64),
        ("sums", ctypes.c_void_p),
        ("slots", ctypes.c_void_p),
        *((name, ctypes.c_int64) for name in ("slot_room", "slot_count")),
        *((name, ctypes.c_void_p) for name in ("points", "columns", "cells")),
        ("cell_room", ctypes.c_int64),
        ("unresolved", ctypes.c_void_p),
        ("unresolved_room", ctypes.c_int64),
        *((name, ctypes.c_int64) for name in ("end", "status", "rows", "lines", "last_row")),
        *((name, ctypes.c_int64) for name in ("unresolved_count", "is_full")),
    )


SIZES = ctypes.sizeof(Call) << 16 | ctypes.sizeof(Column)
# The compiled function: reads the call, adds rows, writes the results into it.
AddRows = Callable[[Call], object]


class NotBuilt(OSError):
    """There is no library for this machine, or it was built from other sources."""


def library_name(system: str, machine: str) -> str:
    return f"csvsum-{system}-{machine.lower()}.so"


LIBRARY = FOLDER / "lib" / library_name(sys.platform, platform.machine())


def source_id(sources: Path = SOURCES) -> int:
    """Return a checksum of all C files, which shows whether a library was built from them."""
    checksum = 0
    for path in sorted(sources.iterdir()):
        if path.suffix in (".c", ".h"):
            checksum = zlib.crc32(path.name.encode() + b"\0" + path.read_bytes(), checksum)
    return checksum


@cache
def open_library(path: Path = LIBRARY, sources: Path = SOURCES) -> ctypes.CDLL:
    """Open the library for this machine; raise OSError if it is missing or out of date."""
    library = ctypes.CDLL(str(path))
    try:
        built_from, sizes = library.csvsum_source(), library.csvsum_sizes()
    except AttributeError as missing:
        raise NotBuilt(str(missing)) from missing
    if built_from & 0xFFFFFFFF != source_id(sources) or sizes != SIZES:
        raise NotBuilt(f"{path} was not built from these sources; build it again")
    return library


def entry(library: ctypes.CDLL, *, portable: bool = False) -> AddRows:
    """Return the fastest form for this processor, or the one without special instructions."""
    wide = not portable and library.csvsum_has_avx2()
    add_rows = library.csvsum_rows_avx2 if wide else library.csvsum_rows
    add_rows.argtypes, add_rows.restype = [ctypes.POINTER(Call)], None
    return add_rows


@dataclass(frozen=True, slots=True)
class Room:
    """The sizes of the buffers.

    The kernel finds up to ``cells`` cells (at least those of one row) before it adds them, and
    lists up to ``unresolved`` cells at once. The sums take at most ``sum_bytes``, or what plain
    numbers need. They must be drained after ``rows`` rows: a limb has room for 10**13 numbers.
    """

    cells: int = 128
    unresolved: int = 4096
    sum_bytes: int = 32 * 1024 * 1024
    rows: int = 10**12


class Buffers:
    """The memory that the C code uses."""

    def __init__(self, layout: Layout, skip: bool, max_row_bytes: int, room: Room) -> None:
        wanted = len(layout.wanted)
        self._rows, self._max_rows = 0, room.rows
        slot_room = min(max(room.sum_bytes // (SUM_BYTES * wanted), PLAIN_LIMBS), LIMBS)
        self._sums = _zeros(SUM_BYTES * slot_room * wanted)
        self._slots = (ctypes.c_uint8 * LIMBS)()
        self._columns = (Column * wanted)()
        self._points = (ctypes.c_uint8 * wanted)()
        cell_room = max(room.cells, wanted)
        unresolved_room = max(room.unresolved, cell_room)
        self._cells = (ctypes.c_int64 * (2 * cell_room))()
        self._unresolved = (ctypes.c_int64 * (3 * unresolved_room))()
        self._marks = (ctypes.c_uint64 * len(MARKS))(*map(_packed, MARKS))
        self.call = Call(
            fields=layout.fields,
            first=layout.wanted.start,
            step=layout.wanted.step,
            wanted=wanted,
            delimiter=ord(layout.delimiter),
            skip=skip,
            max_row_bytes=max_row_bytes,
            marks=ctypes.addressof(self._marks),
            mark_count=len(MARKS),
            sums=ctypes.addressof(self._sums),
            slots=ctypes.addressof(self._slots),
            slot_room=slot_room,
            points=ctypes.addressof(self._points),
            columns=ctypes.addressof(self._columns),
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
        """Return the cells that the last call left open: their wanted column, start and end."""
        flat = self._unresolved[: 3 * self.call.unresolved_count]
        return list(zip(flat[0::3], flat[1::3], flat[2::3], strict=True))

    @property
    def is_full(self) -> bool:
        """Whether the sums must be drained before more rows are added."""
        return bool(self.call.is_full) or self._rows > self._max_rows

    def drain(self) -> tuple[ColumnSum, ...]:
        """Return the sums and reset them. Unresolved cells are not counted."""
        sums = tuple(
            ColumnSum(
                total,
                self._rows - column.missing - column.skipped - column.unresolved,
                column.missing,
                column.skipped,
                not point,
            )
            for total, column, point in zip(
                self._totals(), self._columns, self._points, strict=True
            )
        )
        ctypes.memset(self._sums, 0, SUM_BYTES * self.call.slot_count * len(self._columns))
        for memory in (self._columns, self._points):
            ctypes.memset(memory, 0, ctypes.sizeof(memory))
        self._free_slots()
        self._rows = 0
        return sums

    def _free_slots(self) -> None:
        """Keep slots only for the limbs of plain numbers."""
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
        halves = self._sums[size * slot : size * (slot + 1)]
        return [
            low | _signed(high) << 64 for low, high in zip(halves[::2], halves[1::2], strict=True)
        ]


def _zeros(size: int) -> "ctypes.Array[ctypes.c_uint64]":
    """Return memory that takes no space until it is used."""
    return (ctypes.c_uint64 * (size // 8)).from_buffer(mmap.mmap(-1, size))


def _signed(half: int) -> int:
    return half - (half >> 63 << 64)


def _packed(mark: str) -> int:
    if len(mark) > 8 or not mark.isascii():
        raise ValueError(f"{mark!r} does not fit the table of missing marks")
    return int.from_bytes(mark.encode(), "little")
