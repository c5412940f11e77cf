"""The native kernel: the door to ``kernel.c``, which ``build.py`` compiles. ctypes alone, neither pandas nor numpy.

The C code adds rows as long as it can and says why it stops. What it leaves open comes back here, to the code that
defines it: a cell to ``sums.sum_cells``, a row to the tally of the reference kernel, which finds what is wrong with it.
"""

import ctypes
import platform
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import cache
from operator import itemgetter
from pathlib import Path

from ..errors import BadCsv, Fault
from ..kernel import Tally, Window, find_first_row
from ..layout import Layout
from ..rows import MAX_ROW_BYTES, iter_rows, too_long
from ..states import State, scan_state
from ..sums import EXACT, MISSING, ColumnSum, PartialSum, add_columns, sum_cells

FOLDER = Path(__file__).parent
SOURCE = FOLDER / "kernel.c"

# As in kernel.c.
SCALES = 32
DONE, LIST_IS_FULL, ROW_IS_REFUSED, ROW_IS_INCOMPLETE = range(4)
# Blocks of this size are taken as they come; smaller ones are joined, since a call costs as much as 50 KB of rows.
BLOCK_BYTES = 64 * 1024
# A sum has room for 10**10 numbers; a call adds far fewer than the difference.
ROWS_TO_EMPTY_AT = 10**9
# So many cells (or those of one row) are found before they are added, and so many undecided ones are listed at once.
CELL_ROOM = 128
ODD_ROOM = 4096
# A row that the end of a block cuts is finished with about so much of the next block, not with a copy of all of it.
SEAM_BYTES = 4096


class _Column(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_int64) for name in ("missing", "skipped", "listed"))


class _Job(ctypes.Structure):
    _fields_ = (
        *(
            (name, ctypes.c_int64)
            for name in ("fields", "first", "step", "wanted", "delimiter", "skip", "max_row_bytes")
        ),
        ("marks", ctypes.c_void_p),
        ("mark_count", ctypes.c_int64),
        *((name, ctypes.c_void_p) for name in ("sums", "points", "columns", "cells")),
        ("cell_room", ctypes.c_int64),
        ("odd", ctypes.c_void_p),
        *(
            (name, ctypes.c_int64)
            for name in ("odd_room", "odd_count", "rows", "lines", "last_row")
        ),
    )


class NotBuilt(OSError):
    """There is no library for this machine, or not one of this source."""


def library_name(system: str, machine: str) -> str:
    return f"csvsum-{system}-{machine.lower()}.so"


LIBRARY_NAME = library_name(sys.platform, platform.machine())


def source_id(source: bytes) -> int:
    """What tells a library that was built from another source."""
    return zlib.crc32(source)


def load() -> "NativeKernel | None":
    """The kernel, or None where its library is not built or does not fit this machine."""
    try:
        return NativeKernel()
    except OSError:
        return None


@cache
def open_library() -> ctypes.CDLL:
    """The library for this machine, built from this source; OSError if there is none."""
    library = ctypes.CDLL(str(FOLDER / "lib" / LIBRARY_NAME))
    try:
        built_from, sizes = library.csvsum_source(), library.csvsum_sizes()
    except AttributeError as missing:
        raise NotBuilt(str(missing)) from missing
    if built_from & 0xFFFFFFFF != source_id(SOURCE.read_bytes()) or sizes != ctypes.sizeof(
        _Job
    ) << 16 | ctypes.sizeof(_Column):
        raise NotBuilt(
            f"{library._name} was not built from the {SOURCE.name} beside it; build it again"
        )
    return library


class NativeKernel:
    """A ``kernel.Kernel``. ``portable``: use the code that needs no special instructions. Raises OSError if not built."""

    name = "native"

    def __init__(
        self,
        max_row_bytes: int = MAX_ROW_BYTES,
        block_bytes: int = BLOCK_BYTES,
        *,
        portable: bool = False,
    ) -> None:
        self.max_row_bytes = max_row_bytes
        self.block_bytes = block_bytes
        library = open_library()
        wide = not portable and library.csvsum_has_avx2()
        add_rows = library.csvsum_rows_avx2 if wide else library.csvsum_rows
        add_rows.restype = ctypes.c_int64
        offsets = [ctypes.c_int64] * 4
        add_rows.argtypes = [
            ctypes.POINTER(_Job),
            ctypes.c_char_p,
            *offsets,
            ctypes.POINTER(ctypes.c_int64),
        ]
        self._add_rows: Callable[..., int] = add_rows

    def sum_rows(
        self,
        blocks: Iterable[bytes],
        layout: Layout,
        *,
        skip: bool,
        start: State = State.ROW,
        span: int | None = None,
    ) -> PartialSum:
        window = Window(blocks)
        tally = _NativeTally(self._add_rows, layout, skip, self.max_row_bytes)
        try:
            end = find_first_row(window, layout, start, span, self.block_bytes)
            if end is None:
                end = self._sum_to_end(
                    window, tally, sys.maxsize if span is None else span - window.offset
                )
        except BadCsv as bad:
            return tally.partial(State.ROW, bad.fault.moved(tally.lines, tally.bytes))
        return tally.partial(end, None)

    def _sum_to_end(self, window: Window, tally: "_NativeTally", limit: int) -> State:
        tally.limit = limit
        data, at = window.data, tally.add_rows(window.data, 0)
        while tally.end is None:
            rest = data[at:]
            block = self._next_block(window.blocks, len(rest))
            data, at = (
                self._finish_row(tally, rest, block) if rest and block else (rest or block, 0)
            )
            if tally.end is None:
                at = tally.add_rows(data, at, eof=not block)
            if at == 0 and len(data) > self.max_row_bytes:
                raise BadCsv(too_long(data, 0, 0, tally.layout.delimiter, self.max_row_bytes))
        return tally.end

    def _next_block(self, blocks: Iterator[bytes], held: int) -> bytes:
        """A block's worth of bytes, not copied where they come as one; as many as are held of a row, so that a long one
        is not searched once per block. No more than tells that it is too long; empty at the end."""
        enough = min(max(self.block_bytes, held), self.max_row_bytes + 1 - held)
        taken, total = [], 0
        for block in blocks:
            taken.append(block)
            total += len(block)
            if total >= enough:
                break
        return taken[0] if len(taken) == 1 else b"".join(taken)

    def _finish_row(self, tally: "_NativeTally", rest: bytes, block: bytes) -> tuple[bytes, int]:
        """Add the row that begins with ``rest`` and goes on in ``block``; the bytes to go on with, and from where on."""
        head = block[: tally.seam_bytes(len(rest))]
        used = tally.add_rows(rest + head, 0, one=True)
        return (block, used - len(rest)) if used else (rest + block, 0)


class _NativeTally:
    """The running sums of one part. ``end``: the state at ``limit`` or at the end of all, once that is reached."""

    def __init__(
        self, add_rows: Callable[..., int], layout: Layout, skip: bool, max_row_bytes: int
    ) -> None:
        self._add_rows = add_rows
        self.layout = layout
        self.skip = skip
        self.max_row_bytes = max_row_bytes
        self.limit = sys.maxsize
        self.end: State | None = None
        self.columns: tuple[ColumnSum, ...] = (ColumnSum(),) * len(layout.wanted)
        self.rows = self.lines = self.bytes = 0
        self._room = _Room(layout, skip, max_row_bytes)

    def partial(self, end: State, fault: Fault | None) -> PartialSum:
        self._empty()
        return PartialSum(self.columns, self.rows, self.lines, self.bytes, end, fault)

    def seam_bytes(self, held: int) -> int:
        """How much more than the bytes held is likely to finish a row: somewhat more than the rows so far took."""
        return SEAM_BYTES + max(0, 9 * self.bytes // max(8 * self.rows, 1) - held)

    def add_rows(self, data: bytes, at: int, *, eof: bool = False, one: bool = False) -> int:
        """Add the complete rows of ``data`` from ``at`` on, or ``one``, up to the limit; where the next row starts.

        Raises BadCsv with a fault that counts from the rows already added.
        """
        limit = self.limit - self.bytes + at
        last_row, status = at, LIST_IS_FULL
        while status == LIST_IS_FULL:
            at, last_row, status = self._call(data, at, min(limit, at + 1) if one else limit, eof)
            if status == ROW_IS_REFUSED:
                last_row, at = at, at + self._walk_row(data[at:], eof)
                status = LIST_IS_FULL if last_row < at and not one else ROW_IS_INCOMPLETE
        if limit < at:
            self.end = scan_state(data[last_row:limit], State.ROW, self.layout.delimiter.encode())
        elif eof or limit == at:
            self.end = State.ROW
        return at

    def _call(self, data: bytes, at: int, limit: int, eof: bool) -> tuple[int, int, int]:
        """Where the next row starts, where the last one did, and why no more were added."""
        job, status = self._room.job, ctypes.c_int64()
        job.odd_count = job.rows = job.lines = 0
        job.last_row = at
        end = self._add_rows(job, data, at, len(data), limit, eof, status)
        if job.odd_count:
            self._add_cells(data, at)
        self.rows += job.rows
        self.lines += job.lines
        self.bytes += end - at
        self._room.rows += job.rows
        if self._room.rows > ROWS_TO_EMPTY_AT:
            self._empty()
        return end, job.last_row, status.value

    def _add_cells(self, data: bytes, start: int) -> None:
        """Decide the cells that were listed. They come row by row, so the first bad one listed is the first in the file."""
        listed = self._room.listed()
        places: dict[int, list[int]] = {}
        for place, (column, _, _) in enumerate(listed):
            places.setdefault(column, []).append(place)
        sums = list(self.columns)
        bad_cells = []
        for column, its_places in places.items():
            texts = [self._text(data[listed[place][1] : listed[place][2]]) for place in its_places]
            added, bad = sum_cells(texts, skip=self.skip)
            sums[column] += added
            if bad is not None:
                bad_cells.append((its_places[bad.row], bad))
        if bad_cells:
            place, bad = min(bad_cells, key=itemgetter(0))
            column, at, _ = listed[place]
            raise BadCsv(
                Fault(
                    bad.code,
                    bad.message,
                    data.count(b"\n", start, at),
                    at - start,
                    self.layout.wanted[column],
                )
            )
        self.columns = tuple(sums)

    def _text(self, raw: bytes) -> str:
        """What a cell says."""
        if b'"' not in raw:
            return raw.decode("utf-8", "surrogateescape")
        return next(iter_rows(raw, self.layout.delimiter, eof=True)).cells[0]

    def _walk_row(self, data: bytes, eof: bool) -> int:
        """The row that ``data`` begins with, by definition: its length, 0 if it is not complete."""
        tally = Tally(self.layout, self.skip, self.max_row_bytes)
        used = tally.add_by_walking(data, 1, eof)
        if eof and not used:
            raise RuntimeError("a last row that is neither read nor refused")
        self.columns = add_columns(self.columns, tally.columns)
        self.rows += tally.rows
        self.lines += tally.lines
        self.bytes += tally.bytes
        return used

    def _empty(self) -> None:
        self.columns = add_columns(self.columns, self._room.taken())


class _Room:
    """The memory that the C code works in."""

    def __init__(self, layout: Layout, skip: bool, max_row_bytes: int) -> None:
        wanted, marks = len(layout.wanted), sorted(MISSING - {""})
        self.rows = 0
        self._sums = (ctypes.c_uint64 * (2 * SCALES * wanted))()
        self._columns = (_Column * wanted)()
        self._points = (ctypes.c_uint8 * wanted)()
        cell_room = max(CELL_ROOM, wanted)
        odd_room = max(ODD_ROOM, cell_room)
        self._cells = (ctypes.c_int64 * (2 * cell_room))()
        self._odd = (ctypes.c_int64 * (3 * odd_room))()
        self._marks = (ctypes.c_uint64 * len(marks))(*(_packed(mark) for mark in marks))
        self.job = _Job(
            fields=layout.fields,
            first=layout.wanted.start,
            step=layout.wanted.step,
            wanted=wanted,
            delimiter=ord(layout.delimiter),
            skip=skip,
            max_row_bytes=max_row_bytes,
            marks=ctypes.addressof(self._marks),
            mark_count=len(marks),
            sums=ctypes.addressof(self._sums),
            columns=ctypes.addressof(self._columns),
            points=ctypes.addressof(self._points),
            cells=ctypes.addressof(self._cells),
            cell_room=cell_room,
            odd=ctypes.addressof(self._odd),
            odd_room=odd_room,
        )

    def listed(self) -> list[tuple[int, int, int]]:
        """The cells listed by the last call: the number of the column among the wanted ones, start and end."""
        flat = self._odd[: 3 * self.job.odd_count]
        return list(zip(flat[0::3], flat[1::3], flat[2::3], strict=True))

    def taken(self) -> tuple[ColumnSum, ...]:
        """What was added, leaving nothing."""
        totals = self._totals()
        sums = tuple(
            ColumnSum(
                total,
                self.rows - column.missing - column.skipped - column.listed,
                column.missing,
                column.skipped,
                not point,
            )
            for total, column, point in zip(totals, self._columns, self._points, strict=True)
        )
        for memory in (self._sums, self._columns, self._points):
            ctypes.memset(memory, 0, ctypes.sizeof(memory))
        self.rows = 0
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
