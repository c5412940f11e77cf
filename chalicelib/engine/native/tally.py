"""The running sums of a part, added by the library and, for rare cells, by the reference.

The library adds rows as long as it can, and returns why it stopped. The reference code decides what
the library leaves open: ``sums.sum_cells`` a cell, and the tally of the reference kernel a refused
row, whose fault it finds.
"""

import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from operator import itemgetter

from ..cell_sums import OtherCell, sum_cells
from ..errors import BadCsv, Fault
from ..layout import Layout
from ..limits import Limits
from ..rows import CTRL_Z, is_unended, iter_rows
from ..states import Grammar, State, scan_state
from ..sums import ColumnSum, PartialSum, RefusedCell, add_columns
from ..wording import shortened
from .binding import LIST_IS_FULL, ROW_IS_INCOMPLETE, ROW_IS_REFUSED, AddRows
from .buffers import Buffers, Room

# To finish a row that the end of a block cuts, copy about this much of the next block, not all of
# it.
SEAM_BYTES = 4096


class NativeTally:
    """The running sums. ``end`` is the state at ``limit`` or at the end of the data, if reached.

    ``limit`` counts from the first row that is added, as ``bytes`` do.
    """

    def __init__(self, add_rows: AddRows, layout: Layout, limits: Limits, room: Room) -> None:
        self.layout = layout
        self.limits = limits
        self.limit = sys.maxsize
        self.end: State | None = None
        self.columns = self._nothing = (ColumnSum(),) * len(layout.wanted)
        self.rows = self.lines = self.bytes = 0
        self.unended = False
        self._add_rows = add_rows
        self._buffers = Buffers(layout, limits.max_row_bytes, room)

    def partial(self, end: State, fault: Fault | None = None) -> PartialSum:
        self._drain()
        return PartialSum(self.columns, self.rows, self.lines, self.bytes, end, fault, self.unended)

    def seam_bytes(self, held: int) -> int:
        """Return how many more bytes than those held are likely to finish a row.

        The estimate is somewhat more than the average row so far.
        """
        return SEAM_BYTES + max(0, 9 * self.bytes // max(8 * self.rows, 1) - held)

    def add_rows(self, data: bytes, at: int, *, eof: bool = False, one: bool = False) -> int:
        """Add the complete rows of ``data`` from ``at`` on, or ``one`` of them, up to the limit.

        Return where the next row starts. Raise BadCsv with a fault whose position counts from the
        end of the rows already added.
        """
        limit = self.limit - self.bytes + at
        last_row, status = at, LIST_IS_FULL
        # The reference drops Ctrl-Z at the end of a text, and a last row that may be half-written.
        leaves_last = eof and (data.endswith(CTRL_Z) or self.layout.rules.drop_unended)
        # LIST_IS_FULL is the one status after which rows are left that can be added; a refused row
        # that the reference did add is turned into it.
        while status == LIST_IS_FULL:
            rows_end = min(limit, at + 1) if one else limit
            at, last_row, status = self._call(data, at, rows_end, eof and not leaves_last)
            if leaves_last and status == ROW_IS_INCOMPLETE and at < min(rows_end, len(data)):
                status = ROW_IS_REFUSED
            if status == ROW_IS_REFUSED:
                last_row, at = at, at + self._add_refused_row(data[at:], eof)
                goes_on = last_row < at < min(rows_end, len(data))
                status = LIST_IS_FULL if goes_on else ROW_IS_INCOMPLETE
        if limit < at:
            self.end = scan_state(data[last_row:limit], State.ROW, self.layout.grammar)
        elif eof or limit == at:
            self.end = State.ROW
        if eof and last_row < at:
            self.unended = is_unended(data[last_row:at], self.layout.grammar)
        return at

    def _call(self, data: bytes, at: int, limit: int, eof: bool) -> tuple[int, int, int]:
        """Return where the next row starts, where the last one did, and why no more were added."""
        call = self._buffers.add_rows(self._add_rows, data, range(at, limit), eof=eof)
        if call.unresolved_count:
            self._add_unresolved(data, at)
        self.rows += call.rows
        self.lines += call.lines
        self.bytes += call.end - at
        if self._buffers.is_full:
            self._drain()
        return call.end, call.last_row, call.status

    def _add_unresolved(self, data: bytes, start: int) -> None:
        """Decide the cells that the library left open. With ``fail``, raise BadCsv for a bad one.

        They are listed row by row, so the first bad one in the list is the first in the file.
        """
        cells = self._buffers.unresolved()
        indexes: dict[int, list[int]] = defaultdict(list)
        for index, (column, _, _) in enumerate(cells):
            indexes[column].append(index)
        sums = list(self.columns)
        bad_cells: list[tuple[int, OtherCell]] = []
        for column, of_column in indexes.items():
            texts = [self._text(data[cells[index][1] : cells[index][2]]) for index in of_column]
            added, others = sum_cells(texts, self.layout.rules)
            places = [cells[of_column[other.index]][1] for other in others]
            bad_cells += [(of_column[other.index], other) for other in others]
            refused = tuple(map(partial(_refused, data, start), others, places))
            sums[column] += replace(added, refused=refused).moved(self.lines, self.bytes)
        if bad_cells and self.layout.rules.non_numeric == "fail":
            index, bad = min(bad_cells, key=itemgetter(0))
            cell = _refused(data, start, bad, cells[index][1])
            column = self.layout.wanted[cells[index][0]]
            raise BadCsv(Fault(bad.code, bad.message, cell.line, cell.byte, column))
        self.columns = tuple(sums)

    def _text(self, raw: bytes) -> str:
        """Return the text of a cell, without its quotes."""
        if b'"' not in raw:
            return raw.decode("utf-8", "surrogateescape")
        # A row of its own, in which neither a comment nor Ctrl-Z at the end of a text is seen.
        grammar = Grammar(self.layout.grammar.delimiter)
        return next(iter_rows(raw + b"\n", grammar, eof=True)).cells[0]

    def _add_refused_row(self, data: bytes, eof: bool) -> int:
        """Add the first row of ``data`` with the reference kernel; return its length.

        Return 0 if the row is not complete. Raise BadCsv if the row is bad.
        """
        # Few files have such rows; the reference takes as long to import as megabytes to sum.
        from ..reference import Tally

        tally = Tally(self.layout, self.limits)
        used = tally.add_rows(data, 1, eof)
        if eof and not used:
            raise RuntimeError("the reference neither read nor refused a last row")
        moved = [column.moved(self.lines, self.bytes) for column in tally.columns]
        self._add(moved)
        self.rows += tally.rows
        self.lines += tally.lines
        self.bytes += tally.bytes
        return used

    def _drain(self) -> None:
        self._add(self._buffers.drain())

    def _add(self, columns: Sequence[ColumnSum]) -> None:
        """Add to the columns. To add nothing to a thousand of them takes as long as a megabyte."""
        is_first = self.columns is self._nothing
        self.columns = tuple(columns) if is_first else add_columns(self.columns, columns)


def _refused(data: bytes, start: int, other: OtherCell, at: int) -> RefusedCell:
    """Return a cell at the offset ``at``, with its place counted from ``start``."""
    line = data.count(b"\n", start, at)
    return RefusedCell(other.kind, other.code, shortened(other.text), line, at - start)
