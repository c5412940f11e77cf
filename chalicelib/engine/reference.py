"""The reference kernel: rows by Python's csv module, cells by Decimal. The definition of a sum.

It streams: memory is bounded by the block size and the longest row.
"""

from collections.abc import Iterable, Sequence

from .errors import BadCsv, Fault
from .faults import BrokenRow
from .kernel import Window, find_first_row
from .layout import Layout
from .limits import LIMITS, Limits
from .rows import Row, cell_start, iter_rows
from .states import State, scan_state
from .sums import BadCell, ColumnSum, PartialSum, add_columns, sum_cells

# Larger blocks spend more on page faults than they save in calls.
BLOCK_BYTES = 1024 * 1024


class Tally:
    """The running sums of the rows added so far.

    ``last_row`` is where the last one starts, in the bytes that it was added from.
    """

    def __init__(self, layout: Layout, skip: bool, limits: Limits) -> None:
        self.layout = layout
        self.skip = skip
        self.limits = limits
        self.columns: tuple[ColumnSum, ...] = (ColumnSum(),) * len(layout.wanted)
        self.rows = self.lines = self.bytes = 0
        self.last_row = 0

    def add_rows(self, data: bytes, limit: int, eof: bool) -> int:
        """Add the complete rows that start before ``limit``; return how many bytes they take.

        Raises BadCsv with a fault that counts from the rows already added.
        """
        records: list[Row] = []
        end, broken = 0, None
        try:
            for row in iter_rows(data, self.layout.delimiter, eof=eof, limits=self.limits):
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
            self.columns = add_columns(self.columns, columns)
        self.rows += rows
        self.lines += data.count(b"\n")
        self.bytes += len(data)

    def partial(self, end: State, fault: Fault | None = None) -> PartialSum:
        return PartialSum(self.columns, self.rows, self.lines, self.bytes, end, fault)

    def _wanted_cells(self, row: Row) -> Row:
        """Return the wanted cells; raise BadCsv unless the row has as many fields as the first."""
        if len(row.cells) != self.layout.fields:
            message = (
                f"the row has {len(row.cells)} fields, but the first row has {self.layout.fields};"
                " quote fields that contain the delimiter"
            )
            raise BadCsv(Fault("ragged_row", message, row.line, row.start))
        wanted = self.layout.wanted
        return Row(row.start, row.end, row.line, row.cells[wanted.start :: wanted.step])

    def _sum_columns(self, data: bytes, rows: Sequence[Row]) -> Sequence[ColumnSum]:
        columns: list[ColumnSum] = []
        first: tuple[BadCell, int] | None = None
        for index, cells in enumerate(zip(*(row.cells for row in rows), strict=True)):
            column, bad = sum_cells(cells, skip=self.skip)
            columns.append(column)
            if bad is not None and (first is None or bad.index < first[0].index):
                first = bad, self.layout.wanted[index]
        if first is not None:
            raise BadCsv(self._fault_of_cell(data, rows[first[0].index], *first))
        return columns

    def _fault_of_cell(self, data: bytes, row: Row, bad: BadCell, column: int) -> Fault:
        at = row.start + cell_start(data[row.start : row.end], column, self.layout.delimiter)
        line = row.line + data.count(b"\n", row.start, at)
        return Fault(bad.code, bad.message, line, at, column)


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
        skip: bool,
        start: State = State.ROW,
        span: int | None = None,
    ) -> PartialSum:
        window, tally = Window(blocks), self.new_tally(layout, skip)
        try:
            end = find_first_row(window, layout.delimiter, start, span, self.block_bytes)
            if end is None:
                end = self._sum_to_end(window, tally, span)
        except BadCsv as bad:
            return tally.partial(State.ROW, bad.fault.moved(tally.lines, tally.bytes))
        return tally.partial(end)

    def new_tally(self, layout: Layout, skip: bool) -> Tally:
        return Tally(layout, skip, self.limits)

    def _sum_to_end(self, window: Window, tally: Tally, span: int | None) -> State:
        """Add the rows that start in the span; return the state at its end."""
        size, delimiter, max_row_bytes = (
            self.block_bytes,
            tally.layout.delimiter,
            self.limits.max_row_bytes,
        )
        while True:
            window.grow(size)
            limit = len(window.data) + 1 if span is None else span - window.offset
            used = tally.add_rows(window.data, limit, window.eof)
            if limit < used:
                return scan_state(window.data[tally.last_row : limit], State.ROW, delimiter)
            if limit == used or window.eof:
                return State.ROW
            if not used and len(window.data) > max_row_bytes:
                raise BadCsv(BrokenRow(window.data, delimiter, max_row_bytes).too_long())
            # Read twice as much until a row ends, so that a long row is not parsed once per block.
            size = self.block_bytes if used else min(2 * len(window.data), max_row_bytes + 1)
            window.drop(used)
