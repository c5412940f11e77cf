"""Read the first row of a table, which may be longer than the head of its text."""

from collections.abc import Iterator

from .blocks import fill
from .dialect import Dialect
from .errors import BadCsv, Fault
from .faults import BrokenRow
from .limits import Limits
from .rows import Row, iter_rows
from .states import Grammar


class FirstRow:
    """Finds the first row with cells. ``head`` has the bytes read, from ``offset`` on.

    ``blocks`` begin where the dialect does.
    """

    def __init__(
        self, blocks: Iterator[bytes], dialect: Dialect, grammar: Grammar, limits: Limits
    ) -> None:
        self._blocks = blocks
        self._grammar = grammar
        self._limits = limits
        self._offset, self._line = dialect.start, dialect.start_line
        self._head, self._eof = b"", False

    def read(self) -> tuple[Row, bytes, bytes]:
        """Return the row at its place in the text, its bytes, and the bytes read after it.

        Raise BadCsv if there is none, or if it cannot be read.
        """
        while True:
            try:
                row = self._skip_rows_without_cells()
            except BadCsv as bad:
                raise BadCsv(bad.fault.moved(self._line, self._offset)) from bad
            if row is not None:
                raw, rest = self._head[row.start : row.end], self._head[row.end :]
                start, end = self._offset + row.start, self._offset + row.end
                found = Row(start, end, self._line + row.line, row.cells)
                _require_no_nul(found, raw)
                return found, raw, rest
            self._read_on()

    def _skip_rows_without_cells(self) -> Row | None:
        """Return the first row with cells, or None after dropping the rows before it."""
        end = 0
        for row in iter_rows(self._head, self._grammar, eof=self._eof, limits=self._limits):
            if row.cells:
                return row
            end = row.end
        self._drop(end)
        return None

    def _read_on(self) -> None:
        if self._eof:
            message = "the file has no rows"
            raise BadCsv(Fault("empty_file", message, 0, 0))
        limit = self._limits.max_row_bytes
        if len(self._head) > limit:
            broken = BrokenRow(self._head, self._grammar.delimiter, limit)
            raise BadCsv(broken.too_long().moved(self._line, self._offset))
        # Read twice as much each time, so that a long row is not parsed once per block.
        size = min(max(2 * len(self._head), 1), limit + 1)
        self._head, self._eof = fill(size, self._head, self._blocks)

    def _drop(self, size: int) -> None:
        self._offset += size
        self._line += self._head.count(b"\n", 0, size)
        self._head = self._head[size:]


def _require_no_nul(row: Row, raw: bytes) -> None:
    if b"\0" in raw:
        message = "the first row has a NUL byte"
        raise BadCsv(Fault("nul_byte", message, row.line, row.start + raw.index(b"\0")))
