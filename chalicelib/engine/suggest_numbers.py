"""Suggest how the numbers of a column may be written, for a cell that is not one. Pure Python.

Styles are tried in order, from the fewest changed options to the most. A style counts if it can
read every cell of the column that looks like a number. If two styles read the cell as different
numbers, both are suggested: 1,200 may be twelve hundred, or one point two.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import product

from .cells import is_comparison, looks_like_a_number, read_cell
from .evidence import Evidence, Options, Suggestion, advise
from .read_options import NumberOptions
from .suggest_tables import other_columns
from .sums import Refused, digits
from .wording import listed, shown

DECIMALS = (".", ",")
SEPARATORS = ("", ",", ".", " ", "'")
MARKS = "$€£¥₹₽¢%‰"
PARENTHESES = "()"
#: A file has few markers of missing values; they have no digits, and are not words.
MAX_MARKERS = 5
MARKER = re.compile(r"[^\W\d]{0,3}|[\W_]{1,3}|(?:[^\W\d]{1,2}[./ ]){1,3}[^\W\d]{0,2}")
NO_MARKERS = frozenset(("inf", "oo", "yes", "no"))
MARKER_WORDS = frozenset(
    ("missing", "unknown", "none", "nil", "void", "empty", "undefined", "blank")
)


def for_cell(evidence: Evidence) -> list[Suggestion]:
    """Return the suggestions for a refused cell: read it as a number, as missing, or not at all."""
    asked, cell = evidence.options.numbers, evidence.cell.strip()
    cells = [cell, *evidence.cells(evidence.column)]
    if looks_like_a_number(cell) and (found := list(styles(cell, cells, asked))):
        return found
    if is_comparison(cell):
        found = [_marker("below_detection", list(filter(is_comparison, cells)), asked)]
    elif looks_like_a_number(cell):
        found = [advise("misspelt", "correct the cell: its separators or signs are out of place")]
    else:
        return _for_text(cell, cells, evidence)
    return [*found, *other_columns(evidence, evidence.column)]


def styles(cell: str, cells: Sequence[str], asked: NumberOptions) -> Iterator[Suggestion]:
    """Yield one suggestion for each number that the cell may be."""
    numbers = [text for text in cells if looks_like_a_number(text.strip())]
    values: set[Decimal] = set()
    for style in sorted(
        _candidates("".join(numbers), asked), key=lambda style: _cost(style, asked)
    ):
        value = _value(cell, style)
        if value is None or value in values or any(_value(text, style) is None for text in numbers):
            continue
        values.add(value)
        options = _difference(style, asked)
        yield advise(_cause(options), f"if {shown(cell)} means {digits(value)}", options)


def _candidates(text: str, asked: NumberOptions) -> Iterator[NumberOptions]:
    marks = "".join(mark for mark in MARKS if mark in text and mark not in asked.strip)
    marks += PARENTHESES if "(" in text and "(" not in asked.strip else ""
    for decimal, thousands in product(DECIMALS, SEPARATORS):
        style = replace(asked, decimal=decimal, thousands=thousands, strip=asked.strip + marks)
        if style.conflict() is None:
            yield style


def _cost(style: NumberOptions, asked: NumberOptions) -> tuple[int, bool]:
    """Count the options that differ; of equal styles, one that keeps the decimal mark is first."""
    return len(_difference(style, asked)), style.decimal != asked.decimal


def _difference(style: NumberOptions, asked: NumberOptions) -> Options:
    names = ("decimal", "thousands", "strip")
    pairs = ((name, getattr(style, name), getattr(asked, name)) for name in names)
    return tuple((name, new) for name, new, old in pairs if new != old)


def _value(text: str, style: NumberOptions) -> Decimal | None:
    try:
        return read_cell(text, style)
    except Refused:
        return None


def _cause(options: Options) -> str:
    names = [name for name, _ in options]
    if "decimal" in names:
        return "decimal_mark"
    return "thousands" if "thousands" in names else "marks"


def _for_text(cell: str, cells: Sequence[str], evidence: Evidence) -> list[Suggestion]:
    """Return suggestions for a text: a marker, a column to leave out, or a cell to leave out."""
    asked = evidence.options.numbers
    others = list(other_columns(evidence, evidence.column))
    if len(cells) > 2 and not any(_may_be_number(text, asked) for text in cells):
        keep = advise("text_column", "to leave columns of text out", (("non_numeric", "columns"),))
        return [keep, *others]
    skip = advise(
        "text", f"correct {shown(cell)}, or, to leave such cells out", (("non_numeric", "skip"),)
    )
    texts = [text for text in cells if not looks_like_a_number(text) and _is_refused(text, asked)]
    if len(set(texts)) <= MAX_MARKERS and all(map(_may_be_marker, texts)):
        return [_marker("missing_marker", texts, asked), skip, *others]
    # The first cell is the refused one, which the sample may have once more.
    is_rare = 4 * max(1, len(texts) - 1) < len(cells)
    return [skip, *others] if is_rare or not others else others


def _may_be_number(text: str, asked: NumberOptions) -> bool:
    return looks_like_a_number(text.strip()) or _value(text, asked) is not None


def _may_be_marker(text: str) -> bool:
    text = text.strip().strip("[]()<>*")
    if text.lower() in NO_MARKERS or not text.isprintable():
        return False
    return bool(MARKER.fullmatch(text)) or text.lower() in MARKER_WORDS


def _is_refused(text: str, asked: NumberOptions) -> bool:
    try:
        read_cell(text, asked)
    except Refused as refused:
        return refused.code == "not_a_number"
    return False


def _marker(code: str, texts: Sequence[str], asked: NumberOptions) -> Suggestion:
    distinct = list(dict.fromkeys(text.strip() for text in texts))
    means = "stands for a missing value" if len(distinct) == 1 else "stand for missing values"
    clause = f"if {listed(list(map(shown, distinct)))} {means}"
    return advise(code, clause, (("missing", [*asked.missing, *distinct]),))
