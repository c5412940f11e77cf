"""The contract of a kernel, bytes of rows to an exact partial sum, and what all kernels share."""

from collections.abc import Iterable
from typing import Protocol

from .blocks import fill
from .layout import Layout
from .states import State, first_row, scan_state
from .sums import PartialSum


class Kernel(Protocol):
    """Sums rows. Every kernel returns the same PartialSum, digit for digit and fault for fault.

    The reference kernel (``reference.py``) defines which one that is.
    """

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
        """Sum the rows whose first byte is in the first ``span`` bytes (None: all) of ``blocks``.

        ``blocks`` begin in state ``start`` and may go on after the span: its last row is finished,
        and no more is read than that takes. ``skip``: count cells that are not numbers, rather
        than refuse them.
        """
        ...


class Window:
    """The bytes at hand of a stream: from ``offset`` on, growing at the end, dropped in front."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self.blocks = iter(blocks)
        self.data = b""
        self.offset = 0
        self.eof = False

    def grow(self, size: int) -> None:
        """Hold at least ``size`` bytes, or all that are left."""
        self.data, eof = fill(size, self.data, self.blocks)
        self.eof = self.eof or eof

    def drop(self, size: int) -> None:
        self.data = self.data[size:]
        self.offset += size


def find_first_row(
    window: Window, delimiter: bytes, state: State, span: int | None, block_bytes: int
) -> State | None:
    """Advance to the first row that starts in the span.

    Returns None, or the state at the end of the span if no row starts in it.
    """
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
