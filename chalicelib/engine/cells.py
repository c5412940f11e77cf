"""Cells as numbers, by the options of a file: the definition that every faster way must agree with.

A cell is read in four steps:

1. Blanks around it are dropped. If it is a marker for a missing value, it has no value.
2. Marks of ``strip`` are dropped before and after the number, with the blanks beside them; a sign
   may stand before or after the marks in front. If ``strip`` holds a parenthesis, a number in
   parentheses is negative, as accountants write it. A percentage keeps its number: 32% is 32.
3. ``thousands`` may stand between groups of three digits in front of ``decimal``, or as in India
   (12,34,567); anywhere else it makes the cell no number, so 38,72 is never 3872. A blank as
   ``thousands`` stands for a no-break and a thin blank too, an apostrophe for a curved one.
4. What is left is a number by sums.parse_number, exactly.
"""

import re
from decimal import Decimal
from functools import cache

from .read_options import NO_BREAK_BLANKS, NumberOptions
from .sums import MISSING, PADDING, Refused, parse_number
from .wording import shown

PLAIN = NumberOptions()
ALIKE = {" ": " " + NO_BREAK_BLANKS, "'": "'\u2019"}
PARENTHESES = "()"
#: What stands beside a number in tables: currencies, percentages, signs, comparisons, parentheses.
BESIDE = r"[\s$€£¥₹₽¢%‰()+\-\u2212\u2013<>≤≥~≈]*"
LIKE_A_NUMBER = re.compile(
    BESIDE
    + r"""(?:
        \d+(?:[.,]\d*)? | [.,]\d+ | \d+(?:,\d{2,})+(?:\.\d*)?
        | [1-9]\d{0,2}(?P<mark>[.,'\u2019\ \u00a0\u202f\u2009])\d{3}
          (?:(?P=mark)\d{3})*(?:(?!(?P=mark))[.,]\d*)?
    )(?:[eE][+-]?\d+)?"""
    + BESIDE,
    re.VERBOSE,
)
COMPARISONS = ("<", ">", "≤", "≥", "~", "≈")
IP_ADDRESS = re.compile(r"(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}")


def read_cell(text: str, options: NumberOptions = PLAIN) -> Decimal | None:
    """Return the exact value of a cell; None if it is missing.

    Raises sums.Refused: ``looks_like_a_number`` if the cell would be one by other options, else
    what sums.parse_number says.
    """
    text = text.strip(PADDING)
    if text in MISSING or text in _markers(options):
        return None
    plain = plain_form(text, options)
    if plain is not None:
        return parse_number(plain)
    if looks_like_a_number(text):
        message = f"{shown(text)} looks like a number and is not written as the other numbers"
        raise Refused("looks_like_a_number", message)
    raise Refused("not_a_number", f"{shown(text)} is not a number")


def plain_form(text: str, options: NumberOptions = PLAIN) -> str | None:
    """Return a number without marks and thousands, its decimal mark a point; None if it is none."""
    match = _pattern(options.decimal, options.thousands, options.strip).fullmatch(text)
    if match is None:
        return None
    signs = match["before"] + match["after"]
    if len(signs) > 1 or bool(match["open"]) != bool(match["close"]) or (match["open"] and signs):
        return None
    number = match["number"].translate(dict.fromkeys(map(ord, _alike(options.thousands))))
    return ("-" if match["open"] else signs) + number.replace(options.decimal, ".")


def looks_like_a_number(text: str) -> bool:
    """Return whether a person may take a cell for a number, whatever the options.

    It does if it consists of digits, grouped as in some country, with at most one decimal mark
    (point or comma), and blanks, currency signs, percent signs, parentheses, signs and comparison
    signs before or after them. Commas may be between groups of any size from two: that may be a
    misspelt number. Dates, times, telephone numbers, IP addresses and versions do not.
    """
    return bool(LIKE_A_NUMBER.fullmatch(text)) and not IP_ADDRESS.fullmatch(text)


def is_comparison(text: str) -> bool:
    """Return whether a cell compares with a number, as <5 does for less than can be measured."""
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
        mark = f"[{re.escape(_alike(thousands))}]"
        indian = f"[0-9]{{1,2}}(?:{mark}[0-9]{{2}})+{mark}[0-9]{{3}}"
        integer = f"(?:[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+|{indian}|{integer})"
    return f"(?:{integer}(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][+-]?[0-9]+)?"


def _alike(thousands: str) -> str:
    return ALIKE.get(thousands, thousands)
