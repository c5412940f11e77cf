"""Find what ends the rows of a file, and translate it into row ends that the readers know.

Rows end with LF, CRLF, CR or CR CR LF. LF and CRLF may be mixed, because the readers know both. CR
(old Excel for Mac) and CR CR LF (written twice in text mode on Windows) must be the only row end.
Inside quotes all of them are text.

A translation keeps every byte at its place, so that a file can be cut anywhere, and each part can
be translated by itself:

- CR: each CR becomes LF, and each LF becomes CR. An LF outside quotes is then a lone CR, which the
  readers refuse. So a file with both row ends is never read half and half.
- CR CR LF becomes LF CR LF: a row end and a blank line, which is skipped. Lines are counted as
  editors show them, two for each row.
"""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum

from .errors import BadCsv, Fault
from .states import Grammar, State, first_row, scan_state


class RowEnd(StrEnum):
    LF = "lf"
    CRLF = "crlf"
    CR = "cr"
    CRCRLF = "crcrlf"


KINDS = {b"\n": RowEnd.LF, b"\r\n": RowEnd.CRLF, b"\r": RowEnd.CR, b"\r\r\n": RowEnd.CRCRLF}
NAMES = {RowEnd.LF: "LF", RowEnd.CRLF: "CRLF", RowEnd.CR: "CR", RowEnd.CRCRLF: "CR CR LF"}
READ_AS_THEY_ARE = frozenset((RowEnd.LF, RowEnd.CRLF))
ROW_END = re.compile(rb"\r\r\n|\r\n|\r|\n")
#: How much of a row end may stand at the end of a block.
CUT_ROW_END = re.compile(rb"\r{1,2}\Z")
SWAPPED = bytes.maketrans(b"\r\n", b"\n\r")


def find_row_end(head: bytes, grammar: Grammar, *, eof: bool) -> RowEnd:
    """Return what ends the first row of ``head``, which starts at a row; LF if no row ends.

    ``eof``: nothing follows ``head``. Otherwise a CR at its end does not count, since an LF may
    follow. Raise BadCsv at the first row end that cannot be mixed with the first one.
    """
    # Few files need the scan below, and few have a CR at all.
    if b"\r" not in head or head.count(b"\r") == head.count(b"\r\n"):
        end = first_row(head, State.FIELD, grammar) or 0
        return RowEnd.CRLF if head.endswith(b"\r\n", 0, end) else RowEnd.LF
    first = None
    for kind, at in _row_ends(head, grammar, eof):
        first = first or kind
        if kind is not first and not {kind, first} <= READ_AS_THEY_ARE:
            message = f"the row ends with {NAMES[kind]}, the rows before it with {NAMES[first]}"
            line = len(ROW_END.findall(head, 0, at))
            raise BadCsv(Fault("lone_carriage_return", message, line, at))
    return first or RowEnd.LF


def _row_ends(head: bytes, grammar: Grammar, eof: bool) -> Iterator[tuple[RowEnd, int]]:
    state, position = State.ROW, 0
    cut = None if eof else CUT_ROW_END.search(head)
    for match in ROW_END.finditer(head, 0, cut.start() if cut else len(head)):
        state = scan_state(head[position : match.start()], state, grammar)
        position = match.end()
        if state is not State.QUOTED:
            state = State.ROW
            yield KINDS[match[0]], match.start()


def translate(blocks: Iterable[bytes], row_end: RowEnd) -> Iterator[bytes]:
    """Yield the blocks with row ends that the readers know, every byte at its place."""
    if row_end is RowEnd.CR:
        return (block.translate(SWAPPED) for block in blocks)
    if row_end is RowEnd.CRCRLF:
        return _without_double_returns(blocks)
    return iter(blocks)


def _without_double_returns(blocks: Iterable[bytes]) -> Iterator[bytes]:
    held = b""
    for block in blocks:
        data = held + block
        cut = CUT_ROW_END.search(data)
        end = cut.start() if cut else len(data)
        data, held = data[:end], data[end:]
        if data:
            yield data.replace(b"\r\r\n", b"\n\r\n")
    if held:
        yield held
