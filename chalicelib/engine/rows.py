"""Read rows and fields as Python's ``csv`` module (strict=False) does, with their positions.

This module defines what a row is; every faster reader must agree with it.
"""

import csv
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial

from .errors import BadCsv, Fault
from .faults import BrokenRow
from .limits import LIMITS, Limits

csv.field_size_limit(sys.maxsize)  # Limits.max_row_bytes limits complete rows instead


@dataclass(frozen=True, slots=True)
class Row:
    """``start`` and ``end`` are byte offsets, ``line`` counts the line feeds before ``start``."""

    start: int
    end: int
    line: int
    cells: list[str]


class _Lines:
    """Iterate over lines for csv.reader, and count how far it has read.

    Raise BadCsv on a row of too many fields before csv.reader can split it.
    """

    def __init__(self, data: bytes, delimiter: bytes, limits: Limits) -> None:
        self.data = data
        self.position = 0
        self.lines = 0
        self.exhausted = False
        self._fields = _FieldCount(data, delimiter, limits)

    def begin_row(self) -> tuple[int, int]:
        """Return the offset and the line at which the next row begins."""
        self._fields.begin_row(self.position, self.lines)
        return self.position, self.lines

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self.position == len(self.data):
            self.exhausted = True
            raise StopIteration
        end = self.data.find(b"\n", self.position) + 1 or len(self.data)
        self._fields.check(end)
        line = self.data[self.position : end]
        self.position = end
        self.lines += 1
        # A byte that is not UTF-8 must not stop the reader: it only matters in a summed cell, and
        # there it is not a number.
        return line.decode("utf-8", "surrogateescape")


class _FieldCount:
    """Counts the fields of the row being read, in three steps of growing cost.

    A row with fewer than ``max_fields`` bytes, or with fewer delimiters, quoted or not, cannot have
    too many fields. Only other rows are matched field by field. Each byte is counted once, however
    many lines the row has.
    """

    def __init__(self, data: bytes, delimiter: bytes, limits: Limits) -> None:
        self._data = data
        self._delimiter = delimiter
        self._limits = limits
        self.begin_row(0, 0)

    def begin_row(self, start: int, line: int) -> None:
        self._start, self._line = start, line
        self._delimiters, self._delimiters_end = 0, start
        self._separators, self._separators_end = 0, start

    def check(self, end: int) -> None:
        """Raise BadCsv if the row has too many fields before the end of a line, at ``end``."""
        limit = self._limits.max_fields
        if end - self._start < limit:
            return
        self._delimiters += self._data.count(self._delimiter, self._delimiters_end, end)
        self._delimiters_end = end
        if self._delimiters < limit:
            return
        self._separators += self._count_separators(end)
        self._separators_end = end
        if self._separators >= limit:
            message = f"the row has more than {limit} fields, the maximum; check the delimiter"
            raise BadCsv(Fault("too_many_fields", message, self._line, self._start))

    def _count_separators(self, end: int) -> int:
        start = self._separators_end
        text = self._data[start : min(end, self._start + self._limits.max_row_bytes)]
        # A row goes on in another line only inside quotes.
        opened = b'"' if start > self._start else b""
        return count_separators(opened + text, self._delimiter, self._limits.max_fields)


@cache
def _field(delimiter: bytes) -> re.Pattern[bytes]:
    """Match a field from its start, without its delimiter; the last quote may be open."""
    return re.compile(rb'(?:"[^"]*(?:"|\Z))*+[^%b\r\n]*+' % re.escape(delimiter))


def count_separators(text: bytes, delimiter: bytes, maximum: int) -> int:
    """Count the delimiters outside quotes in ``text``, which starts at a field, up to a row end.

    Stops at ``maximum``.
    """
    pattern, count, position = _field(delimiter), 0, 0
    while (
        count < maximum
        and (match := pattern.match(text, position))
        and text.startswith(delimiter, match.end())
    ):
        count, position = count + 1, match.end() + 1
    return count


def cell_start(row: bytes, index: int, delimiter: bytes) -> int:
    """Return the offset in ``row`` of the field with a 0-based index."""
    pattern, position = _field(delimiter), 0
    for _ in range(index):
        match = pattern.match(row, position)
        position = match.end() + 1 if match else position
    return position


def iter_rows(
    data: bytes, delimiter: bytes, *, eof: bool, limits: Limits = LIMITS
) -> Iterator[Row]:
    """Yield the complete rows of ``data``, which starts at a row; a blank line has no cells.

    ``eof``: nothing follows ``data``, so its last row needs no line feed. If a row cannot be read,
    raise BadCsv after yielding the rows before it.
    """
    lines = _Lines(data, delimiter, limits)
    reader = csv.reader(lines, delimiter=delimiter.decode())
    broken = partial(BrokenRow, data, delimiter, limits.max_row_bytes)
    while True:
        start, line = lines.begin_row()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadCsv(broken(start, line).first_lone_return()) from error
        end, unclosed = lines.position, lines.exhausted
        if not unclosed and data.endswith((b"\r\r", b"\r\r\n"), start, end):
            raise BadCsv(broken(start, line).first_lone_return())  # whatever follows
        if end - start > limits.max_row_bytes:
            raise BadCsv(broken(start, line).too_long())
        if unclosed and eof:
            raise BadCsv(broken(start, line).unclosed_quote())
        if unclosed or not (eof or data.endswith(b"\n", start, end)):
            return
        if data.endswith(b"\r", start, end):
            raise BadCsv(broken(start, line).lone_return())
        yield Row(start, end, line, cells)
