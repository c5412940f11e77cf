"""The reference kernel: rows by Python's csv module, cells by Decimal. The definition of a sum.

It streams: memory is bounded by the block size and the longest row.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from operator import itemgetter

from .cell_sums import OtherCell, sum_cells
from .errors import BadCsv, Fault
from .faults import BrokenRow
from .fields import cell_start
from .kernel import Window, find_first_row
from .layout import Layout
from .limits import LIMITS, Limits
from .rows import Row, is_unended, iter_rows
from .states import State, scan_state
from .sums import ColumnSum, PartialSum, RefusedCell, add_columns
from .wording import counted, shortened

# Larger blocks spend more on page faults than they save in calls.
BLOCK_BYTES = 1024 * 1024


class Tally:
    """The running sums of the rows added so far.

    ``last_row`` is where the last one starts, in the bytes that it was added from.
    """

    def __init__(self, layout: Layout, limits: Limits) -> None:
        self.layout = layout
        self.limits = limits
        self.columns: tuple[ColumnSum, ...] = (ColumnSum(),) * len(layout.wanted)
        self.rows = self.lines = self.bytes = 0
        self.last_row = 0
        self.unended = False
        self._pick = _picker(layout.wanted)

    def add_rows(self, data: bytes, limit: int, eof: bool) -> int:
        """Add the complete rows that start before ``limit``; return how many bytes they take.

        Raises BadCsv with a fault that counts from the rows already added.
        """
        records: list[Row] = []
        end, broken = 0, None
        try:
            for row in self._rows(data, eof):
                if row.cells:
                    records.append(self._wanted_cells(row))
                end, self.last_row = row.end, row.start
                # Before the next row is read: another part reports the faults of that row.
                if end >= limit:
                    break
        except BadCsv as bad:
            broken = bad
        # A bad cell in these rows comes before the broken row, so it is raised first.
        columns = self._sum_columns(data, records)
        if broken is not None:
            raise broken
        self.add(data[:end], columns, len(records))
        return end

    def add(self, data: bytes, columns: Sequence[ColumnSum], rows: int) -> None:
        """Add ``data``, which has ``rows`` rows; ``columns`` may be empty if there are none."""
        if columns:
            self.columns = add_columns(self.columns, columns, self.lines, self.bytes)
        self.rows += rows
        self.lines += data.count(b"\n")
        self.bytes += len(data)
        self.unended = is_unended(data[self.last_row :], self.layout.grammar)

    def _rows(self, data: bytes, eof: bool) -> Iterator[Row]:
        """Yield the rows. A last one that is to be dropped has no cells."""
        grammar, drop = self.layout.grammar, self.layout.rules.drop_unended
        end = 0
        for row in iter_rows(data, grammar, eof=eof and not drop, limits=self.limits):
            end = row.end
            yield row
        if eof and drop and end < len(data):
            yield self._dropped(data, end)

    def _dropped(self, data: bytes, start: int) -> Row:
        """Return the rest of a file as a row without cells.

        Raise BadCsv if it has several lines: its quote may have swallowed rows.
        """
        line = data.count(b"\n", 0, start)
        if b"\n" in data[start:]:
            delimiter, max_row_bytes = self.layout.grammar.delimiter, self.limits.max_row_bytes
            raise BadCsv(BrokenRow(data, delimiter, max_row_bytes, start, line).unclosed_quote())
        return Row(start, len(data), line, [])

    def partial(self, end: State, fault: Fault | None = None) -> PartialSum:
        return PartialSum(self.columns, self.rows, self.lines, self.bytes, end, fault, self.unended)

    def _wanted_cells(self, row: Row) -> Row:
        """Return the wanted cells; raise BadCsv unless the row has as many fields as the first."""
        count, fields = len(row.cells), self.layout.fields
        if count < fields and self.layout.rules.pad:
            row.cells.extend([""] * (fields - count))
        elif count != fields:
            raise BadCsv(ragged(row, fields))
        return Row(row.start, row.end, row.line, self._pick(row.cells))

    def _sum_columns(self, data: bytes, rows: Sequence[Row]) -> Sequence[ColumnSum]:
        sums = [
            sum_cells(cells, self.layout.rules)
            for cells in zip(*(row.cells for row in rows), strict=True)
        ]
        if self.layout.rules.non_numeric == "fail":
            self._raise_first(data, rows, [others for _, others in sums])
        return [
            replace(column, refused=tuple(self._refused(data, rows, index, others)))
            for index, (column, others) in enumerate(sums)
        ]

    def _raise_first(
        self, data: bytes, rows: Sequence[Row], others: Sequence[Sequence[OtherCell]]
    ) -> None:
        """Raise BadCsv for the first cell in the file that is not a number, if there is one."""
        found = [(cell.index, index, cell) for index, cells in enumerate(others) for cell in cells]
        if found:
            row, index, cell = min(found, key=itemgetter(0, 1))
            column = self.layout.wanted[index]
            line, at = self._place(data, rows[row], column)
            raise BadCsv(Fault(cell.code, cell.message, line, at, column))

    def _refused(
        self, data: bytes, rows: Sequence[Row], index: int, others: Sequence[OtherCell]
    ) -> Iterator[RefusedCell]:
        for cell in others:
            line, at = self._place(data, rows[cell.index], self.layout.wanted[index])
            yield RefusedCell(cell.kind, cell.code, shortened(cell.text), line, at)

    def _place(self, data: bytes, row: Row, column: int) -> tuple[int, int]:
        """Return the line and the byte of a field, counted from the start of ``data``."""
        raw = data[row.start : row.end]
        at = row.start + cell_start(raw, column, self.layout.grammar.delimiter)
        return row.line + data.count(b"\n", row.start, at), at


def ragged(row: Row, fields: int) -> Fault:
    """Return the fault of a row with another number of fields than the first one."""
    message = f"the row has {counted(len(row.cells), 'field')} instead of {fields:,}"
    return Fault("ragged_row", message, row.line, row.start)


def _picker(wanted: tuple[int, ...]) -> Callable[[list[str]], list[str]]:
    """Return a function that picks the wanted cells of a row. A slice is faster than a loop."""
    step = wanted[1] - wanted[0] if len(wanted) > 1 else 1
    if wanted == tuple(range(wanted[0], wanted[-1] + 1, step)):
        regular = slice(wanted[0], wanted[-1] + 1, step)
        return lambda cells: cells[regular]
    return lambda cells: [cells[index] for index in wanted]


class ReferenceKernel:
    """A ``kernel.Kernel``. Other kernels may replace its ``Tally`` by a faster one."""

    name = "reference"

    def __init__(self, limits: Limits = LIMITS, block_bytes: int = BLOCK_BYTES) -> None:
        self.limits = limits
        self.block_bytes = block_bytes

    def sum_rows(
        self,
        blocks: Iterable[bytes],
        layout: Layout,
        *,
        start: State = State.ROW,
        span: int | None = None,
    ) -> PartialSum:
        window, tally = Window(blocks), self.new_tally(layout)
        try:
            end = find_first_row(window, layout.grammar, start, span, self.block_bytes)
            if end is None:
                end = self._sum_to_end(window, tally, span)
        except BadCsv as bad:
            return tally.partial(State.ROW, bad.fault.moved(tally.lines, tally.bytes))
        return tally.partial(end)

    def new_tally(self, layout: Layout) -> Tally:
        return Tally(layout, self.limits)

    def _sum_to_end(self, window: Window, tally: Tally, span: int | None) -> State:
        """Add the rows that start in the span; return the state at its end."""
        size, max_row_bytes = self.block_bytes, self.limits.max_row_bytes
        grammar = tally.layout.grammar
        while True:
            window.grow(size)
            limit = len(window.data) + 1 if span is None else span - window.offset
            used = tally.add_rows(window.data, limit, window.eof)
            if limit < used:
                return scan_state(window.data[tally.last_row : limit], State.ROW, grammar)
            if limit == used or window.eof:
                return State.ROW
            if not used and len(window.data) > max_row_bytes:
                raise BadCsv(BrokenRow(window.data, grammar.delimiter, max_row_bytes).too_long())
            # Read twice as much until a row ends, so that a long row is not parsed once per block.
            size = self.block_bytes if used else min(2 * len(window.data), max_row_bytes + 1)
            window.drop(used)
