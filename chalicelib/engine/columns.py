"""Decide from all of its cells whether a column is text or numbers. Pure Python.

Cells are counted by kind. The counts of parts of a file add up in any order, so the verdict never
depends on how the file was cut.

- A column is text if none of its cells is or looks like a number. ``<5`` does not count here: it
  may be a class rather than a measurement.
- A column is text if fewer than a tenth of its cells, not counting missing ones, are or look like
  numbers: a code such as ``1E100`` among others like ``1MG00`` is not a number.
- Any other column is numbers: a cell that is not a number is refused. With ``skip`` it is left out,
  unless it looks like a number or is a comparison.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from .cells import PLAIN, is_comparison, read_cell
from .read_options import NumberOptions
from .sums import Kind, Refused


def kind_of(cell: str, numbers: NumberOptions = PLAIN) -> Kind:
    try:
        return Kind.MISSING if read_cell(cell, numbers) is None else Kind.NUMBER
    except Refused as refused:
        if refused.code == "not_a_number":
            return Kind.TEXT
        return Kind.COMPARISON if is_comparison(cell) else Kind.LIKE_A_NUMBER


@dataclass(frozen=True, slots=True)
class Kinds:
    """The number of cells of each kind in a column, or in a part of it."""

    missing: int = 0
    number: int = 0
    like_a_number: int = 0
    comparison: int = 0
    text: int = 0

    def __add__(self, other: "Kinds") -> "Kinds":
        return Kinds(**{kind: getattr(self, kind) + getattr(other, kind) for kind in Kind})

    @property
    def is_text(self) -> bool:
        """Whether the column is to be left out."""
        numeric = self.number + self.like_a_number
        return not numeric or 10 * numeric < numeric + self.comparison + self.text


def count_kinds(cells: Iterable[str], numbers: NumberOptions = PLAIN) -> Kinds:
    counts = dict.fromkeys(Kind, 0)
    for cell in cells:
        counts[kind_of(cell, numbers)] += 1
    return Kinds(**counts)


def refused_kinds(*, skip: bool) -> frozenset[Kind]:
    """Return the kinds of cells that fail a column of numbers."""
    refused = {Kind.LIKE_A_NUMBER, Kind.COMPARISON}
    return frozenset(refused if skip else refused | {Kind.TEXT})
