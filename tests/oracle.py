"""The serial reference: a CSV read byte by byte, summed with fractions. Slow, and independent of the code it judges."""

import re
from dataclasses import dataclass
from fractions import Fraction

from chalicelib.engine.options import Options
from chalicelib.engine.sums import MISSING

NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Answer:
    """The sums of a file, or the code, line (1-based) and byte of the first thing that is wrong with it."""

    totals: tuple[Fraction, ...] = ()
    rows: int = 0
    missing: int = 0
    error: tuple[str, int, int] | None = None


class Wrong(Exception):
    def __init__(self, code: str, line: int, byte: int) -> None:
        super().__init__(code)
        self.error = (code, line, byte)


Cell = tuple[str, int, int]
"""The text of a field, the line (1-based) and the byte it begins at."""


def read_rows(data: bytes, delimiter: str = ",") -> tuple[list[list[Cell]], Wrong | None]:
    """Rows up to the first that cannot be read, and what is wrong with that one. Blank lines are no rows."""
    rows: list[list[Cell]] = []
    row: list[Cell] = []
    field = bytearray()
    separator = delimiter.encode()[0]
    state, line, position = "start", 1, 0
    field_at, row_at, quote_at = (1, 0), (1, 0), (1, 0)
    lone: Wrong | None = None
    while position < len(data):
        byte = data[position]
        if state == "quoted":
            if byte == 0x22:
                state = "closed"
            else:
                field.append(byte)
        elif byte == 0x22 and state == "start":
            state, quote_at = "quoted", (line, position)
        elif byte == 0x22 and state == "closed":
            state, quote_at = "quoted", (line, position)
            field.append(byte)
        elif byte == 0x0D and data[position + 1 : position + 2] != b"\n":
            lone = Wrong("lone_carriage_return", line, position)
            break
        elif byte == 0x0D:
            pass
        elif byte in (separator, 0x0A):
            row.append((field.decode("utf-8", "surrogateescape"), *field_at))
            if byte == 0x0A:
                if data[row_at[1] : position].strip(b"\r"):
                    rows.append(row)
                row, row_at = [], (line + 1, position + 1)
            state, field = "start", bytearray()
            field_at = (line + (byte == 0x0A), position + 1)
        else:
            field.append(byte)
            state = "text"
        line += byte == 0x0A
        position += 1
    if lone:
        return rows, lone
    if state == "quoted":
        return rows, Wrong("unclosed_quote", *quote_at)
    if row_at[1] < len(data):
        rows.append([*row, (field.decode("utf-8", "surrogateescape"), *field_at)])
    return rows, None


def value(cell: str, line: int, byte: int, options: Options) -> Fraction | None:
    text = cell.strip(" \t")
    if text in MISSING:
        return None
    match = NUMBER.fullmatch(text)
    if match is None:
        if options.non_numeric == "skip":
            return None
        raise Wrong("not_a_number", line, byte)
    if len(text) > 1000:
        raise Wrong("number_too_long", line, byte)
    if int((match[3] or "e0")[1:]) < -400 or abs(float(text)) == float("inf"):
        raise Wrong("out_of_range", line, byte)
    if not re.search("[1-9]", re.split("[eE]", text)[0]):
        return Fraction(0)
    return (
        Fraction(text if not text.endswith(".") else text[:-1])
        if "." not in text
        else _decimal(text)
    )


def _decimal(text: str) -> Fraction:
    mantissa, _, exponent = text.replace("E", "e").partition("e")
    whole, _, part = mantissa.partition(".")
    sign = -1 if whole.startswith("-") else 1
    magnitude = Fraction(int((whole.lstrip("+-") + part) or "0"), 10 ** len(part))
    return sign * magnitude * Fraction(10) ** int(exponent or 0)


def answer(data: bytes, options: Options) -> Answer:
    """What a serial read of the whole file gives; the file has at least one row."""
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    rows, broken = read_rows(b" " * 0 + data[start:], options.delimiter)
    fields = len(rows[0])
    wanted = range(options.first, fields, options.step)
    totals, missing, count = [Fraction(0)] * len(wanted), 0, 0
    try:
        for row in rows[1:] if options.header else rows:
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
