"""Read cells as numbers, by the options of a file. Every faster reader must agree with this one.

A cell is read in four steps:

1. Blanks around it are dropped. If it is a marker for a missing value, it has no value.
2. Marks of ``strip`` are dropped before and after the number, with the blanks beside them; a sign
   may stand before or after the marks in front. If ``strip`` holds a parenthesis, a number in
   parentheses is negative, as accountants write it. A percentage keeps its number: 32% is 32.
3. ``thousands`` may stand before ``decimal``, between groups of three digits or as in India
   (12,34,567). Anywhere else it makes the cell not a number, so 38,72 is never 3872. A blank as
   ``thousands`` also matches a no-break or a thin blank, and an apostrophe a curved one.
4. sums.parse_number reads the rest exactly.
"""

import re
from decimal import Decimal
from functools import cache

from .read_options import NO_BREAK_BLANKS, NumberOptions
from .sums import MISSING, PADDING, Refused, parse_number

PLAIN = NumberOptions()
ALIKE = {" ": " " + NO_BREAK_BLANKS, "'": "'\u2019"}
PARENTHESES = "()"
#: What stands beside a number in tables: currencies, percentages, signs, comparisons, parentheses.
BESIDE = r"[\s$€£¥₹₽¢%‰()+\-\u2212\u2013<>≤≥~≈]*"
LIKE_A_NUMBER = (
    BESIDE
    + r"""(?:
        \d+(?:[.,]\d*)? | [.,]\d+ | \d+(?:,\d{2,})+(?:\.\d*)?
        | [1-9]\d{0,2}(?P<mark>[.,'\u2019\ \u00a0\u202f\u2009])\d{3}
          (?:(?P=mark)\d{3})*(?:(?!(?P=mark))[.,]\d*)?
    )(?:[eE][+-]?\d+)?"""
    + BESIDE
)
COMPARISONS = ("<", ">", "≤", "≥", "~", "≈")
IP_ADDRESS = re.compile(r"(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}")


def read_cell(text: str, options: NumberOptions = PLAIN) -> Decimal | None:
    """Return the exact value of a cell; None if it is missing.

    Raise sums.Refused: with ``looks_like_a_number`` if other options might read the cell, else
    with the code of sums.parse_number.
    """
    text = text.strip(PADDING)
    if is_missing(text, options):
        return None
    plain = plain_form(text, options)
    if plain is not None:
        return parse_number(plain)
    raise Refused("looks_like_a_number" if looks_like_a_number(text) else "not_a_number", text)


def is_missing(text: str, options: NumberOptions = PLAIN) -> bool:
    """Return whether a cell without padding is a marker of a missing value."""
    return text in MISSING or (bool(options.missing) and text in _markers(options))


def plain_form(text: str, options: NumberOptions = PLAIN) -> str | None:
    """Return a number with a decimal point, without marks or thousands; None if it is not one."""
    match = _pattern(options.decimal, options.thousands, options.strip).fullmatch(text)
    if match is None:
        return None
    signs = match["before"] + match["after"]
    if len(signs) > 1 or bool(match["open"]) != bool(match["close"]) or (match["open"] and signs):
        return None
    number = match["number"].translate(dict.fromkeys(map(ord, alike(options.thousands))))
    return ("-" if match["open"] else signs) + number.replace(options.decimal, ".")


def looks_like_a_number(text: str) -> bool:
    """Return whether a person may take a cell for a number, whatever the options.

    Such a cell consists of digits, grouped as in some country, with at most one decimal mark
    (point or comma). Blanks, currency signs, percent signs, parentheses, signs and comparison signs
    may stand before or after the digits. Commas may stand between groups of two digits or more: the
    number may be misspelt. Dates, times, telephone numbers, IP addresses and versions do not count.
    """
    return bool(_like_a_number().fullmatch(text)) and not IP_ADDRESS.fullmatch(text)


@cache
def _like_a_number() -> re.Pattern[str]:
    """Return the pattern. It takes a millisecond to compile, and few files need it."""
    return re.compile(LIKE_A_NUMBER, re.VERBOSE)


def is_comparison(text: str) -> bool:
    """Return whether a cell is a comparison: <5 is a value too small to be measured."""
    return text.strip(PADDING).startswith(COMPARISONS) and looks_like_a_number(text.strip(PADDING))


@cache
def _markers(options: NumberOptions) -> frozenset[str]:
    return frozenset(marker.strip(PADDING) for marker in options.missing)


@cache
def _pattern(decimal: str, thousands: str, strip: str) -> re.Pattern[str]:
    marks = "".join(mark for mark in strip if mark not in PARENTHESES)
    # Possessive: a cell of a million marks must not be tried in all ways.
    beside = f"(?:(?:[ \u00a0]*+[{re.escape(marks)}])++[ \u00a0]*+)?+" if marks else ""
    times = "?" if set(strip) & set(PARENTHESES) else "{0}"
    opening = rf"(?P<open>(?:\([ \u00a0]*+){times})"
    closing = rf"(?P<close>(?:[ \u00a0]*+\)){times})"
    front = f"(?P<before>[+-]?){beside}{opening}{beside}(?P<after>[+-]?)"
    number = f"(?P<number>{_number(decimal, thousands)})"
    return re.compile(f"{front}{number}{beside}{closing}{beside}")


def _number(decimal: str, thousands: str) -> str:
    integer, point = "[0-9]+", re.escape(decimal)
    if thousands:
        mark = f"[{re.escape(alike(thousands))}]"
        indian = f"[0-9]{{1,2}}(?:{mark}[0-9]{{2}})+{mark}[0-9]{{3}}"
        integer = f"(?:[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+|{indian}|{integer})"
    return f"(?:{integer}(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][+-]?[0-9]+)?"


def alike(thousands: str) -> str:
    """Return all characters that are read as this mark of thousands."""
    return ALIKE.get(thousands, thousands)
