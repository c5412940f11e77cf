"""The lines around a fault, as a page shows them. Pure Python."""

from collections.abc import Iterator
from dataclasses import dataclass

from .encodings import reread
from .errors import Fault
from .fields import cell_start
from .nearby import Nearby
from .read_options import Encoding
from .wording import visible

MAX_LINE_CHARS = 200
#: How much of a long line is shown before what is marked.
LEAD_CHARS = 80
#: Faults of one character; others are those of a field, or of the rest of their line.
OF_A_CHARACTER = frozenset(("unclosed_quote", "lone_carriage_return", "nul_byte"))
OF_A_FIELD = frozenset(("text_after_quote", "not_utf8"))
LINE_ENDS = b"\r\n"


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Up to three lines around a fault: the one before, its own, the one after.

    ``lines`` have a number from 1 and a text of at most 200 characters, in which control characters
    are shown by pictures. In the line ``line``, the characters from ``begin`` to ``end`` are at
    fault; in the text, the bytes from ``first_byte`` to ``last_byte`` are. Both ends are exclusive.
    An excerpt quotes the file, so it is never logged.
    """

    lines: tuple[tuple[int, str], ...]
    line: int
    begin: int
    end: int
    first_byte: int
    last_byte: int

    def as_dict(self) -> dict[str, object]:
        """Return the excerpt as the API has it."""
        return {
            "lines": [{"line": number, "text": text} for number, text in self.lines],
            "line": self.line,
            "from": self.begin,
            "to": self.end,
            "bytes": [self.first_byte, self.last_byte],
        }


@dataclass(frozen=True, slots=True)
class Style:
    """How the text is written; rows have ``fields`` fields, or any number if it is 0."""

    delimiter: str = ","
    encoding: Encoding = "utf-8"
    fields: int = 0


def excerpt_of(fault: Fault, near: Nearby, style: Style) -> Excerpt | None:
    """Return the lines around a fault; None if it has no place in the bytes that are near."""
    if fault.line is None or fault.byte is None or not near.holds(fault):
        return None
    data, at, number = near.data, fault.byte - near.start, fault.line + 1
    start, stop = _line_around(data, at)
    begin, end = _marked(fault, data[at:stop], style)
    begin, end = at + begin, min(at + end, max(stop, at + 1), len(data))
    texts = [
        _text(data[slice(*span)], style) for span in ((start, begin), (begin, end), (end, stop))
    ]
    text, first, last = _cut(*texts)
    lines = [*_line_before(data, start, number, style), (number, text)]
    lines += _line_after(data, stop, number, style)
    return Excerpt(tuple(lines), number, first, last, near.start + begin, near.start + end)


def _line_around(data: bytes, at: int) -> tuple[int, int]:
    """Return where the line of a byte begins, and where it ends, without its line end."""
    start = max(data.rfind(b"\n", 0, at), data.rfind(b"\r", 0, at)) + 1
    return start, _line_end(data, at)


def _line_end(data: bytes, at: int) -> int:
    ends = (data.find(b"\n", at), data.find(b"\r", at))
    return min((end for end in ends if end >= 0), default=len(data))


def _marked(fault: Fault, rest: bytes, style: Style) -> tuple[int, int]:
    """Return the part of ``rest``, the line from the fault on, that is at fault."""
    if fault.code in OF_A_CHARACTER:
        return 0, 1
    delimiter = style.delimiter.encode()
    if fault.column is not None or fault.code in OF_A_FIELD:
        return 0, _field_end(rest, 0, delimiter)
    surplus = cell_start(rest, style.fields, delimiter) - 1 if style.fields else -1
    return (surplus, len(rest)) if 0 < surplus < len(rest) else (0, len(rest))


def _field_end(rest: bytes, index: int, delimiter: bytes) -> int:
    after = cell_start(rest, index + 1, delimiter)
    return after - 1 if rest[after - 1 : after] == delimiter else len(rest)


def _text(raw: bytes, style: Style) -> str:
    return visible(reread(raw.decode("utf-8", "surrogateescape"), style.encoding))


def _cut(before: str, marked: str, after: str) -> tuple[str, int, int]:
    """Return a line of at most MAX_LINE_CHARS, and where the mark is in it."""
    if len(before) + len(marked) + len(after) > MAX_LINE_CHARS and len(before) > LEAD_CHARS:
        before = "…" + before[1 - LEAD_CHARS :]
    text = before + marked + after
    if len(text) > MAX_LINE_CHARS:
        text = text[: MAX_LINE_CHARS - 1] + "…"
    return text, len(before), min(len(before) + len(marked), len(text))


def _line_before(data: bytes, start: int, number: int, style: Style) -> Iterator[tuple[int, str]]:
    if start > 0 and number > 1:
        end = start - (2 if data.endswith(LINE_ENDS, 0, start) else 1)
        begin, _ = _line_around(data, end)
        yield number - 1, _cut("", "", _text(data[begin:end], style))[0]


def _line_after(data: bytes, stop: int, number: int, style: Style) -> Iterator[tuple[int, str]]:
    begin = stop + (2 if data.startswith(LINE_ENDS, stop) else 1)
    if begin < len(data):
        yield number + 1, _cut("", "", _text(data[begin : _line_end(data, begin)], style))[0]
