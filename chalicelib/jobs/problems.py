"""Turns an error into the problem that a client sees. Pure Python."""

from collections.abc import Mapping

from chalicelib.engine.errors import Fault
from chalicelib.engine.explain import Explanation
from chalicelib.errors import CsvsumError
from chalicelib.jobs.job import Problem

# A longer name of a column would not fit into the item of its job.
SHOWN_NAME_CHARS = 200


def problem_of(error: CsvsumError) -> Problem:
    """Return the problem of an error that has no place in the file."""
    return Problem(error.code, error.detail)


def problem_at(fault: Fault, names: Mapping[int, str], explanation: Explanation) -> Problem:
    """Return the problem of a fault; ``names`` are those of the summed columns by index."""
    return Problem(
        code=fault.code,
        detail=explanation.detail,
        line=None if fault.line is None else fault.line + 1,
        column=None if fault.column is None else _column(fault.column, names),
        byte_offset=fault.byte,
        suggestions=explanation.suggestions,
        excerpt=explanation.excerpt,
    )


def _column(index: int, names: Mapping[int, str]) -> str:
    name = names.get(index, f"column {index}")
    return name if len(name) <= SHOWN_NAME_CHARS else name[:SHOWN_NAME_CHARS] + "…"
