"""How numbers are written, as the library gets it: marks as bytes, and what each byte may be."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from ..cells import PARENTHESES, PLAIN, alike, plain_form
from ..read_options import NumberOptions
from ..rules import Rules
from .binding import Style
from .marks import in_bytes, missing_texts

# As in src/shared.h.
IS_STRIPPED, IS_BLANK, IS_THOUSANDS, BEGINS_LONG, ENDS_LONG, BEGINS_MARKER = (
    1 << bit for bit in range(6)
)
WORD_BYTES, NO_MARK, MARKERS = 8, (1 << 64) - 1, 4
SIMPLY, IN_FULL = 1, 2
BLANKS = " \u00a0"
#: Markers of so many bytes or more share a bit.
MANY_BYTES = 63


class Unsupported(ValueError):
    """The library cannot read such numbers."""


@lru_cache
def style_of(rules: Rules) -> Style | None:
    """Return how numbers are written, or None if as usual. Raise Unsupported."""
    numbers, markers = rules.numbers, _numeric_markers(rules)
    if not markers and _are_usual(rules):
        return None
    if numbers.decimal in alike(numbers.thousands):
        raise Unsupported("the decimal mark may be one of thousands")
    style = Style(parentheses=bool(set(numbers.strip) & set(PARENTHESES)))
    decimals = _encoded(numbers.decimal, rules)
    if all(len(mark) == 1 for mark in decimals):
        style.decimal = decimals[0][0] if decimals else 0
    # In a row of blanks and marks, no blank is taken for a mark.
    stripped = set(numbers.strip) - {*PARENTHESES, *BLANKS}
    _add_list(style, "decimals", decimals, 0)
    _add_list(style, "blanks", _encoded(BLANKS, rules), IS_BLANK)
    _add_list(style, "thousands", _encoded(alike(numbers.thousands), rules), IS_THOUSANDS)
    _add_list(style, "stripped", _encoded(stripped, rules), IS_STRIPPED)
    _add_usual(style, numbers)
    _add_markers(style, markers)
    return style


def _add_usual(style: Style, numbers: NumberOptions) -> None:
    """Fill in what is read without a detour: marks of one byte, and one mark of several."""
    commas = [byte for byte, role in enumerate(style.roles) if role & IS_THOUSANDS]
    style.comma = ord(numbers.thousands) if commas and ord(numbers.thousands) in commas else 0
    longer = bytes(style.stripped)[1 : 1 + style.stripped[0]]
    if numbers.strip:
        # Cells in parentheses are read in full when they turn out to be no simple ones.
        style.strips = IN_FULL if longer else SIMPLY
    style.mark = int.from_bytes(longer, "little") if longer else NO_MARK
    style.mark_bytes, style.mark_shift = len(longer), 8 * (WORD_BYTES - max(len(longer), 1))
    style.mark_mask = (1 << 8 * len(longer)) - 1


def _add_markers(style: Style, markers: Sequence[bytes]) -> None:
    short = [marker for marker in markers if len(marker) <= WORD_BYTES][:MARKERS]
    for place in range(MARKERS if short else 0):
        style.markers[place] = int.from_bytes(short[place % len(short)], "little")
    for marker in set(markers) - set(short):
        style.roles[marker[0]] |= BEGINS_MARKER
        style.marker_lengths |= 1 << min(len(marker), MANY_BYTES)
    style.has_markers = bool(markers)


def _are_usual(rules: Rules) -> bool:
    numbers = rules.numbers
    return (numbers.decimal, numbers.thousands, numbers.strip) == (
        PLAIN.decimal,
        PLAIN.thousands,
        PLAIN.strip,
    )


def _numeric_markers(rules: Rules) -> list[bytes]:
    """Return the markers of missing values that would be read as numbers."""
    numeric = (text for text in missing_texts(rules) if plain_form(text, rules.numbers) is not None)
    return _encoded(numeric, rules)


def _encoded(texts: Iterable[str], rules: Rules) -> list[bytes]:
    return [mark for text in texts if (mark := in_bytes(text, rules.encoding)) is not None]


def _add_list(style: Style, name: str, marks: Sequence[bytes], role: int) -> None:
    """Give single bytes their role, and put longer marks into a list."""
    for mark in marks:
        if len(mark) == 1:
            style.roles[mark[0]] |= role
        else:
            style.roles[mark[0]] |= BEGINS_LONG
            style.roles[mark[-1]] |= ENDS_LONG
    listed = b"".join(bytes([len(mark)]) + mark for mark in sorted(marks) if len(mark) > 1)
    room = getattr(style, name)
    if len(listed) >= len(room):
        raise Unsupported(f"there are too many marks: {name}")
    room[: len(listed)] = listed
