"""The library of the native kernel: finding it, and the structures shared with it.

``src/shared.h`` declares the same structures.
"""

import ctypes
import platform
import sys
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
SOURCES = FOLDER / "src"

# As in src/shared.h.
LIMB_DIGITS, LIMBS, LOWEST, NO_SLOT = 8, 214, -1402, 255
PLAIN_LIMB, PLAIN_LIMBS = 173, 3
SUM_BYTES = 16
DONE, LIST_IS_FULL, ROW_IS_REFUSED, ROW_IS_INCOMPLETE = range(4)


class Column(ctypes.Structure):
    _fields_ = tuple(
        (name, ctypes.c_int64)
        for name in ("missing", "texts", "alike", "comparisons", "unresolved")
    )


class Style(ctypes.Structure):
    """How numbers are written."""

    _fields_ = (
        ("decimal", ctypes.c_int64),
        ("parentheses", ctypes.c_int64),
        ("comma", ctypes.c_int64),
        ("strips", ctypes.c_int64),
        *((name, ctypes.c_uint64) for name in ("mark", "mark_mask", "mark_shift", "mark_bytes")),
        ("has_markers", ctypes.c_int64),
        ("markers", ctypes.c_uint64 * 4),
        ("marker_lengths", ctypes.c_uint64),
        ("roles", ctypes.c_uint8 * 256),
        ("decimals", ctypes.c_uint8 * 8),
        ("blanks", ctypes.c_uint8 * 8),
        ("thousands", ctypes.c_uint8 * 32),
        ("stripped", ctypes.c_uint8 * 256),
    )


class Call(ctypes.Structure):
    """What a call of the kernel is given, and what it returns."""

    _fields_ = (
        ("data", ctypes.c_char_p),
        *((name, ctypes.c_int64) for name in ("size", "at", "limit", "eof")),
        ("skips", ctypes.c_void_p),
        *((name, ctypes.c_int64) for name in ("after", "wanted", "delimiter", "max_row_bytes")),
        *((name, ctypes.c_int64) for name in ("special", "comment", "pad")),
        ("style", ctypes.c_void_p),
        ("marks", ctypes.c_void_p),
        ("mark_count", ctypes.c_int64),
        ("long_marks", ctypes.c_void_p),
        ("long_marks_size", ctypes.c_int64),
        ("sums", ctypes.c_void_p),
        ("slots", ctypes.c_void_p),
        *((name, ctypes.c_int64) for name in ("slot_room", "slot_count")),
        *((name, ctypes.c_void_p) for name in ("scales", "columns", "known", "cells")),
        ("cell_room", ctypes.c_int64),
        ("unresolved", ctypes.c_void_p),
        ("unresolved_room", ctypes.c_int64),
        *((name, ctypes.c_int64) for name in ("end", "status", "rows", "lines", "last_row")),
        *((name, ctypes.c_int64) for name in ("unresolved_count", "is_full")),
    )


SIZES = ctypes.sizeof(Call) << 32 | ctypes.sizeof(Style) << 16 | ctypes.sizeof(Column)
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
        library.csvsum_sizes.restype = ctypes.c_int64
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
