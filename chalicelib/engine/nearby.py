"""The text around a fault, and the row that is at fault. Pure Python."""

from dataclasses import dataclass

from .dialect import Dialect
from .errors import BadCsv, Fault
from .row_ends import translate
from .rows import iter_rows
from .sample import Head
from .states import Grammar

#: How much of the text before and after a fault is looked at.
BEFORE_BYTES = 4 * 1024
AFTER_BYTES = 64 * 1024
BLANKS = b" \t\r\n\x1a"


@dataclass(frozen=True, slots=True)
class Nearby:
    """Bytes of a text in UTF-8 or its own encoding, with row ends that the readers know.

    They begin at the byte ``start`` of the text; positions of faults count as it does. ``eof``: the
    text ends with them.
    """

    data: bytes
    start: int
    eof: bool

    def holds(self, fault: Fault) -> bool:
        """Return whether the place of a fault is in these bytes."""
        end = self.start + len(self.data)
        return fault.byte is not None and self.start <= fault.byte < end + self.eof


def in_head(head: Head, dialect: Dialect | None) -> Nearby:
    """Return the head of a text as what is near to a fault."""
    blocks = translate([head.data], dialect.row_end) if dialect else [head.data]
    return Nearby(b"".join(blocks), 0, head.eof)


@dataclass(frozen=True, slots=True)
class Place:
    """The row or field at a fault, as the readers split it.

    ``cells`` go from the fault to the end of its row. ``last``: the row is the last one of the
    text. ``ended``: a row end follows it.
    """

    cells: tuple[str, ...]
    last: bool
    ended: bool


def place_of(fault: Fault, near: Nearby, delimiter: str) -> Place | None:
    """Return the cells from a fault on, none in an open quote; None if the row cannot be read.

    An open quote is in the last row if no row end follows it.
    """
    if not near.holds(fault) or fault.byte is None:
        return None
    data = near.data[fault.byte - near.start :]
    if fault.code == "unclosed_quote":
        return Place((), last=near.eof and b"\n" not in data, ended=False)
    try:
        row = next(iter(iter_rows(data, Grammar(delimiter.encode()), eof=near.eof)), None)
    except BadCsv:
        row = None
    if row is None:
        return None
    last = near.eof and not data[row.end :].strip(BLANKS)
    return Place(tuple(row.cells), last, data.endswith((b"\n", b"\r"), 0, row.end))
