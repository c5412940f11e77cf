"""The reference kernel: bytes of rows to an exact partial sum. The only module that imports pandas, and only when used.

pandas cuts the rows into fields wherever that is safe: whole rows without a quote, all of the same number of fields.
Whatever else comes (quotes, blank lines, a short row, a cell that is no number) goes through ``rows.iter_rows``, which
is exact by definition and knows where it is.
"""

import io
from collections.abc import Iterable, Sequence
from typing import Protocol

from .blocks import fill
from .errors import BadCsv, Fault
from .layout import Layout
from .rows import MAX_ROW_BYTES, Row, cell_start, iter_rows, ragged, too_long
from .states import State, first_row, scan_state
from .sums import BadCell, ColumnSum, PartialSum, add_columns, sum_cells

# Blocks of 1 MiB: larger ones spend more on page faults than they save in calls.
BLOCK_BYTES = 1024 * 1024
# From this many fields on, pandas' cost per column and block outweighs what it saves.
WIDE_FIELDS = 5_000


class Kernel(Protocol):
    """What sums rows. Every kernel gives the same PartialSum, digit for digit and fault for fault."""

    name: str

    def sum_rows(
        self,
        blocks: Iterable[bytes],
        layout: Layout,
        *,
        skip: bool,
        start: State = State.ROW,
        span: int | None = None,
    ) -> PartialSum:
        """Sum the rows whose first byte lies in the first ``span`` bytes of ``blocks`` (None: all that there are).

        ``blocks`` begin in state ``start`` and may go on behind the span: its last row is finished, and no more is
        read than that takes. ``skip``: a cell that is no number is counted, not refused.
        """
        ...


class Window:
    """The bytes at hand: from ``offset`` on, growing at the end, dropped at the front."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self.blocks = iter(blocks)
        self.data = b""
        self.offset = 0
        self.eof = False

    def grow(self, size: int) -> None:
        """Hold at least ``size`` bytes, or all that is left."""
        self.data, eof = fill(size, self.data, self.blocks)
        self.eof = self.eof or eof

    def drop(self, size: int) -> None:
        self.data = self.data[size:]
        self.offset += size


def find_first_row(
    window: Window, layout: Layout, state: State, span: int | None, block_bytes: int
) -> State | None:
    """Drop what belongs to the row before; where no row starts in the span, the state at its end."""
    delimiter = layout.delimiter.encode()
    while not (window.eof and not window.data):
        window.grow(block_bytes)
        limit = len(window.data) if span is None else min(span - window.offset, len(window.data))
        found = first_row(window.data[:limit], state, delimiter)
        if found is None:
            state = scan_state(window.data[:limit], state, delimiter)
        elif span is None or window.offset + found < span:
            window.drop(found)
            return None
        else:
            state = State.ROW
        window.drop(limit)
        if window.offset == span:
            return state
    return state


class ReferenceKernel:
    name = "pandas"

    def __init__(self, max_row_bytes: int = MAX_ROW_BYTES, block_bytes: int = BLOCK_BYTES) -> None:
        self.max_row_bytes = max_row_bytes
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
        window = Window(blocks)
        tally = Tally(layout, skip, self.max_row_bytes)
        try:
            end = find_first_row(window, layout, start, span, self.block_bytes) or self._sum_to_end(
                window, tally, span
            )
        except BadCsv as bad:
            return tally.partial(State.ROW, bad.fault.moved(tally.lines, tally.bytes))
        return tally.partial(end, None)

    def _sum_to_end(self, window: Window, tally: "Tally", span: int | None) -> State:
        enough = self.block_bytes
        while True:
            window.grow(enough)
            limit = len(window.data) + 1 if span is None else span - window.offset
            used = tally.add_rows(window.data, limit, window.eof)
            if limit < used:
                return scan_state(
                    window.data[tally.last_row : limit], State.ROW, tally.layout.delimiter.encode()
                )
            if limit == used or window.eof:
                return State.ROW
            if not used and len(window.data) > self.max_row_bytes:
                raise BadCsv(
                    too_long(window.data, 0, 0, tally.layout.delimiter, self.max_row_bytes)
                )
            # Doubled while no row ends in it, so that a long row is not walked once per block.
            enough = self.block_bytes if used else min(2 * len(window.data), self.max_row_bytes + 1)
            window.drop(used)


class Tally:
    """The running sums of one part."""

    def __init__(self, layout: Layout, skip: bool, max_row_bytes: int) -> None:
        self.layout = layout
        self.skip = skip
        self.max_row_bytes = max_row_bytes
        self.columns: tuple[ColumnSum, ...] = (ColumnSum(),) * len(layout.wanted)
        self.rows = self.lines = self.bytes = 0
        self.last_row = (
            0  # where the last row that was added starts, in the bytes that it was added from
        )
        delimiter = layout.delimiter.encode()
        self._row_shape = delimiter * (layout.fields - 1) + b"\n"
        self._not_separators = bytes(byte for byte in range(256) if byte not in delimiter + b"\n")

    def partial(self, end: State, fault: Fault | None) -> PartialSum:
        return PartialSum(self.columns, self.rows, self.lines, self.bytes, end, fault)

    def add_rows(self, data: bytes, limit: int, eof: bool) -> int:
        """Add the complete rows that start before ``limit``; the number of bytes they take.

        Raises BadCsv with a fault that counts from the rows already added.
        """
        if (
            b'"' in data
            or b"\0" in data
            or self.layout.fields >= WIDE_FIELDS
            or len(data) > self.max_row_bytes
        ):
            return self.add_by_walking(data, limit, eof)
        end = _end_of_plain_rows(data, limit, eof)
        rows = data[:end]
        added = self._by_pandas(rows) if rows and self._is_regular(rows) else None
        if added is None:
            return self.add_by_walking(data, limit, eof)
        self._account(rows, *added)
        self.last_row = rows.rfind(b"\n", 0, end - 1) + 1
        return end

    def _is_regular(self, rows: bytes) -> bool:
        """Whether these rows, free of quotes, all have the right number of fields, none is blank and no CR is alone."""
        if rows.count(b"\r") != rows.count(b"\r\n"):
            return False
        if self.layout.fields == 1 and (
            rows.startswith((b"\n", b"\r\n")) or b"\n\n" in rows or b"\n\r\n" in rows
        ):
            return False
        if not rows.endswith(b"\n"):
            rows += b"\n"
        separators = rows.translate(None, self._not_separators)
        return separators == self._row_shape * rows.count(b"\n")

    def _by_pandas(self, rows: bytes) -> tuple[tuple[ColumnSum, ...], int] | None:
        """The sums and number of regular rows; None when a cell is not plain, and the walk has to say where."""
        import pandas

        try:
            frame = pandas.read_csv(
                io.BytesIO(rows),
                sep=self.layout.delimiter,
                header=None,
                usecols=list(self.layout.wanted),
                dtype=object,
                na_filter=False,
                skip_blank_lines=False,
                quoting=3,
                engine="c",
                low_memory=False,
            )
        except UnicodeDecodeError:
            return None
        sums = [sum_cells(frame[index].tolist(), skip=self.skip) for index in self.layout.wanted]
        if any(bad for _, bad in sums):
            return None
        return tuple(column for column, _ in sums), len(frame)

    def add_by_walking(self, data: bytes, limit: int, eof: bool) -> int:
        """As ``add_rows``, exact by definition and slow."""
        walked: list[Row] = []
        used, broken = 0, None
        try:
            for row in iter_rows(
                data, self.layout.delimiter, eof=eof, max_row_bytes=self.max_row_bytes
            ):
                if row.cells and len(row.cells) != self.layout.fields:
                    raise BadCsv(ragged(row, self.layout.fields))
                if row.cells:
                    wanted = row.cells[self.layout.wanted.start :: self.layout.wanted.step]
                    walked.append(Row(row.start, row.end, row.line, wanted))
                used, self.last_row = row.end, row.start
                if (
                    used >= limit
                ):  # before the next row is read: what is wrong with it is not for this part to say
                    break
        except BadCsv as bad:
            broken = bad
        columns = self._by_column(data, walked)
        if broken is not None:
            raise broken
        self._account(data[:used], columns, len(walked))
        return used

    def _by_column(self, data: bytes, walked: Sequence[Row]) -> tuple[ColumnSum, ...]:
        if not walked:
            return ()
        columns, first_bad, bad_index = [], None, 0
        for index, cells in enumerate(zip(*(row.cells for row in walked), strict=True)):
            column, bad = sum_cells(cells, skip=self.skip)
            columns.append(column)
            if bad is not None and (first_bad is None or bad.row < first_bad.row):
                first_bad, bad_index = bad, index
        if first_bad is not None:
            raise BadCsv(
                self._bad_cell(
                    data, walked[first_bad.row], first_bad, self.layout.wanted[bad_index]
                )
            )
        return tuple(columns)

    def _bad_cell(self, data: bytes, row: Row, bad: BadCell, column: int) -> Fault:
        at = cell_start(data[row.start : row.end], column, self.layout.delimiter)
        line = row.line + data.count(b"\n", row.start, row.start + at)
        return Fault(bad.code, bad.message, line, row.start + at, column)

    def _account(self, rows: bytes, columns: tuple[ColumnSum, ...], count: int) -> None:
        if columns:
            self.columns = add_columns(self.columns, columns)
        self.rows += count
        self.lines += rows.count(b"\n")
        self.bytes += len(rows)


def _end_of_plain_rows(data: bytes, limit: int, eof: bool) -> int:
    """Where the last complete row that starts before ``limit`` ends, in bytes without a quote."""
    end = data.find(b"\n", limit - 1) + 1 if limit <= len(data) else 0
    if end:
        return end
    return len(data) if eof else data.rfind(b"\n") + 1
