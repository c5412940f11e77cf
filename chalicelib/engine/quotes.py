"""Text after a closing quote: a quote that was not meant to open a field, or a wrong delimiter.

Python's csv module takes such text as a part of the field. But where a quote opens by mistake, the
field goes on to the next quote in the file, over as many rows as there are between, and what
follows that one is the only trace. So text after a closing quote is refused; blanks are not text.
"""

import re
from functools import cache

from .errors import Fault


def find_text_after_quote(row: bytes, delimiter: bytes) -> int | None:
    """Return the offset in ``row`` of the first text after a closing quote; None without any."""
    if b'"' not in row:
        return None
    fields, position = _field(delimiter), 0
    while match := fields.match(row, position):
        rest = match.end("quoted")
        if rest >= 0 and row[rest : match.end()].strip(b" \t"):
            return rest
        position = match.end() + 1
        if not row.startswith(delimiter, match.end()):
            return None
    return None


def text_after_quote(start: int, line: int, offset: int) -> Fault:
    """Return the fault of a row at byte ``start`` that has such text at its byte ``offset``."""
    message = (
        "text follows the quote that closes a field;"
        " put the delimiter there, or double the quotes that are text"
    )
    return Fault("text_after_quote", message, line, start + offset)


@cache
def _field(delimiter: bytes) -> re.Pattern[bytes]:
    """Match a field up to its delimiter or row end."""
    other = rb"[^%b\r\n]*+" % re.escape(delimiter)
    return re.compile(rb'(?:(?P<quoted>"(?:[^"]++|"")*+")%b|%b)' % (other, other))
