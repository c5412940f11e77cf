"""What is known about a file that could not be summed, and the type of suggestions. Pure Python."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from .dialect import Dialect
from .encodings import reread
from .errors import BadCsv
from .naming import Naming, named
from .nearby import Nearby
from .options import SELECTION
from .read_options import ReadOptions
from .row_ends import RowEnd
from .sample import Head, Sample, read_sample
from .wording import listed, option, sentence

Options = tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``code``: the likely cause. ``sentence``: the cause and what to do, for people.

    ``options``: names and values to submit in place of the job's own, if any helps.
    """

    code: str
    sentence: str
    options: Options = ()

    def replacements(self) -> dict[str, object]:
        """Return the options by name, with None for those that they exclude."""
        given = dict(self.options)
        if "columns" in given:
            return {**dict.fromkeys(SELECTION), **given}
        return given if SELECTION.isdisjoint(given) else {"columns": None, **given}


def advise(code: str, clause: str, options: Options = ()) -> Suggestion:
    """Return a suggestion whose sentence names its options after ``clause``."""
    given = listed([option(name, value) for name, value in options])
    return Suggestion(
        code, sentence(f"{clause}, submit with {given}" if given else clause), options
    )


@dataclass(frozen=True)
class Evidence:
    """A file's head and options, and what was refused in it.

    ``dialect``: how the file was read, if it was. ``cell`` and ``column`` (0-based): the refused
    cell. ``row``: the cells of the refused row; ``last``: it is the last row of the file;
    ``ended``: a row end follows it. ``asked``: the columns that the client named. ``wanted``: the
    columns to sum, if they are known. ``near``: the bytes around the fault.
    """

    head: Head
    options: ReadOptions
    dialect: Dialect | None = None
    cell: str = ""
    column: int = 0
    row: tuple[str, ...] = ()
    last: bool = False
    ended: bool = True
    asked: tuple[str | int, ...] = ()
    wanted: tuple[int, ...] = ()
    near: Nearby | None = None

    @cached_property
    def sample(self) -> Sample:
        """The rows of the head, read as the file was read; none if its row ends are mixed."""
        delimiter = self.dialect.delimiter if self.dialect else ","
        try:
            return read_sample(self.head, delimiter, self.options)
        except BadCsv:
            return Sample(delimiter, RowEnd.LF, b"", ())

    @property
    def has_header(self) -> bool:
        return self.dialect.header if self.dialect else self.options.header is not False

    @cached_property
    def rows(self) -> Sequence[Sequence[str]]:
        """The rows of data in the sample."""
        rows = [self.read_again(row.cells) for row in self.sample.rows]
        return rows[1:] if self.has_header else rows

    @property
    def names(self) -> list[str]:
        """The name of each column, empty if the header has none; no names without a header."""
        if not self.has_header or not self.sample.rows:
            return []
        naming = self.dialect.naming if self.dialect else Naming.PLAIN
        return named(self.read_again(self.sample.rows[0].cells), naming)

    @property
    def fields(self) -> int:
        """The number of fields that a row should have; 0 if there is no row."""
        return len(self.names) or (self.sample.counts or [0])[0]

    def read_again(self, cells: Sequence[str]) -> tuple[str, ...]:
        """Return cells in the encoding of the file, after they were read as UTF-8."""
        encoding = self.dialect.encoding if self.dialect else "utf-8"
        return tuple(reread(cell, encoding) for cell in cells)

    def cells(self, column: int) -> list[str]:
        """Return the cells of a column in the sample."""
        return [row[column] for row in self.rows if column < len(row)]
