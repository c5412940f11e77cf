"""Judge what a reader makes of an accuracy case: right, incomplete, refused, or wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from math import isfinite

from tests.accuracy.case import Case

#: Peers add doubles: the last digits of a sum are not held against them.
TOLERANCE = Decimal("1e-9")


class Verdict(StrEnum):
    """What a reader made of a case; the values are the headings of the table."""

    RIGHT = "right"
    REFUSED = "refused clearly"
    INCOMPLETE = "incomplete"
    WRONG_ADVICE = "refused with wrong advice"
    WRONG = "silently wrong"


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a reader took for numbers: its name and the sum of its ``values`` numbers."""

    name: str
    total: Decimal | float
    values: int


@dataclass(frozen=True, slots=True)
class Table:
    """The columns that a reader took for numbers, from left to right."""

    columns: Sequence[Column]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reader's message, and the options of the reader that it names, each to be tried alone."""

    message: str
    advice: Sequence[Mapping[str, object]] = ()


Reading = Table | Refusal
Read = Callable[[Mapping[str, object]], Reading]
"""Reads the file of a case with further options of the reader."""


def judge(case: Case, read: Read) -> Verdict:
    """Return the verdict on the reading of a case without further options."""
    reading = read({})
    if isinstance(reading, Table):
        return verdict_on_table(case, reading)
    if case.means is None or not reading.advice:
        return Verdict.REFUSED
    followed = [read(options) for options in reading.advice]
    is_good = any(
        isinstance(table, Table) and verdict_on_table(case, table) is Verdict.RIGHT
        for table in followed
    )
    return Verdict.REFUSED if is_good else Verdict.WRONG_ADVICE


def verdict_on_table(case: Case, table: Table) -> Verdict:
    """Return RIGHT, INCOMPLETE or WRONG; REFUSED if neither the file nor the reader has a sum."""
    columns = [each for each in table.columns if each.values and _is_number(each.total)]
    if case.means is None:
        return _on_unclear_file(case, columns)
    expected = list(case.totals.items())
    found = _in_order(expected, [column for column in columns if not _is_extra(case, column)])
    if found is None:
        return Verdict.WRONG
    return Verdict.RIGHT if found == len(expected) else Verdict.INCOMPLETE


def _on_unclear_file(case: Case, columns: Sequence[Column]) -> Verdict:
    if not columns:
        return Verdict.REFUSED
    known = case.also_totals.values()
    is_known = all(any(_equal(total, column.total) for total in known) for column in columns)
    return Verdict.INCOMPLETE if is_known else Verdict.WRONG


def _is_extra(case: Case, column: Column) -> bool:
    """Return whether a column has a right sum that nobody needs."""
    return any(_equal(total, column.total) for total in case.also_totals.values()) and not any(
        _equal(total, column.total) for total in case.totals.values()
    )


def _in_order(expected: Sequence[tuple[str, Decimal]], columns: Sequence[Column]) -> int | None:
    """Return how many expected sums the columns have, in order; None if a column has another."""
    names, position, found = {name for name, _ in expected}, 0, 0
    for column in columns:
        for name, total in expected[position:]:
            position += 1
            if _equal(total, column.total) and column.name.strip() not in names - {name}:
                found += 1
                break
        else:
            return None
    return found


def _is_number(total: Decimal | float) -> bool:
    return isinstance(total, Decimal) or isfinite(total)


def _equal(right: Decimal, total: Decimal | float) -> bool:
    """Return whether a total is right: exactly if it is exact, nearly if it is a double."""
    if isinstance(total, Decimal):
        return total == right
    return float(right) == total or abs(Decimal(total) - right) <= TOLERANCE * abs(right)
