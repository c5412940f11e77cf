"""Find and count the fields of a row without splitting it. Pure Python."""

import re
from functools import cache

from .errors import BadCsv, Fault
from .limits import Limits


class FieldCount:
    """Counts the fields of the row being read, in three steps of growing cost.

    A row with fewer than ``max_fields`` bytes, or with fewer delimiters, quoted or not, cannot have
    too many fields. Only other rows are matched field by field. Each byte is counted once, however
    many lines the row has.
    """

    def __init__(self, data: bytes, delimiter: bytes, limits: Limits) -> None:
        self._data = data
        self._delimiter = delimiter
        self._limits = limits
        self.begin_row(0, 0)

    def begin_row(self, start: int, line: int) -> None:
        self._start, self._line = start, line
        self._delimiters, self._delimiters_end = 0, start
        self._separators, self._separators_end = 0, start

    def check(self, end: int) -> None:
        """Raise BadCsv if the row has too many fields before the end of a line, at ``end``."""
        limit = self._limits.max_fields
        if end - self._start < limit:
            return
        self._delimiters += self._data.count(self._delimiter, self._delimiters_end, end)
        self._delimiters_end = end
        if self._delimiters < limit:
            return
        self._separators += self._count_separators(end)
        self._separators_end = end
        if self._separators >= limit:
            message = f"the row has more than {limit:,} fields, the maximum"
            raise BadCsv(Fault("too_many_fields", message, self._line, self._start))

    def _count_separators(self, end: int) -> int:
        start = self._separators_end
        text = self._data[start : min(end, self._start + self._limits.max_row_bytes)]
        # A row goes on in another line only inside quotes.
        opened = b'"' if start > self._start else b""
        return count_separators(opened + text, self._delimiter, self._limits.max_fields)


@cache
def _field(delimiter: bytes) -> re.Pattern[bytes]:
    """Match a field from its start, without its delimiter; the last quote may be open."""
    return re.compile(rb'(?:"[^"]*(?:"|\Z))*+[^%b\r\n]*+' % re.escape(delimiter))


def count_separators(text: bytes, delimiter: bytes, maximum: int) -> int:
    """Count the delimiters outside quotes in ``text``, which starts at a field, up to a row end.

    Stops at ``maximum``.
    """
    pattern, count, position = _field(delimiter), 0, 0
    while (
        count < maximum
        and (match := pattern.match(text, position))
        and text.startswith(delimiter, match.end())
    ):
        count, position = count + 1, match.end() + 1
    return count


def cell_start(row: bytes, index: int, delimiter: bytes) -> int:
    """Return the offset in ``row`` of the field with a 0-based index."""
    pattern, position = _field(delimiter), 0
    for _ in range(index):
        match = pattern.match(row, position)
        position = match.end() + 1 if match else position
    return position
