"""Explain why a file could not be summed: what is wrong, where, and what to do. Pure Python."""

from dataclasses import dataclass, replace

from .errors import Fault
from .evidence import Evidence, Suggestion
from .excerpt import Excerpt, Style, excerpt_of
from .nearby import in_head, place_of
from .suggest_tables import column_name
from .suggestions import suggest
from .wording import sentence

#: Faults of the file, not of a line; their place would only distract.
OF_THE_FILE = frozenset(
    (
        *("ambiguous_delimiter", "empty_file", "no_column", "no_numbers", "not_csv"),
        *("too_many_skipped", "too_many_sums", "utf_16", "utf_32", "result_too_large"),
        *("gzip", "bz2", "xz", "zst", "zip"),
    )
)
#: Suggestions that exclude each other: a person has to read all of them.
ALTERNATIVES = frozenset(("decimal_mark", "thousands", "marks", "no_header", "header", "delimiter"))


@dataclass(frozen=True, slots=True)
class Explanation:
    """``detail`` is what is wrong, where, and what to do; ``excerpt`` the lines around it.

    Both may quote the file, so they are never logged.
    """

    detail: str
    suggestions: tuple[Suggestion, ...]
    excerpt: Excerpt | None


def explain(fault: Fault, evidence: Evidence) -> Explanation:
    """Return what to say about a fault: sentences, suggestions, and the lines around it.

    ``evidence`` needs the head of the text, or an empty one if it cannot be read, and the options;
    the bytes near the fault, if it is not in the head; and what is known of dialect and columns.
    """
    evidence = _at_fault(fault, evidence)
    suggestions = suggest(fault, evidence)
    said = [each.sentence for each in suggestions if each.code in ALTERNATIVES]
    if suggestions and suggestions[0].code not in ALTERNATIVES:
        said = [suggestions[0].sentence]
    where = _place(fault, evidence)
    what = sentence(f"{where}: {fault.message}" if where else fault.message)
    return Explanation(" ".join([what, *said]), suggestions, _excerpt(fault, evidence))


def _at_fault(fault: Fault, evidence: Evidence) -> Evidence:
    """Return the evidence with the row or cell at fault, unless it is known."""
    dialect = evidence.dialect
    near = evidence.near or in_head(evidence.head, dialect)
    place = place_of(fault, near, dialect.delimiter if dialect else ",")
    if place is None or evidence.row or evidence.cell:
        return replace(evidence, near=near)
    if fault.column is None:
        row = evidence.read_again(place.cells)
        return replace(evidence, near=near, row=row, last=place.last, ended=place.ended)
    (cell,) = evidence.read_again(place.cells[:1]) or ("",)
    return replace(evidence, near=near, cell=cell, column=fault.column)


def _place(fault: Fault, evidence: Evidence) -> str:
    if fault.code in OF_THE_FILE:
        return ""
    line = "" if fault.line is None else f"line {fault.line + 1:,}"
    column = "" if fault.column is None else column_name(evidence, fault.column)
    return ", ".join(filter(None, (line, column)))


def _excerpt(fault: Fault, evidence: Evidence) -> Excerpt | None:
    if fault.code in OF_THE_FILE or evidence.near is None:
        return None
    fields = evidence.fields
    dialect = evidence.dialect
    style = Style(dialect.delimiter, dialect.encoding, fields) if dialect else Style(fields=fields)
    return excerpt_of(fault, evidence.near, style)
