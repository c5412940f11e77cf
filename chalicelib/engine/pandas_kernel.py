"""The pandas kernel. Only this module imports pandas, when the kernel is first used.

pandas splits rows into fields where that is safe: complete rows without a quote, all with the same
number of fields. The reference kernel handles everything else (quotes, blank lines, a short row, a
cell that is not a number), and finds the place of a fault.
"""

import io
from collections.abc import Sequence

from .cell_sums import OtherCell, sum_cells
from .encodings import UTF8_MARK
from .layout import Layout
from .limits import LIMITS, Limits
from .reference import BLOCK_BYTES, ReferenceKernel, Tally
from .rows import CTRL_Z
from .sums import ColumnSum

# From this many fields on, the cost of pandas per column and block outweighs what it saves.
WIDE_FIELDS = 5_000
# Data that has one of these is left to the reference.
LEFT_OUT = (b'"', b"\0", CTRL_Z)


class PandasKernel(ReferenceKernel):
    """A ``kernel.Kernel``. Rows of ``wide_fields`` fields or more are left to the reference."""

    name = "pandas"

    def __init__(
        self,
        limits: Limits = LIMITS,
        block_bytes: int = BLOCK_BYTES,
        wide_fields: int = WIDE_FIELDS,
    ) -> None:
        super().__init__(limits, block_bytes)
        self.wide_fields = wide_fields

    def new_tally(self, layout: Layout) -> Tally:
        is_plain = layout.fields < self.wide_fields and not layout.grammar.comment
        return (_PandasTally if is_plain else Tally)(layout, self.limits)


class _PandasTally(Tally):
    def __init__(self, layout: Layout, limits: Limits) -> None:
        super().__init__(layout, limits)
        delimiter = layout.grammar.delimiter
        self._row_shape = delimiter * (layout.fields - 1) + b"\n"
        self._not_separators = bytes(byte for byte in range(256) if byte not in delimiter + b"\n")

    def add_rows(self, data: bytes, limit: int, eof: bool) -> int:
        if len(data) > self.limits.max_row_bytes or any(byte in data for byte in LEFT_OUT):
            return super().add_rows(data, limit, eof)
        end = _end_of_rows(data, limit, eof)
        rows = data[:end]
        is_dropped = self.layout.rules.drop_unended and not rows.endswith(b"\n")
        is_regular = rows and not is_dropped and self._is_regular(rows)
        added = self._sum_by_pandas(rows) if is_regular else None
        if added is None:
            return super().add_rows(data, limit, eof)
        self.last_row = rows.rfind(b"\n", 0, end - 1) + 1
        self.add(rows, *added)
        return end

    def _is_regular(self, rows: bytes) -> bool:
        """Return whether all rows have the right number of fields, with no blank row or lone CR."""
        if rows.count(b"\r") != rows.count(b"\r\n"):
            return False
        if rows.startswith(UTF8_MARK):  # pandas drops it from any block
            return False
        # Lines with nothing but blanks are no rows.
        if self.layout.fields == 1 and (
            rows.startswith((b"\n", b"\r\n"))
            or any(blank in rows for blank in (b"\n\n", b"\n\r\n", b" ", b"\t"))
        ):
            return False
        if not rows.endswith(b"\n"):
            rows += b"\n"
        separators = rows.translate(None, self._not_separators)
        return separators == self._row_shape * rows.count(b"\n")

    def _sum_by_pandas(self, rows: bytes) -> tuple[tuple[ColumnSum, ...], int] | None:
        """Return the sums and the number of rows; None if the reference must decide a cell."""
        import pandas

        try:
            frame = pandas.read_csv(
                io.BytesIO(rows),
                sep=self.layout.grammar.delimiter.decode(),
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
        sums = [sum_cells(frame[index].tolist(), self.layout.rules) for index in self.layout.wanted]
        if not all(map(self._has_seen, range(len(sums)), (others for _, others in sums))):
            return None
        return tuple(column for column, _ in sums), len(frame)

    def _has_seen(self, index: int, others: Sequence[OtherCell]) -> bool:
        """Return whether a column has the place of a first cell of each of these kinds already."""
        known = {cell.kind for cell in self.columns[index].refused}
        return {cell.kind for cell in others} <= known


def _end_of_rows(data: bytes, limit: int, eof: bool) -> int:
    """Return where the last complete row that starts before ``limit`` ends, without quotes."""
    end = data.find(b"\n", limit - 1) + 1 if limit <= len(data) else 0
    if end:
        return end
    return len(data) if eof else data.rfind(b"\n") + 1
