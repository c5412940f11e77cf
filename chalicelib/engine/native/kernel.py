"""The native kernel: cuts a stream of blocks so that the library reads almost every byte in place.

Blocks are handed to the library as they come. Only a row that the end of a block cuts is copied.
"""

import sys
from collections.abc import Iterable, Iterator

from ..errors import BadCsv
from ..faults import BrokenRow
from ..kernel import Window, find_first_row
from ..layout import Layout
from ..limits import LIMITS, Limits
from ..states import State
from ..sums import PartialSum
from .binding import AddRows, entry, open_library
from .buffers import Room, can_add
from .tally import NativeTally

# Blocks of this size are used as they come; smaller ones are joined, since a call takes as long as
# 50 KB of rows.
BLOCK_BYTES = 64 * 1024


def load() -> "NativeKernel | None":
    """Return the kernel, or None where its library is missing or does not fit this machine."""
    try:
        return NativeKernel()
    except OSError:
        return None


class NativeKernel:
    """A ``kernel.Kernel``. ``add_rows``: the compiled function, by default the fastest there is.

    Raises OSError if the library is not built.
    """

    name = "native"

    def __init__(
        self,
        limits: Limits = LIMITS,
        block_bytes: int = BLOCK_BYTES,
        add_rows: AddRows | None = None,
        room: Room | None = None,
    ) -> None:
        self.limits = limits
        self.block_bytes = block_bytes
        self._add_rows = add_rows or entry(open_library())
        self._room = room or Room()

    def sum_rows(
        self,
        blocks: Iterable[bytes],
        layout: Layout,
        *,
        start: State = State.ROW,
        span: int | None = None,
    ) -> PartialSum:
        if not can_add(layout):
            from ..reference import ReferenceKernel

            return ReferenceKernel(self.limits).sum_rows(blocks, layout, start=start, span=span)
        window = Window(blocks)
        tally = NativeTally(self._add_rows, layout, self.limits, self._room)
        try:
            end = find_first_row(window, layout.grammar, start, span, self.block_bytes)
            if end is None:
                tally.limit = sys.maxsize if span is None else span - window.offset
                end = self._sum_to_end(window, tally)
        except BadCsv as bad:
            return tally.partial(State.ROW, bad.fault.moved(tally.lines, tally.bytes))
        return tally.partial(end)

    def _sum_to_end(self, window: Window, tally: NativeTally) -> State:
        """Add rows up to the limit of the tally; return the state at the limit."""
        data, at = window.data, tally.add_rows(window.data, 0)
        max_row_bytes = self.limits.max_row_bytes
        while tally.end is None:
            rest = data[at:]
            block = self._next_block(window.blocks, len(rest))
            if rest and block:
                data, at = self._finish_row(tally, rest, block)
            else:
                data, at = rest or block, 0
            if tally.end is None:
                at = tally.add_rows(data, at, eof=not block)
            if at == 0 and len(data) > max_row_bytes:
                raise BadCsv(
                    BrokenRow(data, tally.layout.grammar.delimiter, max_row_bytes).too_long()
                )
        return tally.end

    def _next_block(self, blocks: Iterator[bytes], held: int) -> bytes:
        """Return at least ``block_bytes``; nothing at the end of the input.

        If more bytes of one row are held already, return at least as many more, so that a long row
        is not searched once per block; but no more than show that it is too long. A single block is
        not copied.
        """
        size = min(max(self.block_bytes, held), self.limits.max_row_bytes + 1 - held)
        taken, total = [], 0
        for block in blocks:
            taken.append(block)
            total += len(block)
            if total >= size:
                break
        return taken[0] if len(taken) == 1 else b"".join(taken)

    def _finish_row(self, tally: NativeTally, rest: bytes, block: bytes) -> tuple[bytes, int]:
        """Add the row that begins with ``rest`` and goes on in ``block``.

        Return the bytes that are left to add, and the offset at which they begin.
        """
        head = block[: tally.seam_bytes(len(rest))]
        used = tally.add_rows(rest + head, 0, one=True)
        return (block, used - len(rest)) if used else (rest + block, 0)
