"""The contract of a kernel, and the code that kernels share."""

from collections.abc import Iterable
from typing import Protocol

from .blocks import fill
from .layout import Layout
from .states import Grammar, State, first_row, scan_state
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
        start: State = State.ROW,
        span: int | None = None,
    ) -> PartialSum:
        """Sum the rows whose first byte is in the first ``span`` bytes (None: all) of ``blocks``.

        ``blocks`` begin in state ``start`` and may continue after the span. The kernel finishes the
        last row of the span, and reads no more than that takes.
        """
        ...


class Window:
    """The bytes of a stream from ``offset`` on: new ones are appended, used ones dropped."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self.blocks = iter(blocks)
        self.data = b""
        self.offset = 0
        self.eof = False

    def grow(self, size: int) -> None:
        """Read until there are ``size`` bytes, or all that are left."""
        self.data, eof = fill(size, self.data, self.blocks)
        self.eof = self.eof or eof

    def drop(self, size: int) -> None:
        self.data = self.data[size:]
        self.offset += size


def find_first_row(
    window: Window, grammar: Grammar, state: State, span: int | None, block_bytes: int
) -> State | None:
    """Advance to the first row that starts in the span.

    Return None, or the state at the end of the span if no row starts in it.
    """
    while not (window.eof and not window.data):
        window.grow(block_bytes)
        limit = len(window.data) if span is None else min(span - window.offset, len(window.data))
        found = first_row(window.data[:limit], state, grammar)
        if found is None:
            state = scan_state(window.data[:limit], state, grammar)
        elif span is None or window.offset + found < span:
            window.drop(found)
            return None
        else:
            state = State.ROW
        window.drop(limit)
        if window.offset == span:
            return state
    return state
