"""Match the names of a header with the columns. Pure Python.

If all rows agree, a header may have one name more or fewer than the rows have fields:

- one name more, and the last name is empty: the header ends with a delimiter;
- one name fewer, and the last cell of every row is empty: the rows end with a delimiter, and the
  last column has no name;
- one name fewer, and the first cells are names of rows, as R writes them: the first column has no
  name. Names of rows are all different, are texts or count up by one, and the second row is not a
  header below a title.

With the comma as delimiter, the third rule is stricter, because the comma may be a decimal comma
that splits one column into two columns of integers, side by side. A single name is never enough.
In addition, one of these must hold:

- there are no two columns of integers side by side;
- the names of rows are quoted, and no right one of two such columns has a cell that begins with a
  zero, as in 1,05;
- the names of rows count up from 0 or 1, the first name is not that of a count (id, no, ...), and
  no right column has the same number of digits, one or two, in every row.

Otherwise names and columns do not match, and the first row that differs is refused as ragged.
"""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import pairwise

from .cells import looks_like_a_number
from .headers import counts_up, is_header_of
from .rows import Row
from .sample import Sample

INTEGER = re.compile(r"[+-]?[0-9]+")
DIGITS = re.compile(r"[0-9]+")
NAMES_OF_COUNTS = frozenset(
    ("#", "id", "index", "key", "n", "nr", "no", "num", "number", "pos", "rank", "row", "year")
)


class Naming(StrEnum):
    """How the names of a header belong to the columns."""

    PLAIN = "plain"
    ROW_NAMES = "row_names"
    LAST_UNNAMED = "last_unnamed"
    LAST_NAME_EMPTY = "last_name_empty"


def find_naming(sample: Sample) -> Naming:
    """Return how the first row of a sample, if it is a header, names the columns of the others."""
    counts = sample.counts
    if len(set(counts[1:])) != 1 or counts[0] == counts[1]:
        return Naming.PLAIN
    header, rows = sample.rows[0].cells, sample.rows[1:]
    if counts[0] == counts[1] + 1 and not header[-1].strip():
        return Naming.LAST_NAME_EMPTY
    if counts[0] != counts[1] - 1:
        return Naming.PLAIN
    if all(not row.cells[-1].strip() for row in rows):
        return Naming.LAST_UNNAMED
    return Naming.ROW_NAMES if _has_row_names(sample, rows) else Naming.PLAIN


def named(cells: Sequence[str], naming: Naming) -> list[str]:
    """Return a name for each column; it is empty if the header has none."""
    if naming is Naming.ROW_NAMES:
        return ["", *cells]
    if naming is Naming.LAST_UNNAMED:
        return [*cells, ""]
    return list(cells[:-1] if naming is Naming.LAST_NAME_EMPTY else cells)


def _has_row_names(sample: Sample, rows: Sequence[Row]) -> bool:
    first = [row.cells[0].strip() for row in rows]
    if len(set(first)) < len(first) or is_header_of([row.cells for row in rows]):
        return False
    if not counts_up(first) and any(looks_like_a_number(name) or not name for name in first):
        return False
    return sample.delimiter != "," or _are_split_by_no_decimal_comma(sample, rows, first)


def _are_split_by_no_decimal_comma(
    sample: Sample, rows: Sequence[Row], first: Sequence[str]
) -> bool:
    header, halves = sample.rows[0].cells, list(_right_halves(rows))
    if len(header) == 1:
        return False
    if all(map(sample.begins_with_quote, rows)):
        return not any(half.startswith("0") and half != "0" for column in halves for half in column)
    if not counts_up(first):
        return not halves
    is_count = header[0].strip().lower() in NAMES_OF_COUNTS
    return first[0] in ("0", "1") and not is_count and not any(map(_are_decimals, halves))


def _right_halves(rows: Sequence[Row]) -> Iterator[Sequence[str]]:
    """Yield each column of integers that stands to the right of another one."""
    columns = list(zip(*(row.cells for row in rows), strict=True))[1:]
    for left, right in pairwise(columns):
        if all(map(INTEGER.fullmatch, left)) and all(map(DIGITS.fullmatch, right)):
            yield right


def _are_decimals(halves: Sequence[str]) -> bool:
    """Return whether these may be the digits after decimal commas, as in prices."""
    return {len(half) for half in halves} in ({1}, {2})
