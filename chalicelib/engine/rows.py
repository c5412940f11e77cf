"""Read rows and fields as Python's ``csv`` module (strict=False) does, with their positions.

This module defines what a row is; every faster reader must agree with it.
"""

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from .errors import BadCsv
from .faults import BrokenRow
from .fields import FieldCount
from .limits import LIMITS, Limits
from .quotes import find_text_after_quote, text_after_quote
from .states import Grammar

CTRL_Z = b"\x1a"
NOTHING = b" \t\r\n" + CTRL_Z
csv.field_size_limit(sys.maxsize)  # Limits.max_row_bytes limits complete rows instead


@dataclass(slots=True)  # frozen, it would take three times as long to make
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
        self._fields = FieldCount(data, delimiter, limits)

    def begin_row(self) -> tuple[int, int]:
        """Return the offset and the line at which the next row begins."""
        self._fields.begin_row(self.position, self.lines)
        return self.position, self.lines

    def go_back(self, position: int, lines: int) -> None:
        self.position, self.lines, self.exhausted = position, lines, False
        self._fields.begin_row(position, lines)

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
    return iter(_RowReader(data, grammar, eof=eof, limits=limits).next_row, None)


class _RowReader:
    """Reads one row after another, with csv.reader: strictly, and leniently if that fails."""

    def __init__(self, data: bytes, grammar: Grammar, *, eof: bool, limits: Limits) -> None:
        self._data = data
        self._grammar = grammar
        self._eof = eof
        self._limits = limits
        self._lines = _Lines(data, grammar.delimiter, limits)
        delimiter = grammar.delimiter.decode()
        # It refuses text and blanks after a closing quote, and a quote that is never closed.
        self._strict = csv.reader(self._lines, delimiter=delimiter, strict=True)
        self._lenient = csv.reader(self._lines, delimiter=delimiter)

    def next_row(self) -> Row | None:
        """Return the next complete row, or None. Raise BadCsv if it cannot be read."""
        start, line = self._lines.begin_row()
        sign = self._grammar.comment
        if sign and self._data.startswith(sign, start):
            return self._complete(self._comment(start, line))
        try:
            cells = next(self._strict)
        except StopIteration:
            return None
        except csv.Error:
            return self._reread(start, line)
        row = Row(start, self._lines.position, line, cells)
        return row if self._is_plain(row) else self._checked(row)

    def _comment(self, start: int, line: int) -> Row:
        end = self._lines.skip_line()
        if end - start > self._limits.max_row_bytes:
            raise BadCsv(self._broken(start, line).too_long())
        return Row(start, end, line, [])

    def _is_plain(self, row: Row) -> bool:
        """Return whether a row that is strictly a CSV row needs no other checks."""
        data, start, end = self._data, row.start, row.end
        return (
            len(row.cells) > 1
            and data.endswith(b"\n", start, end)
            and not data.endswith(b"\r\r\n", start, end)
            and end - start <= self._limits.max_row_bytes
        )

    def _reread(self, start: int, line: int) -> Row | None:
        """Return a row that is not strictly a CSV row; raise BadCsv if it cannot be read."""
        self._lines.go_back(start, line)
        try:
            cells = next(self._lenient)
        except csv.Error as error:
            raise BadCsv(self._broken(start, line).first_lone_return()) from error
        return self._checked(Row(start, self._lines.position, line, cells))

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
