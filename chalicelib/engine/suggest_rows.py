"""Suggest what is wrong with a row that is longer or shorter than the first. Pure Python."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from .cells import looks_like_a_number
from .delimiters import find_delimiter
from .errors import BadCsv
from .evidence import Evidence, Suggestion, advise
from .headers import is_header_of
from .read_options import AUTO, ReadOptions
from .row_ends import ROW_END
from .suggest_numbers import styles
from .suggest_tables import has_numbers, other_delimiter, titles
from .wording import counted, delimiter_name

#: What lines of comments begin with, in the files of many programs.
COMMENT_SIGNS = ("#", "%", "!", "/", ";")
INTEGERS_SIDE_BY_SIDE = re.compile(r"(?:^|,)[+-]?[0-9]+,[0-9]+(?:,|$)")


def for_row(evidence: Evidence) -> list[Suggestion]:
    """Return the likely cause of a refused row, and what to submit."""
    found = [*_comments(evidence), *titles(evidence), *other_delimiter(evidence)]
    if found:
        return found
    if not has_numbers(evidence):
        return [advise("not_a_table", "the file looks like a text, not like a table; check it")]
    fields = evidence.fields
    rest = _too_short if len(evidence.row) < fields else _too_long
    found = [*_short_header(evidence), *rest(evidence, fields)]
    return sorted(found, key=lambda each: each.code != "unquoted_commas")


def for_unclosed_quote(evidence: Evidence) -> list[Suggestion]:
    """Suggest dropping the last row if its quote is open because the file was cut off."""
    is_cut = evidence.last and not evidence.ended and evidence.options.last_row != "drop"
    return [_half_written("its quote is not closed")] if is_cut else []


def _comments(evidence: Evidence) -> Iterator[Suggestion]:
    """Suggest a sign of comments that the row at fault, or the first row, begins with."""
    first = [row.cells for row in evidence.sample.rows[:1]]
    for cells in (evidence.row, *first):
        sign = cells[0].strip()[:1] if cells else ""
        if sign in COMMENT_SIGNS and sign != evidence.options.comment and _follows(evidence, sign):
            yield advise(
                "comment", f"if lines that begin with {sign} are comments", (("comment", sign),)
            )
            return


def _follows(evidence: Evidence, sign: str) -> bool:
    """Return whether a table with a header remains without the lines of comments."""
    try:
        found = find_delimiter(evidence.head, replace(evidence.options, comment=sign))
    except BadCsv:
        return False
    rows = [row.cells for row in found.sample.rows]
    return len({len(row) for row in rows}) == 1 and is_header_of(rows)


def _short_header(evidence: Evidence) -> Iterator[Suggestion]:
    """Suggest skipping a header that has too few names for rows that all agree."""
    sample, names = evidence.sample, evidence.names
    counts = set(sample.counts[1:])
    if len(names) < 2 or len(sample.rows) < 3 or len(counts) != 1 or min(counts) <= len(names):
        return
    start = evidence.head.start + sample.rows[1].start
    lines = len(ROW_END.findall(evidence.head.data, 0, start))
    missing = counted(min(counts) - len(names), "name")
    clause = (
        f"the header has {missing} too few: complete it, or quote fields that contain the"
        " delimiter; or, to choose columns by index"
    )
    yield advise("short_header", clause, (("skip_rows", lines), ("header", False)))


def _too_short(evidence: Evidence, fields: int) -> Iterator[Suggestion]:
    size = len(evidence.row)
    if evidence.last and not evidence.ended:
        yield _half_written(f"it has {counted(size, 'field')} instead of {fields} and no row end")
        return
    if evidence.last and size == 1 and not looks_like_a_number(evidence.row[0].strip()):
        yield advise("note", "the last row may be a note below the table; if it is, delete it")
        return
    yield advise("short_row", "to fill short rows up with empty fields", (("ragged", "pad"),))


def _half_written(why: str) -> Suggestion:
    clause = f"to leave out the last row, which may be incomplete ({why})"
    return advise("half_written", clause, (("last_row", "drop"),))


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
        empty = "empty field" if extra == 1 else f"{extra} empty fields"
        yield advise("trailing_delimiter", f"delete the {empty} at the end of the row")
    elif found := list(_commas_in_one_column(evidence, fields)):
        yield from found
    elif delimiter == "," and INTEGERS_SIDE_BY_SIDE.search(row):
        yield advise(
            "unquoted_commas",
            "quote fields that contain a comma; here, a comma may be part of a number",
        )
    else:
        name = delimiter_name(delimiter)
        yield advise("long_row", f"quote fields that contain the {name}")
