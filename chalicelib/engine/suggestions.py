"""Suggest what to submit instead when a file could not be summed. Pure Python.

A suggestion has a likely cause, a sentence, and options. Submitting these options in place of the
job's own avoids the fault. The most likely suggestion is first. If a cell can be read in two ways,
there is a suggestion for each, which says what the cell would mean. A suggestion without options
says how to correct the file.
"""

from collections.abc import Callable, Iterable

from .delimiters import best_fits
from .errors import Fault
from .evidence import Evidence, Suggestion, advise
from .headers import counts_up
from .read_options import AUTO
from .suggest_corrections import correction
from .suggest_numbers import for_cell
from .suggest_rows import for_row, for_unclosed_quote
from .suggest_tables import (
    for_no_numbers,
    names_in_first_row,
    other_columns,
    other_delimiter,
    similar_columns,
)
from .wording import counted, delimiter_name

__all__ = ["Evidence", "Suggestion", "suggest"]


def suggest(fault: Fault, evidence: Evidence) -> tuple[Suggestion, ...]:
    """Return suggestions for a fault, the most likely first; each has other options."""
    look_for = LOOK_FOR.get(fault.code)
    found = list(look_for(evidence)) if look_for else []
    if fault.code == "utf_16" and fault.byte == 0 and evidence.options.encoding != AUTO:
        found.append(advise("encoding", "to go by the mark of the file", (("encoding", AUTO),)))
    return tuple(_distinct([*found, *correction(fault)]))


def _distinct(suggestions: Iterable[Suggestion]) -> list[Suggestion]:
    found: list[Suggestion] = []
    for each in suggestions:
        if not each.options or each.options not in [other.options for other in found]:
            found.append(each)
    return found


def _header_or_not(evidence: Evidence) -> list[Suggestion]:
    data = advise("no_header", "if the first row is data", (("header", False),))
    names = advise("header", "if the first row holds the names of the columns", (("header", True),))
    cells = [cell.strip() for cell in evidence.names]
    are_numbered = len(cells) > 2 and counts_up(cells) and cells[0] in ("0", "1")
    return [names, data] if are_numbered else [data, names]


def _one_of_the_delimiters(evidence: Evidence) -> list[Suggestion]:
    return [
        advise(
            "delimiter",
            f"if the {delimiter_name(sample.delimiter)} separates the fields"
            f" ({counted(fit.fields, 'field')} in each row)",
            (("delimiter", sample.delimiter),),
        )
        for sample, fit in best_fits(evidence.head, evidence.options)
    ]


def _encoding(_: Evidence) -> list[Suggestion]:
    clause = "if the names are in Windows-1252, as older programs on Windows write them"
    return [advise("encoding", clause, (("encoding", "windows-1252"),))]


def _no_skipping(evidence: Evidence) -> list[Suggestion]:
    if not evidence.options.skip_rows:
        return []
    return [advise("skipped_all", "to read the file from its first line", (("skip_rows", 0),))]


def _out_of_range(evidence: Evidence) -> list[Suggestion]:
    return list(other_columns(evidence, evidence.column))


def _no_column(evidence: Evidence) -> list[Suggestion]:
    found = [*names_in_first_row(evidence), *similar_columns(evidence)]
    return [*found, *other_columns(evidence)]


LOOK_FOR: dict[str, Callable[[Evidence], Iterable[Suggestion]]] = {
    "not_a_number": for_cell,
    "looks_like_a_number": for_cell,
    "out_of_range": _out_of_range,
    "ragged_row": for_row,
    "no_column": _no_column,
    "no_numbers": for_no_numbers,
    "text_after_quote": other_delimiter,
    "unclosed_quote": for_unclosed_quote,
    "header_looks_like_data": _header_or_not,
    "ambiguous_delimiter": _one_of_the_delimiters,
    "not_utf8": _encoding,
    "empty_file": _no_skipping,
    "too_many_skipped": _no_skipping,
}
