"""The layout of a table: the number of fields, and the columns to sum with their names."""

from dataclasses import dataclass

from .dialect import Dialect
from .encodings import reread
from .errors import BadCsv, Fault
from .fields import cell_start
from .naming import Naming, named
from .rows import Row
from .rules import PLAIN_RULES, Rules
from .selection import numbered
from .states import Grammar


@dataclass(frozen=True, slots=True)
class Layout:
    """Rows have ``fields`` fields; those with the indexes ``wanted`` are summed under ``names``.

    ``wanted`` is ascending. The data rows begin at the byte ``data_start`` and the 0-based line
    ``data_line``. ``rules``: how the rows and cells are read. ``unnamed``: the last column, if the
    header lacks its name because all of its cells are empty. It is always wanted, since the entire
    file must prove that; ``hidden``: for this reason alone.
    """

    grammar: Grammar
    fields: int
    wanted: tuple[int, ...]
    names: tuple[str, ...]
    data_start: int
    data_line: int
    rules: Rules = PLAIN_RULES
    unnamed: int | None = None
    hidden: bool = False


def names_of(row: Row, dialect: Dialect) -> list[str]:
    """Return the names of all columns; ``row`` is the first row of the table."""
    if not dialect.header:
        return [numbered(index) for index in range(len(row.cells))]
    names = [reread(name, dialect.encoding) for name in named(row.cells, dialect.naming)]
    return unique_names([name or numbered(index) for index, name in enumerate(names)])


def require_utf8(layout: Layout, row: Row, raw: bytes, dialect: Dialect) -> None:
    """Raise BadCsv if a name is not UTF-8; ``raw`` has the bytes of the first row."""
    for index, name in zip(layout.wanted, layout.names, strict=True):
        if not _is_utf8(name):
            place = index - (dialect.naming is Naming.ROW_NAMES)
            at = row.start + cell_start(raw, place, layout.grammar.delimiter)
            raise BadCsv(Fault("not_utf8", "this name is not UTF-8", row.line, at, index))


def _is_utf8(name: str) -> bool:
    """Return whether a name was UTF-8, so that decoding it escaped no byte as a surrogate."""
    return not any("\ud800" <= character <= "\udfff" for character in name)


def unique_names(names: list[str]) -> list[str]:
    """Append .1, .2, ... to each repeated name, as pandas does, skipping names that exist."""
    taken = set(names)
    repeats: dict[str, int] = {}
    unique = []
    for name in names:
        if name not in repeats:
            repeats[name] = 0
            unique.append(name)
            continue
        while True:
            repeats[name] += 1
            candidate = f"{name}.{repeats[name]}"
            if candidate not in taken:
                break
        taken.add(candidate)
        unique.append(candidate)
    return unique
