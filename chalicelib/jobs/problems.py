"""Turns an error into the problem that a client sees. Pure Python."""

from collections.abc import Mapping

from chalicelib.engine.wording import shown
from chalicelib.errors import BadCsv, CsvsumError, Fault
from chalicelib.jobs.job import Problem

# A longer name of a column would not fit into the item of its job.
SHOWN_NAME_CHARS = 200


def problem_of(error: CsvsumError, names: Mapping[int, str]) -> Problem:
    """Return the problem of an error; ``names`` are those of the summed columns by index."""
    if isinstance(error, BadCsv):
        return _problem_at(error.fault, names)
    return Problem(error.code, error.detail)


def _problem_at(fault: Fault, names: Mapping[int, str]) -> Problem:
    line = None if fault.line is None else fault.line + 1
    column = None if fault.column is None else _column(fault.column, names)
    places = [
        f"line {line}" if line is not None else "",
        f"column {shown(column)}" if column is not None else "",
        f"byte {fault.byte}" if fault.byte is not None else "",
    ]
    where = ", ".join(place for place in places if place)
    detail = f"{where}: {fault.message}." if where else f"{fault.message}."
    return Problem(fault.code, detail[0].upper() + detail[1:], line, column, fault.byte)


def _column(index: int, names: Mapping[int, str]) -> str:
    name = names.get(index, f"column {index}")
    return name if len(name) <= SHOWN_NAME_CHARS else name[:SHOWN_NAME_CHARS] + "…"
