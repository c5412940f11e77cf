"""Checks the value of one option, given as a text or as a JSON value. Pure Python.

All functions raise BadRequest with a sentence that names the option and says what to type.
"""

import re
from collections.abc import Callable, Sequence

from chalicelib.engine.read_options import AUTO
from chalicelib.errors import BadRequest

MAX_INDEX = 10_000_000
MAX_TEXT_CHARS = 1000
# Neither a delimiter nor a comment sign may be a character of numbers, or a quote.
DELIMITERS = frozenset("\t !#$%&'()*,/:;<=>?@[\\]^_`{|}~")
COMMENTS = DELIMITERS - set("\t ")
SWITCHES = {"true": True, "1": True, "false": False, "0": False}
#: How a tab may be typed where no tab can be.
TABS = ("\\t", "tab")
#: An item of a list in a query: commas separate items, and a backslash makes a character text.
ITEM = re.compile(r"(?:\\.|[^,\\])*", re.DOTALL)
ESCAPED = re.compile(r"\\(.)", re.DOTALL)

Parser = Callable[[str, object], object]


def integer_from(minimum: int) -> Parser:
    """Return a parser for a whole number from ``minimum`` to MAX_INDEX."""

    def parse(name: str, value: object) -> int:
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        number = read_whole_number(text)
        if number is not None and number >= minimum:
            return number
        must = f"must be a whole number from {minimum} to {MAX_INDEX}"
        raise refused(name, must, value)

    return parse


def one_of(*choices: str) -> Parser:
    """Return a parser for one of some words."""

    def parse(name: str, value: object) -> str:
        if isinstance(value, str) and value in choices:
            return value
        *others, last = map(repr, choices)
        raise refused(name, f"must be {', '.join(others)} or {last}", value)

    return parse


def switch(name: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in SWITCHES:
        return SWITCHES[value.lower()]
    raise refused(name, "must be true or false, or left out to detect it", value)


def flag(name: str, value: object) -> bool:
    """Return a switch that is false when it is left out."""
    if value is None or isinstance(value, bool):
        return bool(value)
    if isinstance(value, str) and value.lower() in SWITCHES:
        return SWITCHES[value.lower()]
    raise refused(name, "must be true or false", value)


def delimiter(name: str, value: object) -> str:
    if isinstance(value, str) and (value == AUTO or value in DELIMITERS):
        return value
    if value in TABS:
        return "\t"
    must = "must be 'auto' or one character: a tab, a space or punctuation"
    raise refused(name, f'{must} other than " + - and the point', value)


def comment(name: str, value: object) -> str:
    """Return the sign; an empty one means that there are no comments."""
    if isinstance(value, str) and (not value or value in COMMENTS):
        return value
    must = "must be one punctuation mark, like '#'"
    raise refused(name, f'{must}, other than " + - and the point', value)


def text(name: str, value: object) -> str:
    """Return a short text; what it may hold depends on other options."""
    if isinstance(value, str) and len(value) <= MAX_TEXT_CHARS and _is_utf8(value):
        return value
    raise refused(name, f"must be a text of at most {MAX_TEXT_CHARS} characters", value)


def columns(name: str, value: object) -> tuple[str | int, ...]:
    """Return names, and indexes from 0. In a query, an item of digits is an index."""
    items = [_column(each) for each in _split(value)] if isinstance(value, str) else value
    if isinstance(items, list) and all(map(_is_column, items)):
        return tuple(items)
    must = f"must be names, or indexes from 0 to {MAX_INDEX}, like price,12"
    raise refused(name, f'{must} in a query or ["price", 12] in JSON', value)


def markers(name: str, value: object) -> tuple[str, ...]:
    """Return the markers of missing values."""
    items = [_unescaped(each) for each in _split(value)] if isinstance(value, str) else value
    if isinstance(items, list) and all(map(_is_label, items)):
        return tuple(items)
    must = 'must be markers of missing values, like -,? in a query or ["-", "?"] in JSON'
    raise refused(name, must, value)


def refused(name: str, must: str, value: object) -> BadRequest:
    return BadRequest(f"{name} {must}, not {shown(value)}.")


def shown(value: object) -> str:
    """Return a value for a sentence: quoted, without control characters, and not long."""
    shown = repr(value) if _is_printable(value) else ascii(value)
    return shown if len(shown) <= 60 else shown[:60] + "…"


def _split(text: str) -> Sequence[str]:
    """Return the items of a list in a query, with their backslashes; no items for no text."""
    items, position = [], 0
    while text and position <= len(text):
        match = ITEM.match(text, position)
        end = match.end() if match else position
        if text[end : end + 1] not in ("", ","):  # a backslash that nothing follows
            return [""]
        items.append(text[position:end])
        position = end + 1
    return items


def _column(item: str) -> str | int:
    index = read_whole_number(item)
    return _unescaped(item) if index is None else index


def _unescaped(item: str) -> str:
    return ESCAPED.sub(r"\1", item)


def _is_column(value: object) -> bool:
    if isinstance(value, int):
        return not isinstance(value, bool) and 0 <= value <= MAX_INDEX
    return _is_label(value)


def _is_label(value: object) -> bool:
    return isinstance(value, str) and bool(value) and _is_utf8(value)


def read_whole_number(text: object, maximum: int = MAX_INDEX) -> int | None:
    """Return the number from 0 to ``maximum`` that a text is; None if it is none."""
    if not (isinstance(text, str) and text.isascii() and text.isdigit()):
        return None
    # The length comes first: Python refuses to read thousands of digits.
    return int(text) if len(text) <= len(str(maximum)) and int(text) <= maximum else None


def _is_printable(value: object) -> bool:
    return isinstance(value, str) and value.isprintable()


def _is_utf8(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)
