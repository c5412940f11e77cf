"""Read rows and fields as Python's ``csv`` module (strict=False) does, with their positions.

This module defines what a row is; every faster reader must agree with it.
"""

import csv
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from .errors import BadCsv, Fault
from .faults import BrokenRow
from .limits import LIMITS, Limits
from .quotes import find_text_after_quote, text_after_quote
from .states import Grammar

CTRL_Z = b"\x1a"
NOTHING = b" \t\r\n" + CTRL_Z
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

    def skip_line(self) -> int:
        """Pass over a line without reading it; return where it ends."""
        self.position = self.data.find(b"\n", self.position) + 1 or len(self.data)
        self.lines += 1
        return self.position

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
            message = f"the row has more than {limit:,} fields, the maximum"
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


def is_unended(row: bytes, grammar: Grammar) -> bool:
    """Return whether no row end follows a row. Comments, blanks and Ctrl-Z are no row."""
    if row.endswith(b"\n") or (grammar.comment and row.startswith(grammar.comment)):
        return False
    return bool(row.strip(NOTHING))


def iter_rows(
    data: bytes, grammar: Grammar, *, eof: bool, limits: Limits = LIMITS
) -> Iterator[Row]:
    """Yield the complete rows of ``data``, which starts at a row.

    Comments, blank lines, and lines that have nothing but blanks and Ctrl-Z have no cells. ``eof``:
    nothing follows ``data``, so its last row needs no line feed, and may end with Ctrl-Z, which
    ends a text in DOS. If a row cannot be read, raise BadCsv after yielding the rows before it.
    """
    reader = _RowReader(data, grammar, eof=eof, limits=limits)
    while (row := reader.next_row()) is not None:
        yield row


class _RowReader:
    """Reads one row after another, with csv.reader."""

    def __init__(self, data: bytes, grammar: Grammar, *, eof: bool, limits: Limits) -> None:
        self._data = data
        self._grammar = grammar
        self._eof = eof
        self._limits = limits
        self._lines = _Lines(data, grammar.delimiter, limits)
        self._reader = csv.reader(self._lines, delimiter=grammar.delimiter.decode())

    def next_row(self) -> Row | None:
        """Return the next complete row, or None. Raise BadCsv if it cannot be read."""
        start, line = self._lines.begin_row()
        sign = self._grammar.comment
        if sign and self._data.startswith(sign, start):
            return self._complete(self._comment(start, line))
        try:
            cells = next(self._reader)
        except StopIteration:
            return None
        except csv.Error as error:
            raise BadCsv(self._broken(start, line).first_lone_return()) from error
        return self._checked(Row(start, self._lines.position, line, cells))

    def _comment(self, start: int, line: int) -> Row:
        end = self._lines.skip_line()
        if end - start > self._limits.max_row_bytes:
            raise BadCsv(self._broken(start, line).too_long())
        return Row(start, end, line, [])

    def _checked(self, row: Row) -> Row | None:
        data, unclosed = self._data, self._lines.exhausted
        if not unclosed and data.endswith((b"\r\r", b"\r\r\n"), row.start, row.end):
            raise BadCsv(self._broken(row.start, row.line).first_lone_return())  # whatever follows
        if row.end - row.start > self._limits.max_row_bytes:
            raise BadCsv(self._broken(row.start, row.line).too_long())
        if unclosed and self._eof:
            raise BadCsv(self._broken(row.start, row.line).unclosed_quote())
        if unclosed or not self._complete(row):
            return None
        if data.endswith(b"\r", row.start, row.end):
            raise BadCsv(self._broken(row.start, row.line).lone_return())
        return self._with_cells(row)

    def _complete(self, row: Row) -> Row | None:
        return row if self._eof or self._is_ended(row) else None

    def _is_ended(self, row: Row) -> bool:
        return self._data.endswith(b"\n", row.start, row.end)

    def _with_cells(self, row: Row) -> Row:
        """Return a row without what ends a text; without cells if it has nothing but blanks."""
        raw, is_ended = self._data[row.start : row.end], self._is_ended(row)
        if len(row.cells) == 1 and not raw.strip(NOTHING):
            return Row(row.start, row.end, row.line, [])
        text = raw if is_ended else raw.rstrip(CTRL_Z)
        offset = find_text_after_quote(text, self._grammar.delimiter) if b'"' in text else None
        if offset is not None:
            raise BadCsv(
                text_after_quote(row.start, row.line + raw.count(b"\n", 0, offset), offset)
            )
        if len(text) < len(raw):
            row.cells[-1] = row.cells[-1].rstrip("\x1a")
        return row

    def _broken(self, start: int, line: int) -> BrokenRow:
        return BrokenRow(
            self._data, self._grammar.delimiter, self._limits.max_row_bytes, start, line
        )
