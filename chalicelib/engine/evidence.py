"""What is known about a file that could not be summed, and the type of suggestions. Pure Python."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from .dialect import Dialect
from .encodings import reread
from .naming import Naming, named
from .read_options import ReadOptions
from .sample import Head, Sample, read_sample

Options = tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``code``: the likely cause. ``options``: names and values to submit, if any helps."""

    code: str
    sentence: str
    options: Options = ()


@dataclass(frozen=True)
class Evidence:
    """A file's head and options, and what was refused in it.

    ``dialect``: how the file was read, if it was. ``cell`` and ``column`` (0-based): the refused
    cell. ``row``: the cells of the refused row; ``last``: it is the last row of the file;
    ``ended``: a row end follows it.
    """

    head: Head
    options: ReadOptions
    dialect: Dialect | None = None
    cell: str = ""
    column: int = 0
    row: tuple[str, ...] = ()
    last: bool = False
    ended: bool = True

    @cached_property
    def sample(self) -> Sample:
        """The rows of the head, read as the file was read."""
        delimiter = self.dialect.delimiter if self.dialect else ","
        return read_sample(self.head, delimiter, self.options)

    @property
    def has_header(self) -> bool:
        return self.dialect.header if self.dialect else self.options.header is not False

    @cached_property
    def rows(self) -> Sequence[Sequence[str]]:
        """The rows of data in the sample."""
        rows = [self._reread(row.cells) for row in self.sample.rows]
        return rows[1:] if self.has_header else rows

    @property
    def names(self) -> list[str]:
        """The name of each column, empty if the header has none; no names without a header."""
        if not self.has_header or not self.sample.rows:
            return []
        naming = self.dialect.naming if self.dialect else Naming.PLAIN
        return named(self._reread(self.sample.rows[0].cells), naming)

    def _reread(self, cells: Sequence[str]) -> list[str]:
        encoding = self.dialect.encoding if self.dialect else "utf-8"
        return [reread(cell, encoding) for cell in cells]

    def cells(self, column: int) -> list[str]:
        """Return the cells of a column in the sample."""
        return [row[column] for row in self.rows if column < len(row)]
