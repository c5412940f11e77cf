"""How the rows and cells of a file are read and judged, apart from its grammar. Pure Python."""

from dataclasses import dataclass
from typing import Literal

from .read_options import Encoding, NumberOptions

PLAIN_NUMBERS = NumberOptions()
NonNumeric = Literal["columns", "fail", "skip"]


@dataclass(frozen=True, slots=True)
class Rules:
    """How a kernel reads rows and cells.

    ``non_numeric``: with ``fail``, the first cell that is not a number ends the reading. Otherwise
    such cells are counted by kind, and verdict.py decides at the end. ``encoding``: of the cells.
    ``pad``: rows that are too short get empty cells. ``drop_unended``: a last row that no row end
    follows is left out, since it may be half-written.
    """

    non_numeric: NonNumeric = "fail"
    numbers: NumberOptions = PLAIN_NUMBERS
    encoding: Encoding = "utf-8"
    pad: bool = False
    drop_unended: bool = False


PLAIN_RULES = Rules()
