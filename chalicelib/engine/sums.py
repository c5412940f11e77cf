"""Exact sums: cells to partial sums, partial sums to totals.

A total is a ``Decimal`` that is never rounded: the context below has room for every digit that the
limits on a number allow, and raises if a digit would be lost. Addition is therefore associative and
commutative, and any order of cells, blocks and parts gives the same digits.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import (
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
)
from enum import StrEnum

from .errors import Fault
from .states import State
from .wording import shown

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
PLAIN_BYTES = b"0123456789.+-"
PLAIN_CHARS = 300
# The bit of ColumnSum.scales for numbers with more digits after the point, or an exponent.
MORE_DIGITS = 7


class Kind(StrEnum):
    """What a cell is."""

    NUMBER = "number"
    MISSING = "missing"
    LIKE_A_NUMBER = "like_a_number"  # also one that is too long or out of range
    COMPARISON = "comparison"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class RefusedCell:
    """The first cell of its kind in a column: what is wrong with it, and where it begins.

    ``text`` has at most 40 characters of it. Line and byte, both from 0, count from the first row
    of its part, until ``moved`` relates them to the file.
    """

    kind: Kind
    code: str
    text: str
    line: int
    byte: int

    def moved(self, lines: int, by: int) -> "RefusedCell":
        return RefusedCell(self.kind, self.code, self.text, self.line + lines, self.byte + by)


@dataclass(frozen=True, slots=True)
class ColumnSum:
    """One column's exact ``total``, and how many of its cells are of each kind.

    ``values`` were added. ``skipped`` are texts, ``alike`` look like numbers but are not written
    as expected, ``comparisons`` are like ``<5``. ``refused``: the first cell of each of these three
    kinds. ``is_integer``: every value was written without point and exponent. ``scales``: bit n is
    set if a value had n digits after the point; the last bit is for more, and for exponents.
    """

    total: Decimal = Decimal(0)
    values: int = 0
    missing: int = 0
    skipped: int = 0
    is_integer: bool = True
    scales: int = 0
    alike: int = 0
    comparisons: int = 0
    refused: tuple[RefusedCell, ...] = ()

    def __add__(self, other: "ColumnSum") -> "ColumnSum":
        return self.followed_by(other)

    def followed_by(self, other: "ColumnSum", lines: int = 0, by: int = 0) -> "ColumnSum":
        """Add what follows in the file; its positions count from ``lines`` and ``by`` bytes on."""
        return ColumnSum(
            EXACT.add(self.total, other.total),
            self.values + other.values,
            self.missing + other.missing,
            self.skipped + other.skipped,
            self.is_integer and other.is_integer,
            self.scales | other.scales,
            self.alike + other.alike,
            self.comparisons + other.comparisons,
            first_of_each_kind(self.refused, other.refused, lines, by),
        )

    def moved(self, lines: int, by: int) -> "ColumnSum":
        """Return the sum with its refused cells counted from an earlier start."""
        if not self.refused:
            return self
        return replace(self, refused=tuple(cell.moved(lines, by) for cell in self.refused))


def first_of_each_kind(
    first: tuple[RefusedCell, ...], others: tuple[RefusedCell, ...], lines: int, by: int
) -> tuple[RefusedCell, ...]:
    """Return the cells of ``first``, and those of ``others`` whose kind is not among them.

    The positions of the others count from ``lines`` and ``by`` bytes on.
    """
    if not others:
        return first
    kinds = {cell.kind for cell in first}
    new = [cell.moved(lines, by) for cell in others if cell.kind not in kinds]
    return (*first, *new) if new else first


class Refused(ValueError):
    """A cell that is not a number, or a number outside the limits."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code)
        self.code = code
        self.text = text

    @property
    def message(self) -> str:
        return refusal(self.code, self.text)


def refusal(code: str, text: str) -> str:
    """Return what is wrong with a cell, as a clause. ``text`` may be a part of it."""
    if code == "number_too_long":
        return f"the number has more than {MAX_NUMBER_CHARS:,} characters"
    is_small = re.search("[eE]-", text)
    reasons = {
        "looks_like_a_number": "looks like a number, but is not written as the options say",
        "out_of_range": f"is too close to zero: exponents begin at {MIN_EXPONENT}"
        if is_small
        else "is too large: numbers end at about 1.8e308",
    }
    return f"{shown(text)} {reasons.get(code, 'is not a number')}"


def parse_number(text: str) -> Decimal:
    """Return the exact value of a cell without padding; raise Refused if it has none."""
    match = NUMBER.fullmatch(text)
    if match is None:
        raise Refused("not_a_number", text)
    if len(text) > MAX_NUMBER_CHARS:
        raise Refused("number_too_long", text)
    if int(match[1] or 0) < MIN_EXPONENT or math.isinf(float(text)):
        raise Refused("out_of_range", text)
    # Decimal cannot hold the exponent of 0e999999999999999999999.
    return Decimal(text) if re.search("[1-9]", re.split("[eE]", text)[0]) else Decimal(0)


def add_columns(
    left: Sequence[ColumnSum], right: Sequence[ColumnSum], lines: int = 0, by: int = 0
) -> tuple[ColumnSum, ...]:
    """Add column by column; both must have the same columns.

    The positions on the right count from ``lines`` and ``by`` bytes on.
    """
    return tuple(a.followed_by(b, lines, by) for a, b in zip(left, right, strict=True))


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
    ``end`` is the state in which the next part starts. ``unended``: no row end follows the last
    row. With a ``fault``, whose position counts from the part's first row, the other members are
    meaningless.
    """

    columns: tuple[ColumnSum, ...]
    rows: int
    lines: int
    bytes: int
    end: State
    fault: Fault | None = None
    unended: bool = False
