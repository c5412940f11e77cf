"""The oracle: a CSV read byte by byte and summed with fractions. Slow, and shares no code."""

import re
from dataclasses import dataclass
from fractions import Fraction

from chalicelib.engine.cells import looks_like_a_number
from chalicelib.engine.options import Options
from chalicelib.engine.sums import MISSING

NUMBER = re.compile(
    r"[+-]?(?=\.?[0-9])(?P<integer>[0-9]*)(\.(?P<fraction>[0-9]*))?([eE](?P<exponent>[+-]?[0-9]+))?"
)
QUOTE, LF, CR = b'"\n\r'


@dataclass(frozen=True)
class Answer:
    """The sums of a file, or the code, line (1-based) and byte of its first fault.

    A fault of the entire file has no place.
    """

    totals: tuple[Fraction, ...] = ()
    rows: int = 0
    missing: int = 0
    error: tuple[str, int | None, int | None] | None = None


class Wrong(Exception):
    def __init__(self, code: str, line: int, byte: int) -> None:
        super().__init__(code)
        self.error = (code, line, byte)


Cell = tuple[str, int, int]
"""The text of a field, the line (1-based) and the byte it begins at."""


def read_rows(data: bytes, delimiter: str = ",") -> tuple[list[list[Cell]], Wrong | None]:
    """Return the rows up to the first that cannot be read, and its fault; without blank lines."""
    return _Reader(data, delimiter).read()


class _Reader:
    """Reads one byte after the other.

    ``state`` is start, text, quoted, closed (its quote) or padding (blanks after that).
    """

    def __init__(self, data: bytes, delimiter: str) -> None:
        self.data = data
        self.delimiter = ord(delimiter)
        self.position, self.line = 0, 1
        self.rows: list[list[Cell]] = []
        self.row: list[Cell] = []
        self.row_start = 0
        self.field = bytearray()
        self.field_at = self.quote_at = (1, 0)
        self.state = "start"
        #: Where text follows a quote, in the present row.
        self.closed_at = (1, 0)
        self.after_quote: tuple[int, int] | None = None

    def read(self) -> tuple[list[list[Cell]], Wrong | None]:
        while self.position < len(self.data):
            if self._is_lone_return():
                return self.rows, Wrong("lone_carriage_return", self.line, self.position)
            byte = self.data[self.position]
            if byte == LF and self.state != "quoted" and self.after_quote:
                return self.rows, Wrong("text_after_quote", *self.after_quote)
            self._take(byte)
            self.line += byte == LF
            self.position += 1
        if self.state == "quoted":
            return self.rows, Wrong("unclosed_quote", *self.quote_at)
        if self.row_start < len(self.data):
            if self.after_quote:
                return self.rows, Wrong("text_after_quote", *self.after_quote)
            self._end_row([*self.row, self._cell()])
        return self.rows, None

    def _is_lone_return(self) -> bool:
        here = self.data[self.position : self.position + 2]
        return self.state != "quoted" and here.startswith(b"\r") and here != b"\r\n"

    def _take(self, byte: int) -> None:
        if self.state == "quoted" and byte == QUOTE:
            self.state, self.closed_at = "closed", (self.line, self.position + 1)
        elif self.state == "quoted":
            self.field.append(byte)
        elif byte == QUOTE and self.state in ("start", "closed"):
            if self.state == "closed":
                self.field.append(byte)
            self.state, self.quote_at = "quoted", (self.line, self.position)
        elif byte in (self.delimiter, LF):
            self._end_field(ends_row=byte == LF)
        elif byte != CR:
            self.field.append(byte)
            if self.state in ("closed", "padding"):
                self.state = "padding"
                if byte not in b" \t":
                    self.after_quote = self.after_quote or self.closed_at
            else:
                self.state = "text"

    def _end_field(self, *, ends_row: bool) -> None:
        self.row.append(self._cell())
        if ends_row:
            self._end_row(self.row)
            self.row, self.row_start = [], self.position + 1
        self.state, self.field = "start", bytearray()
        self.field_at = (self.line + ends_row, self.position + 1)

    def _end_row(self, row: list[Cell]) -> None:
        """Keep a row, unless it has nothing but blanks."""
        if len(row) > 1 or self.data[self.row_start : self.position].strip(b" \t\r\x1a"):
            self.rows.append(row)

    def _cell(self) -> Cell:
        return (self.field.decode("utf-8", "surrogateescape"), *self.field_at)


def value(cell: str, line: int, byte: int, options: Options) -> Fraction | None:
    """Return the number in a cell, or None if it is missing or counted as another kind."""
    text = cell.strip(" \t")
    if text in MISSING:
        return None
    match = NUMBER.fullmatch(text)
    code = why_refused(text, match)
    if code and options.non_numeric == "fail":
        raise Wrong(code, line, byte)
    if code or match is None:
        return None
    fraction = match["fraction"] or ""
    magnitude = Fraction(int(match["integer"] + fraction), 10 ** len(fraction))
    signed = -magnitude if text.startswith("-") else magnitude
    return signed * Fraction(10) ** int(match["exponent"] or 0) if signed else signed


def why_refused(text: str, match: re.Match[str] | None) -> str:
    """Return the code of a cell that is not added; an empty text for a number."""
    if match is None:
        return "looks_like_a_number" if looks_like_a_number(text) else "not_a_number"
    if len(text) > 1000:
        return "number_too_long"
    is_low = int(match["exponent"] or 0) < -400
    return "out_of_range" if is_low or abs(float(text)) == float("inf") else ""


def delimiter_of(options: Options) -> str:
    """Return the delimiter of an oracle that finds none: the comma unless another is asked for."""
    return options.read.delimiter.replace("auto", ",")


def answer(data: bytes, options: Options) -> Answer:
    """Return what a serial read of the file gives; the file has at least one row."""
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    rows, broken = read_rows(data[start:], delimiter_of(options))
    fields = len(rows[0])
    wanted = range(options.first, fields, options.step)
    totals, missing, count = [Fraction(0)] * len(wanted), 0, 0
    try:
        for row in rows[1:] if options.read.header is not False else rows:
            if len(row) != fields:
                raise Wrong("ragged_row", row[0][1], row[0][2])
            for column, index in enumerate(wanted):
                number = value(*row[index], options)
                missing += number is None
                totals[column] += number or 0
            count += 1
        if broken:
            raise broken
    except Wrong as wrong:
        code, line, byte = wrong.error
        return Answer(error=(code, line, byte + start))
    return Answer(tuple(totals), count, missing)
