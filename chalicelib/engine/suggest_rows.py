"""Suggest what is wrong with a row that is longer or shorter than the first. Pure Python."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from .cells import looks_like_a_number
from .delimiters import find_delimiter
from .errors import BadCsv
from .evidence import Evidence, Suggestion
from .read_options import AUTO, ReadOptions
from .row_ends import ROW_END
from .suggest_numbers import styles
from .suggest_tables import other_delimiter, titles
from .wording import counted

INTEGERS_SIDE_BY_SIDE = re.compile(r"(?:^|,)[+-]?[0-9]+,[0-9]+(?:,|$)")


def for_row(evidence: Evidence) -> list[Suggestion]:
    """Return the likely cause of a refused row, and what to submit."""
    found = [*titles(evidence), *other_delimiter(evidence), *_short_header(evidence)]
    if found:
        return found
    fields = len(evidence.names) or (evidence.sample.counts or [0])[0]
    return list((_too_short if len(evidence.row) < fields else _too_long)(evidence, fields))


def _short_header(evidence: Evidence) -> Iterator[Suggestion]:
    """Suggest skipping a header that has too few names for rows that all agree."""
    sample, names = evidence.sample, evidence.names
    counts = set(sample.counts[1:])
    if len(names) < 2 or len(sample.rows) < 3 or len(counts) != 1 or min(counts) <= len(names):
        return
    start = evidence.head.start + sample.rows[1].start
    lines = len(ROW_END.findall(evidence.head.data, 0, start))
    has = f"the header has {counted(len(names), 'name')}, but all rows have {min(counts)} fields"
    sentence = f"{has}; add the missing names, or skip the header and choose columns by index"
    yield Suggestion("short_header", sentence, (("skip_rows", lines), ("header", False)))


def _too_short(evidence: Evidence, fields: int) -> Iterator[Suggestion]:
    size = len(evidence.row)
    missing = f"the row has {counted(size, 'field')}, {fields - size} too few"
    drop, pad = (("last_row", "drop"),), (("ragged", "pad"),)
    if evidence.last and not evidence.ended:
        sentence = f"{missing}, and no row end: it may be incomplete"
        yield Suggestion("half_written", sentence, drop)
    if evidence.last and size == 1 and not looks_like_a_number(evidence.row[0].strip()):
        yield Suggestion("note", "the last row has 1 field; it may be a note", drop)
        return
    yield Suggestion("short_row", f"{missing}; pad short rows", pad)


def _commas_in_one_column(evidence: Evidence, fields: int) -> Iterator[Suggestion]:
    """Yield the styles with which commas no longer split the numbers of a single column."""
    options = evidence.options
    if fields > 1 or options.delimiter != AUTO or evidence.sample.delimiter != ",":
        return
    row, *rows = [",".join(cells) for cells in (evidence.row, *evidence.rows)]
    for found in styles(row, [row, *rows], options.numbers):
        style: dict[str, Any] = dict(found.options)
        changed = replace(options, numbers=replace(options.numbers, **style))
        if _is_one_column(evidence, changed):
            yield found


def _is_one_column(evidence: Evidence, options: ReadOptions) -> bool:
    try:
        return set(find_delimiter(evidence.head, options).sample.counts) == {1}
    except BadCsv:
        return False


def _too_long(evidence: Evidence, fields: int) -> Iterator[Suggestion]:
    extra, delimiter = len(evidence.row) - fields, evidence.sample.delimiter
    row = delimiter.join(evidence.row)
    if not any(cell.strip() for cell in evidence.row[fields:]):
        sentence = (
            f"the row ends with {counted(extra, 'empty field')} too many; delete the last delimiter"
        )
        yield Suggestion("trailing_delimiter", sentence)
    elif found := list(_commas_in_one_column(evidence, fields)):
        yield from found
    elif delimiter == "," and INTEGERS_SIDE_BY_SIDE.search(row):
        sentence = "quote fields that contain the delimiter: here, numbers with commas"
        yield Suggestion("unquoted_commas", sentence)
    else:
        yield Suggestion("long_row", "quote fields that contain the delimiter")
