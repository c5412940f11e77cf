"""Exact sums: cells to partial sums, partial sums to totals.

A total is a ``Decimal`` that is never rounded: the context below has room for every digit that the
limits on a number allow, and raises if a digit would be lost. Addition is therefore associative and
commutative, and any order of cells, blocks and parts gives the same digits.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import (
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    localcontext,
)

from .errors import Fault
from .states import State

# Together with the range of a double (1.8e308), these bound a total to 309 + 20 digits before the
# point and 1,400 after it, far below the precision of EXACT.
MAX_NUMBER_CHARS = 1000
MIN_EXPONENT = -400
EXACT = Context(
    prec=10_000,
    Emax=100_000,
    Emin=-100_000,
    traps=[Inexact, InvalidOperation, DivisionByZero, Overflow],
)

# What pandas.read_csv reads as missing by default.
_PANDAS_MARKS = ("<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null", "-NaN", "-nan")
MISSING = frozenset(
    ["", *_PANDAS_MARKS, "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "1.#IND", "1.#QNAN"]
)
PADDING = " \t"
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE]([+-]?[0-9]+))?")
# A text of these characters alone that Decimal accepts is a number here too. With at most
# PLAIN_CHARS characters it is within every limit, so that single cells need not be checked.
PLAIN = "0123456789.+-"
PLAIN_CHARS = 300
SHOWN_CHARS = 40


@dataclass(frozen=True, slots=True)
class ColumnSum:
    """One column's exact ``total``, and how many cells were values, missing, or skipped.

    ``skipped`` cells were not numbers. ``is_integer``: every value was written without point and
    exponent, so a client expects an integer.
    """

    total: Decimal = Decimal(0)
    values: int = 0
    missing: int = 0
    skipped: int = 0
    is_integer: bool = True

    def __add__(self, other: "ColumnSum") -> "ColumnSum":
        return ColumnSum(
            EXACT.add(self.total, other.total),
            self.values + other.values,
            self.missing + other.missing,
            self.skipped + other.skipped,
            self.is_integer and other.is_integer,
        )


@dataclass(frozen=True, slots=True)
class BadCell:
    """The first cell of a column that cannot be added: its 0-based index, and what is wrong."""

    index: int
    code: str
    message: str


class Refused(ValueError):
    """A cell that is not a number, or a number outside the limits."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def parse_number(text: str) -> Decimal:
    """Return the exact value of a cell without padding; raise Refused if it has none."""
    match = NUMBER.fullmatch(text)
    if match is None:
        raise Refused(
            "not_a_number",
            f"{_shown(text)} is not a number; correct it, or submit with non_numeric=skip",
        )
    if len(text) > MAX_NUMBER_CHARS:
        raise Refused(
            "number_too_long",
            f"the number has {len(text)} characters; the maximum is {MAX_NUMBER_CHARS}",
        )
    if int(match[1] or 0) < MIN_EXPONENT:
        raise Refused("out_of_range", f"{_shown(text)} has an exponent below {MIN_EXPONENT}")
    if math.isinf(float(text)):
        raise Refused(
            "out_of_range", f"{_shown(text)} is beyond the range of a double (about 1.8e308)"
        )
    # Decimal cannot hold the exponent of 0e999999999999999999999.
    return Decimal(text) if re.search("[1-9]", re.split("[eE]", text)[0]) else Decimal(0)


def sum_cells(cells: Sequence[str], *, skip: bool) -> tuple[ColumnSum, BadCell | None]:
    """Add one column's cells exactly; with ``skip``, count cells that are not numbers and go on.

    Stop at the first refused cell, and return it as a BadCell.
    """
    plain = _sum_plain_cells(cells)
    return (plain, None) if plain is not None else _sum_one_by_one(cells, skip)


def _sum_plain_cells(cells: Sequence[str]) -> ColumnSum | None:
    """Add cells that are all empty or plain numbers, several times as fast; None for others."""
    values = [cell for cell in cells if cell]
    joined = "".join(values)
    if joined.strip(PLAIN) or max(map(len, values), default=0) > PLAIN_CHARS:
        return None
    try:
        with localcontext(EXACT):
            total = sum(map(Decimal, values), Decimal(0))
    except InvalidOperation:
        return None
    return ColumnSum(total, len(values), len(cells) - len(values), 0, "." not in joined)


def _sum_one_by_one(cells: Iterable[str], skip: bool) -> tuple[ColumnSum, BadCell | None]:
    total, values, missing, skipped, is_integer = Decimal(0), 0, 0, 0, True
    for index, cell in enumerate(cells):
        text = cell.strip(PADDING)
        if text in MISSING:
            missing += 1
            continue
        try:
            total = EXACT.add(total, parse_number(text))
        except Refused as refused:
            if not (skip and refused.code == "not_a_number"):
                return ColumnSum(), BadCell(index, refused.code, refused.message)
            skipped += 1
            continue
        values += 1
        is_integer = is_integer and text.strip("+-0123456789") == ""
    return ColumnSum(total, values, missing, skipped, is_integer), None


def _shown(text: str) -> str:
    return ascii(text if len(text) <= SHOWN_CHARS else text[:SHOWN_CHARS] + "…")


def add_columns(left: Sequence[ColumnSum], right: Sequence[ColumnSum]) -> tuple[ColumnSum, ...]:
    """Add column by column; both must have the same columns."""
    return tuple(a + b for a, b in zip(left, right, strict=True))


def digits(total: Decimal) -> str:
    """Return all digits of a total, without exponent or trailing zeros: "87.2", "-0.001", "0"."""
    return format(EXACT.normalize(total), "f") if total else "0"


def as_json_number(column_total: str, is_integer: bool) -> int | float | None:
    """Return a total as JSON has it: an integer if all values were integers, else a double.

    Round once, to the nearest double, ties to even, as ``float(str)`` does. Return None beyond the
    range of a double.
    """
    if is_integer:
        return int(column_total)
    nearest = float(column_total)
    return nearest if math.isfinite(nearest) else None


@dataclass(frozen=True, slots=True)
class PartialSum:
    """What one part, or a complete file, adds up to.

    ``rows`` are records; ``lines`` are the line feeds and ``bytes`` the bytes of those rows.
    ``end`` is the state in which the next part starts. With a ``fault``, whose position counts
    from the part's first row, the other members are meaningless.
    """

    columns: tuple[ColumnSum, ...]
    rows: int
    lines: int
    bytes: int
    end: State
    fault: Fault | None = None
