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

from dataclasses import dataclass

from .cells import is_comparison, looks_like_a_number
from .sums import Kind


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


def kind_of_refused(text: str, code: str) -> Kind:
    """Return the kind of a cell that ``parse_number`` refused with ``code``."""
    if is_comparison(text):
        return Kind.COMPARISON
    if code != "not_a_number" or looks_like_a_number(text):
        return Kind.LIKE_A_NUMBER
    return Kind.TEXT


def refused_kinds(*, skip: bool) -> frozenset[Kind]:
    """Return the kinds of cells that fail a column of numbers."""
    refused = {Kind.LIKE_A_NUMBER, Kind.COMPARISON}
    return frozenset(refused if skip else refused | {Kind.TEXT})
