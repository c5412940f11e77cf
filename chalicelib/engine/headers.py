"""Decide whether the first row is a header. Pure Python.

The first row is data if every name over a column of numbers is itself a number. There is one
exception: only its first name is empty, and the first cells of the rows below name these rows
(texts that are all different, or numbers that count up from 0 or 1). Then it is a header.

Years (1990, 2000) may be names, unless a column below them has nothing but years. A column of
numbers is one in which at least a tenth of the cells, not counting missing ones, are numbers or
look like numbers.
"""

import re
from collections.abc import Callable, Sequence
from itertools import islice

from .cells import looks_like_a_number, plain_form
from .read_options import NumberOptions
from .sums import MISSING, PADDING

YEAR = re.compile(r"1[5-9][0-9]{2}|2[01][0-9]{2}")
#: The rules look at this many rows after the first.
LOOKED_AT = 100


def looks_like_data(
    names: Sequence[str], rows: Sequence[Sequence[str]], options: NumberOptions
) -> bool:
    """Return whether a first row is data, not the names of the columns of ``rows``.

    Rows may have fewer cells than there are names.
    """

    def is_number(text: str) -> bool:
        return _is_number(text, options)

    over_numbers = []
    for index, name in enumerate(names):
        if _is_missing(name, options):
            continue
        cells = [row[index] for row in rows[:LOOKED_AT] if index < len(row)]
        present = [cell for cell in cells if not _is_missing(cell, options)]
        if _has_a_tenth(present, is_number):
            if not is_number(name):
                return False
            over_numbers.append((name, present))
    if not over_numbers:
        return False
    if not names[0].strip() and all(map(str.strip, names[1:])) and _name_rows(rows):
        return False
    return not all(_is_year(name) for name, _ in over_numbers) or any(
        _share(cells, _is_year) == 1 for _, cells in over_numbers
    )


def is_header_of(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether the first of ``rows`` has a text over a column that is all numbers."""
    if len(rows) < 2:
        return False
    below = rows[1 : 1 + LOOKED_AT]
    for name, *column in zip(rows[0], *below, strict=True):
        present = [cell for cell in column if cell.strip()]
        if name.strip() and not _is_number(name) and _share(present, _is_number) == 1:
            return True
    return False


def _name_rows(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether the first cells of complete rows are labels, as R and pandas write them."""
    first = [row[0].strip() for row in rows if row]
    if len(set(first)) < len(first) or not all(first):
        return False
    counting = counts_up(first) and first[0] in ("0", "1")
    return counting or not any(map(looks_like_a_number, first))


def counts_up(names: Sequence[str]) -> bool:
    """Return whether names are integers, each one more than the one before."""
    if not all(name.isascii() and name.isdigit() and len(name) < 10 for name in names):
        return False
    numbers = [int(name) for name in names]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _has_a_tenth(cells: Sequence[str], holds: Callable[[str], bool]) -> bool:
    """Return whether something holds for a tenth of the cells, looking at no more than needed."""
    needed = -(-len(cells) // 10)
    found = islice((cell for cell in cells if holds(cell)), needed)
    return 0 < needed == sum(1 for _ in found)


def _share(cells: Sequence[str], holds: Callable[[str], bool]) -> float:
    return sum(map(holds, cells)) / len(cells) if cells else 0


def _is_number(text: str, options: NumberOptions | None = None) -> bool:
    text = text.strip(PADDING)
    return plain_form(text, options or NumberOptions()) is not None or looks_like_a_number(text)


def _is_missing(text: str, options: NumberOptions) -> bool:
    text = text.strip(PADDING)
    return text in MISSING or text in options.missing


def _is_year(text: str) -> bool:
    return bool(YEAR.fullmatch(text.strip(PADDING)))
