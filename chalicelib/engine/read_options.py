"""The options that say how a file is written. Pure Python."""

from dataclasses import dataclass
from typing import Literal

AUTO = "auto"
Encoding = Literal["auto", "utf-8", "utf-16", "windows-1252", "latin-1"]
#: Characters that always have a meaning in numbers or fields.
RESERVED = frozenset('0123456789+-"')
#: What some countries write between thousands: no-break, narrow no-break and thin blanks.
NO_BREAK_BLANKS = "\u00a0\u202f\u2009"


@dataclass(frozen=True, slots=True)
class NumberOptions:
    """How numbers and missing values are written.

    ``decimal`` and ``thousands`` are one character each; ``thousands`` may be empty. ``strip`` has
    the marks that may stand before or after a number, and ``missing`` the markers of missing values
    besides sums.MISSING.
    """

    decimal: str = "."
    thousands: str = ""
    strip: str = ""
    missing: tuple[str, ...] = ()

    def conflict(self) -> str | None:
        """Return how these options contradict each other, as a clause; None if they do not."""
        if self.decimal == self.thousands:
            return f"decimal and thousands are both {self.decimal!r}; they must differ"
        if not _is_mark(self.decimal) or self.decimal == " ":
            return f"decimal must be one punctuation mark, not {self.decimal!r}"
        if self.thousands and not _is_mark(self.thousands):
            return f"thousands must be one punctuation mark or a blank, not {self.thousands!r}"
        parts_of_numbers = sorted(set(self.strip) & (RESERVED | {self.decimal, self.thousands}))
        if parts_of_numbers:
            return f"strip must not hold {parts_of_numbers[0]!r}, which is a part of numbers"
        return None


def _is_mark(text: str) -> bool:
    """Return whether a text is one character that may stand in a number."""
    is_printed = text.isprintable() or text in NO_BREAK_BLANKS
    return len(text) == 1 and is_printed and not text.isalnum() and text not in RESERVED


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read a file. dialect.detect finds what is AUTO, or None for ``header``.

    ``skip_rows`` counts lines at the start of the file, blank ones included. Lines that begin with
    the character ``comment`` are skipped.
    """

    delimiter: str = AUTO
    header: bool | None = None
    encoding: Encoding = "auto"
    skip_rows: int = 0
    comment: str = ""
    ragged: Literal["fail", "pad"] = "fail"
    last_row: Literal["keep", "drop"] = "keep"
    numbers: NumberOptions = NumberOptions()
