"""Sample the first bytes and rows of a text, to find its dialect. Pure Python.

The window is the first 64 KiB of the text. It is doubled, up to 1 MiB, until it has two complete
rows with every delimiter. It never depends on the blocks in which the text arrives. The rows begin
after byte order marks, skipped lines and Excel's own line ``sep=;``.

The sample has the first 1,000 complete rows: those that end in the window; at the end of the text,
the last row needs no row end. Rows that have only blanks or Ctrl-Z (which ends a text in DOS) and
comment lines do not count as rows.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from .blocks import fill
from .encodings import skip_marks
from .errors import BadCsv, Fault
from .plain_rows import is_plain, iter_plain_rows
from .read_options import AUTO, ReadOptions
from .row_ends import ROW_END, RowEnd, find_row_end, translate
from .rows import Row, iter_rows
from .states import Grammar
from .wording import counted

WINDOW_BYTES = 64 * 1024
MAX_WINDOW_BYTES = 1024 * 1024
MAX_ROWS = 1000
#: The delimiters to try; a file that has none of them gets the first.
CANDIDATES = (",", ";", "\t", "|")
SEP_LINE = re.compile(rb'"?sep=([\t !#-*,/:-@\[-`{-~])"?[ \t]*(?:\r\r\n|\r\n|\r|\n)', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Head:
    """The window of a text; the rows begin at its byte ``start``.

    ``eof``: the text ends with the window. ``sep``: the delimiter that a line ``sep=;`` gives.
    """

    data: bytes
    start: int
    eof: bool
    sep: str = ""

    @property
    def rows(self) -> bytes:
        return self.data[self.start :]


@dataclass(frozen=True, slots=True)
class Sample:
    """The complete rows of a window, read with one delimiter; ``data`` is what the readers get.

    ``stopped_by``: the code of the fault of the row that follows, if it cannot be read.
    """

    delimiter: str
    row_end: RowEnd
    data: bytes
    rows: tuple[Row, ...]
    stopped_by: str = ""

    @property
    def counts(self) -> list[int]:
        return [len(row.cells) for row in self.rows]

    def begins_with_quote(self, row: Row) -> bool:
        return self.data.startswith(b'"', row.start)


def read_head(blocks: Iterable[bytes], options: ReadOptions) -> tuple[Head, Iterator[bytes]]:
    """Return the head of a text whose encoding contains ASCII, and all of its blocks.

    Raises BadCsv if the skipped lines take more than 1 MiB.
    """
    remaining, held, size = iter(blocks), b"", WINDOW_BYTES
    while True:
        held, _ = fill(size + 1, held, remaining)
        eof = len(held) <= size
        head = _head(held[:size], options.skip_rows, eof)
        if head and (eof or size == MAX_WINDOW_BYTES or _has_enough(head, options)):
            return head, chain([held], remaining)
        if size == MAX_WINDOW_BYTES:
            message = f"the {counted(options.skip_rows, 'line')} to skip have more than 1 MiB"
            raise BadCsv(Fault("too_many_skipped", message))
        size *= 2


def _head(data: bytes, skipped: int, eof: bool) -> Head | None:
    """Return the head in ``data``; None if ``data`` does not show yet where the rows begin."""
    start = skip_marks(data)
    ends = [match.end() for match in islice(ROW_END.finditer(data, start), skipped)]
    if len(ends) < skipped:
        return Head(data, len(data), eof) if eof else None
    start = ends[-1] if ends else start
    line = SEP_LINE.match(data, start)
    sep = line[1].decode() if line else ""
    start = line.end() if line else start
    # A CR at the end of the window may be the first half of a row end.
    return Head(data, start, eof, sep) if eof or start < len(data) else None


def _has_enough(head: Head, options: ReadOptions) -> bool:
    """Return whether the window has a first row and a data row with every delimiter."""
    asked = (options.delimiter,) if options.delimiter != AUTO else CANDIDATES
    # Without quotes, every delimiter finds at least the rows that the first one finds.
    for delimiter in asked if b'"' in head.rows else asked[:1]:
        try:
            if len(read_sample(head, delimiter, options, max_rows=2).rows) < 2:
                return False
        except BadCsv:  # mixed row ends, which more text would not change
            continue
    return True


def read_sample(
    head: Head, delimiter: str, options: ReadOptions, max_rows: int = MAX_ROWS
) -> Sample:
    """Return the rows of a window, read with one delimiter. Raise BadCsv for mixed row ends."""
    grammar = Grammar(delimiter.encode(), options.comment.encode())
    # Without the end of the text, a row that no row end follows is not complete.
    eof = head.eof and options.last_row == "keep"
    row_end = find_row_end(head.rows, grammar, eof=eof)
    data = b"".join(translate([head.rows], row_end))
    rows: list[Row] = []
    try:
        for row in islice(iter_table_rows(data, grammar, eof=eof), max_rows):
            rows.append(row)
    except BadCsv as bad:
        return Sample(delimiter, row_end, data, tuple(rows), bad.fault.code)
    return Sample(delimiter, row_end, data, tuple(rows))


def iter_table_rows(data: bytes, grammar: Grammar, *, eof: bool) -> Iterator[Row]:
    """Yield the complete rows of ``data`` that have cells, as rows.iter_rows does."""
    if is_plain(data, grammar):
        return iter_plain_rows(data, grammar, eof=eof)
    return (row for row in iter_rows(data, grammar, eof=eof) if row.cells)
