"""Rows and fields as Python's ``csv`` module (strict=False) sees them, with their places in the bytes.

This is the definition of a row here; whatever is faster must agree with it. Pure Python, no I/O.
"""

import csv
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from .errors import BadCsv, Fault
from .states import State, open_quote, scan_state

MAX_ROW_BYTES = 64 * 1024 * 1024
# A row of 64 MiB could have as many fields, which would take gigabytes once they are texts.
MAX_FIELDS = 2_000_000
csv.field_size_limit(sys.maxsize)  # rows are limited as a whole, by MAX_ROW_BYTES


@dataclass(frozen=True, slots=True)
class Row:
    """``start`` and ``end`` are offsets in the bytes walked, ``line`` counts the line feeds before ``start``."""

    start: int
    end: int
    line: int
    cells: list[str]


class _Lines:
    """Feeds csv.reader line by line, and knows how far it has read. Refuses a row of too many fields before it is split."""

    def __init__(self, data: bytes, delimiter: str, max_row_bytes: int) -> None:
        self.data = data
        self.delimiter = delimiter.encode()
        self.max_row_bytes = max_row_bytes
        self.position = 0
        self.read = 0
        self.exhausted = False
        self.begin_row()

    def begin_row(self) -> None:
        self.row = self.looked_at = self.counted = self.position
        self.row_line = self.read
        self.delimiters = self.separators = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self.position == len(self.data):
            self.exhausted = True
            raise StopIteration
        end = self.data.find(b"\n", self.position) + 1 or len(self.data)
        if end - self.row >= MAX_FIELDS:  # fewer bytes have fewer separators
            self._count_separators(end)
        line = self.data[self.position : end]
        self.position = end
        self.read += 1
        # A byte that is not UTF-8 must not stop the walk: it matters only in a summed cell, where it is no number.
        return line.decode("utf-8", "surrogateescape")

    def _count_separators(self, end: int) -> None:
        """Count on, up to ``end``: from the start of the row, or from that of a line, which begins inside quotes."""
        self.delimiters += self.data.count(self.delimiter, self.looked_at, end)
        self.looked_at = end
        if self.delimiters < MAX_FIELDS:  # quoted or not
            return
        text = self.data[self.counted : min(end, self.row + self.max_row_bytes)]
        inside = self.counted > self.row
        self.separators += separators(b'"' + text if inside else text, self.delimiter, MAX_FIELDS)
        self.counted = end
        if self.separators >= MAX_FIELDS:
            message = f"the row has more than {MAX_FIELDS} fields, the most that are read; check the delimiter"
            raise BadCsv(Fault("too_many_fields", message, self.row_line, self.row))


@cache
def _field(delimiter: bytes) -> re.Pattern[bytes]:
    """Matches a field from its start, without what ends it; a quote may be open at the end of the bytes."""
    return re.compile(rb'(?:"[^"]*(?:"|\Z))*+[^%b\r\n]*+' % re.escape(delimiter))


def separators(text: bytes, delimiter: bytes, most: int) -> int:
    """The delimiters outside quotes in ``text``, which starts at a field, up to a row end; at most ``most`` are counted."""
    pattern, count, position = _field(delimiter), 0, 0
    while (
        count < most
        and (match := pattern.match(text, position))
        and text.startswith(delimiter, match.end())
    ):
        count, position = count + 1, match.end() + 1
    return count


def iter_rows(
    data: bytes, delimiter: str, *, eof: bool, max_row_bytes: int = MAX_ROW_BYTES
) -> Iterator[Row]:
    """The complete rows of ``data``, which starts at a row; a blank line is a Row without cells.

    ``eof``: nothing follows ``data``, so its last row needs no line feed. Raises BadCsv where a row cannot be read,
    after the rows before it were given.
    """
    lines = _Lines(data, delimiter, max_row_bytes)
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        lines.begin_row()
        start, line = lines.row, lines.row_line
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadCsv(_stray_return(data, start, line, delimiter, max_row_bytes)) from error
        end = lines.position
        if not lines.exhausted and data.endswith(
            (b"\r\r", b"\r\r\n"), start, end
        ):  # lone, whatever follows
            raise BadCsv(_stray_return(data, start, line, delimiter, max_row_bytes))
        if end - start > max_row_bytes:
            raise BadCsv(too_long(data[start:end], start, line, delimiter, max_row_bytes))
        if lines.exhausted and eof:
            raise BadCsv(unclosed(data[start:], start, line, delimiter))
        if lines.exhausted or not (eof or data.endswith(b"\n", start, end)):
            return
        if data.endswith(b"\r", start, end):
            raise BadCsv(lone_return(data, start, line, delimiter))
        yield Row(start, end, line, cells)


def unclosed(rest: bytes, start: int, line: int, delimiter: str) -> Fault:
    """The fault of a quote that ``rest``, from the start of its row on, never closes."""
    quote = open_quote(rest, delimiter.encode()) or 0
    message = "a quote is opened here and never closed; close it, or double it if it is text"
    return Fault("unclosed_quote", message, line + rest.count(b"\n", 0, quote), start + quote)


def too_long(rest: bytes, start: int, line: int, delimiter: str, limit: int) -> Fault:
    """The fault of a row that is longer than ``limit`` bytes: most often that of a quote that is never closed."""
    quote = open_quote(rest[:limit], delimiter.encode())
    if quote is not None:
        message = f"a quote is opened here and not closed in a row of {limit} bytes, the longest that is read"
        return Fault("unclosed_quote", message, line + rest.count(b"\n", 0, quote), start + quote)
    return Fault(
        "row_too_long",
        f"the row is longer than {limit} bytes, the longest that is read",
        line,
        start,
    )


def lone_return(data: bytes, start: int, line: int, delimiter: str) -> Fault:
    """The fault of a carriage return, outside quotes, that no line feed follows, in the row at ``start``."""
    message = "a carriage return without a line feed; end rows with LF or CRLF, and quote fields that contain CR"
    state, position = State.ROW, start
    for match in re.finditer(rb"\r(?!\n)", data[start:]):
        at = start + match.start()
        state, position = scan_state(data[position:at], state, delimiter.encode()), at
        if state is not State.QUOTED:
            return Fault("lone_carriage_return", message, line + data.count(b"\n", start, at), at)
    return Fault("lone_carriage_return", message, line, start)


def _stray_return(data: bytes, start: int, line: int, delimiter: str, limit: int) -> Fault:
    """The fault of a row that a carriage return breaks off: where that lies beyond ``limit``, the row is too long first."""
    fault = lone_return(data, start, line, delimiter)
    if fault.byte is not None and fault.byte - start >= limit:
        return too_long(data[start:], start, line, delimiter, limit)
    return fault


def ragged(row: Row, fields: int) -> Fault:
    """The fault of a row with more or fewer fields than the first row of its file."""
    message = f"the row has {len(row.cells)} fields, the first row has {fields}; quote fields that contain the delimiter"
    return Fault("ragged_row", message, row.line, row.start)


def cell_start(row: bytes, index: int, delimiter: str) -> int:
    """The offset in ``row`` of its field number ``index`` (0-based)."""
    pattern, position = _field(delimiter.encode()), 0
    for _ in range(index):
        match = pattern.match(row, position)
        position = match.end() + 1 if match else position
    return position
