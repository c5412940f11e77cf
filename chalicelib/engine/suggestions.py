"""Suggest what to submit instead when a file could not be summed. Pure Python.

A suggestion has a likely cause, a sentence, and options. Submitting these options instead of the
job's own avoids the fault. The most likely suggestion is first. If a cell can be read in two ways,
there is a suggestion for each, which says what the cell would mean.
"""

from collections.abc import Callable

from .delimiters import best_fits
from .errors import Fault
from .evidence import Evidence, Suggestion
from .suggest_numbers import for_cell
from .suggest_rows import for_row
from .suggest_tables import for_no_numbers, other_delimiter
from .wording import shown

__all__ = ["Evidence", "Suggestion", "suggest"]


def suggest(fault: Fault, evidence: Evidence) -> tuple[Suggestion, ...]:
    """Return suggestions for a fault, the most likely first; none if only the file can be fixed."""
    look_for = LOOK_FOR.get(fault.code)
    return tuple(look_for(evidence)) if look_for else ()


def _header_or_not(_: Evidence) -> list[Suggestion]:
    return [
        Suggestion("no_header", "the first row is data", (("header", False),)),
        Suggestion("header", "the first row holds the names of the columns", (("header", True),)),
    ]


def _one_of_the_delimiters(evidence: Evidence) -> list[Suggestion]:
    return [
        Suggestion(
            "delimiter",
            f"with the delimiter {shown(sample.delimiter)} the rows have {fit.fields} fields",
            (("delimiter", sample.delimiter),),
        )
        for sample, fit in best_fits(evidence.head, evidence.options)
    ]


def _other_delimiter(evidence: Evidence) -> list[Suggestion]:
    return list(other_delimiter(evidence))


def _encoding(_: Evidence) -> list[Suggestion]:
    sentence = "the names may be in Windows-1252, the encoding of Western Windows"
    return [Suggestion("encoding", sentence, (("encoding", "windows-1252"),))]


LOOK_FOR: dict[str, Callable[[Evidence], list[Suggestion]]] = {
    "not_a_number": for_cell,
    "looks_like_a_number": for_cell,
    "ragged_row": for_row,
    "no_numbers": for_no_numbers,
    "text_after_quote": _other_delimiter,
    "header_looks_like_data": _header_or_not,
    "ambiguous_delimiter": _one_of_the_delimiters,
    "not_utf8": _encoding,
}
