"""Suggest another delimiter, lines to skip, or other columns for a table. Pure Python."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import groupby

from .cells import looks_like_a_number, read_cell
from .delimiters import best_fits, fit_of
from .errors import BadCsv
from .evidence import Evidence, Suggestion, advise
from .formats import Foreign, identify
from .headers import is_header_of
from .nearby import BLANKS
from .read_options import AUTO, NumberOptions
from .row_ends import ROW_END
from .sample import Sample, read_sample
from .selection import most_similar
from .sums import Refused
from .wording import counted, delimiter_name, listed, shown

MAX_COLUMNS_NAMED = 10
#: Delimiters that are suggested, but never detected: many texts have them.
RARE_DELIMITERS = (" ", ":")


def for_no_numbers(evidence: Evidence) -> list[Suggestion]:
    """Return why no column has a number, and what to submit instead."""
    foreign = identify(evidence.head.data)
    if isinstance(foreign, Foreign):
        return [advise("not_csv", f"the file is {foreign.name}; {foreign.advice}")]
    found = [*titles(evidence), *other_delimiter(evidence)]
    if not found and not evidence.rows:
        return list(_no_rows(evidence))
    return found or list(other_columns(evidence)) or list(_only_text(evidence))


def other_delimiter(evidence: Evidence) -> Iterator[Suggestion]:
    """Yield a delimiter that splits all rows evenly and makes columns of numbers."""
    if not evidence.head.rows.strip(BLANKS):
        return
    options, used = replace(evidence.options, delimiter=AUTO), evidence.sample.delimiter
    samples = [sample for sample, _ in best_fits(evidence.head, options)]
    with suppress(BadCsv):  # mixed row ends
        samples += [read_sample(evidence.head, rare, options) for rare in RARE_DELIMITERS]
    for sample in samples:
        fit = fit_of(sample, options)
        rows = [row.cells for row in sample.rows[1:]]
        if sample.delimiter == used or fit is None or fit.rank > 2:
            continue
        if any(_is_numeric(rows, index, options.numbers) for index in range(fit.fields)):
            name, fields = delimiter_name(sample.delimiter), counted(fit.fields, "field")
            clause = f"if the {name} separates the fields ({fields} in each row)"
            yield advise("wrong_delimiter", clause, (("delimiter", sample.delimiter),))
            return
    if _is_aligned(evidence.sample):
        clause = "fields are separated by several blanks; write one delimiter between them"
        yield advise("aligned_by_blanks", clause)


def _is_aligned(sample: Sample) -> bool:
    """Return whether all rows have one field and the same number of words."""
    words = {len(row.cells[0].split()) for row in sample.rows if len(row.cells) == 1}
    return set(sample.counts) == {1} and len(words) == 1 and min(words) > 2


def titles(evidence: Evidence) -> Iterator[Suggestion]:
    """Yield how many lines to skip, if a table follows lines of text."""
    sample = evidence.sample
    first = _table_start(sample)
    if first:
        start = evidence.head.start + sample.rows[first].start
        lines = len(ROW_END.findall(evidence.head.data, 0, start))
        title = shown(sample.delimiter.join(sample.rows[0].cells))
        clause = f"if the table begins in line {lines + 1}, below {title}"
        yield advise("title_lines", clause, (("skip_rows", lines),))


def _table_start(sample: Sample) -> int:
    """Return the index of the row in which a table begins below titles; 0 if there are none."""
    first, size = _longest_run(sample.counts)
    if not first:
        return 0
    fields = sample.counts[first]
    header = sample.rows[first - 1].cells
    if len(header) == fields + 1 and not header[-1].strip():  # the header ends with a delimiter
        first, size = first - 1, size + 1
    if any(count >= fields for count in sample.counts[:first]):
        return 0
    table = [row.cells[:fields] for row in sample.rows[first : first + size]]
    is_wide = fields > 2 and sample.counts[:1] == [1]
    return first if is_wide or is_header_of(table) else 0


def _longest_run(counts: Sequence[int]) -> tuple[int, int]:
    """Return the start and size of the longest run of rows of one length, two fields or more."""
    start, first, longest = 0, 0, 1
    for fields, run in groupby(counts):
        size = len(list(run))
        if fields > 1 and size > longest:
            first, longest = start, size
        start += size
    return first, longest


def _no_rows(evidence: Evidence) -> Iterator[Suggestion]:
    names = evidence.sample.rows[0].cells if evidence.sample.rows else []
    if evidence.has_header and any(_number(name, evidence.options.numbers) for name in names):
        yield advise("no_header", "if the only row is data", (("header", False),))
    else:
        yield advise("no_rows", "the file has a header and no rows")


def _only_text(evidence: Evidence) -> Iterator[Suggestion]:
    index = evidence.wanted[0] if evidence.wanted else 0
    name = column_name(evidence, index)
    cell = next((cell for cell in evidence.cells(index) if cell.strip()), "")
    holds = f"{name} holds text ({shown(cell)})" if cell else f"{name} is empty"
    yield advise("only_text", f"{holds}; choose others with columns, or first and step")


def column_name(evidence: Evidence, index: int) -> str:
    """Return a column as people count: column 3 ('price')."""
    name = evidence.names[index] if index < len(evidence.names) else ""
    return f"column {index + 1:,} ({shown(name.strip() or f'col{index}')})"


def other_columns(evidence: Evidence, without: int = -1) -> Iterator[Suggestion]:
    """Yield the columns that have only numbers, if there are few of them."""
    names = evidence.names
    fields = max(map(len, evidence.rows), default=0)
    found: list[str | int] = []
    for index in range(fields):
        if index != without and _is_numeric(evidence.rows, index, evidence.options.numbers):
            name = names[index] if index < len(names) else ""
            found.append(name if name and names.count(name) == 1 else index)
        if len(found) > MAX_COLUMNS_NAMED:
            break
    if 0 < len(found) <= MAX_COLUMNS_NAMED:
        noun = "the column" if len(found) == 1 else "the columns"
        yield advise("other_columns", f"to sum only {noun} of numbers", (("columns", found),))
    elif found and without < 0:
        yield advise("all_columns", "to sum all columns of numbers", (("step", 1),))


def similar_columns(evidence: Evidence) -> Iterator[Suggestion]:
    """Yield the columns that were asked for, with those in place of misspelled ones that exist."""
    names = evidence.names
    known = {*names, *range(len(names))}
    unknown = [column for column in evidence.asked if column not in known]
    misspelled = [column for column in unknown if isinstance(column, str)]
    if not 0 < len(misspelled) == len(unknown) <= MAX_COLUMNS_NAMED:
        return
    meant = {name: most_similar(name, names) for name in misspelled}
    if all(names.count(similar) == 1 for similar in meant.values()):
        given = [each if each in known else meant[str(each)] for each in evidence.asked]
        pairs = [f"{shown(name)} means {shown(similar)}" for name, similar in meant.items()]
        options = (("columns", list(dict.fromkeys(given))),)
        yield advise("similar_columns", f"if {listed(pairs)}", options)


def names_in_first_row(evidence: Evidence) -> Iterator[Suggestion]:
    """Yield to read the first row as the header if it has all the names that were asked for."""
    asked = {column for column in evidence.asked if isinstance(column, str)}
    if asked and not evidence.has_header and asked.issubset(*evidence.rows[:1] or [()]):
        yield advise("first_row_has_names", "if the first row has the names", (("header", True),))


def has_numbers(evidence: Evidence) -> bool:
    """Return whether a row of the sample, or the refused one, has a cell that is like a number."""
    rows = [*evidence.rows, evidence.row]
    return any(looks_like_a_number(cell.strip()) for row in rows for cell in row)


def _is_numeric(rows: Sequence[Sequence[str]], index: int, numbers: NumberOptions) -> bool:
    """Return whether a column has a number, and no refused cell."""
    try:
        values = [read_cell(row[index], numbers) for row in rows if index < len(row)]
    except Refused:
        return False
    return any(value is not None for value in values)


def _number(text: str, numbers: NumberOptions) -> bool:
    return _is_numeric([[text]], 0, numbers)
