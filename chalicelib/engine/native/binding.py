"""The library of the native kernel: finding it, and the structures shared with it.

``src/shared.h`` declares the same structures.
"""

import ctypes
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
SCALES = 32
DONE, LIST_IS_FULL, ROW_IS_REFUSED, ROW_IS_INCOMPLETE = range(4)


class Column(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_int64) for name in ("missing", "skipped", "unresolved"))


class Call(ctypes.Structure):
    """What a call of the kernel is given, and what it returns."""

    _fields_ = (
        ("data", ctypes.c_char_p),
        *((name, ctypes.c_int64) for name in ("size", "at", "limit", "eof")),
        *((name, ctypes.c_int64) for name in ("fields", "first", "step", "wanted", "delimiter")),
        *((name, ctypes.c_int64) for name in ("skip", "max_row_bytes")),
        ("marks", ctypes.c_void_p),
        ("mark_count", ctypes.c_int64),
        *((name, ctypes.c_void_p) for name in ("sums", "points", "columns", "cells")),
        ("cell_room", ctypes.c_int64),
        ("unresolved", ctypes.c_void_p),
        ("unresolved_room", ctypes.c_int64),
        *((name, ctypes.c_int64) for name in ("end", "status", "rows", "lines", "last_row")),
        ("unresolved_count", ctypes.c_int64),
    )


SIZES = ctypes.sizeof(Call) << 16 | ctypes.sizeof(Column)
# The compiled function: reads the call, adds rows, writes the results into it.
AddRows = Callable[[Call], object]


class NotBuilt(OSError):
    """There is no library for this machine, or not one of these sources."""


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
    """Open the library for this machine; raise OSError if it is missing or of other sources."""
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
    """How much the buffers hold.

    So many ``cells`` (or those of one row) are found before they are added, and so many
    ``unresolved`` ones are listed at once. After so many ``rows`` the sums have to be drained: a
    sum has room for 10**10 numbers, and a call adds far fewer than the difference.
    """

    cells: int = 128
    unresolved: int = 4096
    rows: int = 10**9


class Buffers:
    """The memory that the C code works in."""

    def __init__(self, layout: Layout, skip: bool, max_row_bytes: int, room: Room) -> None:
        wanted = len(layout.wanted)
        self._rows, self._max_rows = 0, room.rows
        self._sums = (ctypes.c_uint64 * (2 * SCALES * wanted))()
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
            points=ctypes.addressof(self._points),
            columns=ctypes.addressof(self._columns),
            cells=ctypes.addressof(self._cells),
            cell_room=cell_room,
            unresolved=ctypes.addressof(self._unresolved),
            unresolved_room=unresolved_room,
        )

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
        return self._rows > self._max_rows

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
        for memory in (self._sums, self._columns, self._points):
            ctypes.memset(memory, 0, ctypes.sizeof(memory))
        self._rows = 0
        return sums

    def _totals(self) -> list[Decimal]:
        wanted = len(self._columns)
        integers, scales = [0] * wanted, [0] * wanted
        for scale in range(SCALES):
            halves = self._sums[2 * wanted * scale : 2 * wanted * (scale + 1)]
            for column in range(wanted) if any(halves) else ():
                if added := _signed(halves[2 * column + 1]) << 64 | halves[2 * column]:
                    integers[column] = integers[column] * 10 ** (scale - scales[column]) + added
                    scales[column] = scale
        return [
            Decimal(integer).scaleb(-scale, EXACT)
            for integer, scale in zip(integers, scales, strict=True)
        ]


def _signed(half: int) -> int:
    return half - (half >> 63 << 64)


def _packed(mark: str) -> int:
    if len(mark) > 8 or not mark.isascii():
        raise ValueError(f"{mark!r} does not fit the table of missing marks")
    return int.from_bytes(mark.encode(), "little")
