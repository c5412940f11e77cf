"""Choose the columns to sum, by names, by indexes, or every n-th one. Pure Python."""

from collections.abc import Sequence

from .errors import BadCsv, Fault
from .limits import Limits
from .options import Options
from .wording import counted, shown

#: Among how many names a misspelled one is looked for.
COMPARED = 1000


def select(names: Sequence[str], options: Options, limits: Limits) -> tuple[int, ...]:
    """Return the indexes of the columns to sum, ascending; ``names`` are those of all columns.

    Raise BadCsv if there are none, or too many.
    """
    if options.columns:
        places = {name: index for index, name in enumerate(names)}
        wanted = sorted({_index_of(column, names, places) for column in options.columns})
    else:
        wanted = list(range(options.first, len(names), options.step))
    if not wanted:
        message = f"{_has(names)}, so there is no column with the index {options.first}"
        raise BadCsv(Fault("no_column", message))
    if len(wanted) > limits.max_sums:
        message = f"there are {len(wanted):,} columns to sum; the maximum is {limits.max_sums:,}"
        raise BadCsv(Fault("too_many_sums", message))
    return tuple(wanted)


def _index_of(column: str | int, names: Sequence[str], places: dict[str, int]) -> int:
    if isinstance(column, str):
        if column not in places:
            raise BadCsv(Fault("no_column", _no_name(column, names)))
        return places[column]
    if column >= len(names):
        raise BadCsv(Fault("no_column", _no_index(column, names, places)))
    return column


def _no_name(column: str, names: Sequence[str]) -> str:
    message = f"there is no column {shown(column)}"
    if names and names[0] == numbered(0) and names[-1] == numbered(len(names) - 1):  # no header
        return f"{message}; the names are {names[0]} to {names[-1]}"
    similar = most_similar(column, names)
    return f"{message}; the most similar name is {shown(similar)}" if similar else message


def numbered(index: int) -> str:
    """Return the name of a column that has none in the file."""
    return f"col{index}"


def most_similar(name: str, names: Sequence[str]) -> str:
    """Return the name that a misspelled one probably means; an empty one if none is similar."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, names[:COMPARED], n=1)), "")


def _no_index(column: int, names: Sequence[str], places: dict[str, int]) -> str:
    message = f"{_has(names)}, so there is no column with the index {column}"
    if str(column) in places:
        return rf'{message}; for the one with this name, give columns=\{column}, or ["{column}"]'
    return message


def _has(names: Sequence[str]) -> str:
    return f"the rows have {counted(len(names), 'field')}"
