"""Find text after a closing quote: a sign of a stray quote, or of a wrong delimiter.

Python's csv module takes such text as a part of the field. But if a quote opens a field by mistake,
the field swallows every row up to the next quote in the file, and the text after that quote is the
only sign of it. So text after a closing quote is refused; blanks are not text.
"""

import re
from functools import cache

from .errors import Fault


def find_text_after_quote(row: bytes, delimiter: bytes) -> int | None:
    """Return the offset in ``row`` of the first text after a closing quote, or None."""
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
    """Return the fault of such text at byte ``offset`` of the row that begins at ``start``."""
    message = "text follows the quote that closes a field"
    return Fault("text_after_quote", message, line, start + offset)


@cache
def _field(delimiter: bytes) -> re.Pattern[bytes]:
    """Match a field up to its delimiter or row end."""
    other = rb"[^%b\r\n]*+" % re.escape(delimiter)
    return re.compile(rb'(?:(?P<quoted>"(?:[^"]++|"")*+")%b|%b)' % (other, other))
