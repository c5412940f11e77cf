"""What to submit instead, when a file could not be summed: the likely cause and the options. Pure.

A suggestion may be followed literally: its options, in place of those of the job, get the file
past its fault. It comes as data, for messages, pages and the command line to word. The most likely
one is first; where a cell can be read in two ways, both are given, each with what it would mean.
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
    """Return what may help with a fault, the most likely first; nothing if only the file can."""
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
            f"by the delimiter {shown(sample.delimiter)} the rows have {fit.fields} fields",
            (("delimiter", sample.delimiter),),
        )
        for sample, fit in best_fits(evidence.head, evidence.options)
    ]


def _other_delimiter(evidence: Evidence) -> list[Suggestion]:
    return list(other_delimiter(evidence))


def _encoding(_: Evidence) -> list[Suggestion]:
    sentence = "the names may be Windows-1252, the encoding of Western Windows"
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
