"""What a client may choose: how a file is read, and which of its columns are summed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from .read_options import NumberOptions, ReadOptions

NonNumeric = Literal["columns", "fail", "skip"]
#: Options that are lists in JSON.
LISTS = ("columns", "missing")
NUMBERS = tuple(each.name for each in fields(NumberOptions))
#: What choosing columns by name or index excludes.
SELECTION = frozenset(("step", "first"))
READ = tuple(each.name for each in fields(ReadOptions) if each.name != "numbers")
AS_FOUND = ReadOptions()


@dataclass(frozen=True, slots=True)
class Options:
    """Sum ``columns``; if there are none, every ``step``-th column from the index ``first`` on.

    ``columns`` are names, or indexes from 0. ``non_numeric`` says what to do about a cell that is
    not a number: leave columns of text out (``columns``), fail the job, or skip the cell.
    """

    step: int = 10
    first: int = 0
    columns: tuple[str | int, ...] = ()
    non_numeric: NonNumeric = "columns"
    read: ReadOptions = AS_FOUND

    def as_dict(self) -> dict[str, object]:
        """Return all options by their names in the API; what does not apply is None."""
        read = asdict(self.read)
        numbers = read.pop("numbers")
        return {
            "step": None if self.columns else self.step,
            "first": None if self.columns else self.first,
            "columns": list(self.columns) or None,
            "non_numeric": self.non_numeric,
            **read,
            **numbers,
            "missing": list(self.read.numbers.missing),
        }

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Options":
        """Return the options with these values by name; others, and those that are None, default.

        Older jobs have only some of the options.
        """
        given = {name: value for name, value in values.items() if value is not None}
        given |= {name: tuple(given[name]) for name in LISTS if name in given}
        numbers = NumberOptions(**{name: given.pop(name) for name in NUMBERS if name in given})
        read = {name: given.pop(name) for name in READ if name in given}
        return cls(**given, read=ReadOptions(**read, numbers=numbers))

    def conflict(self) -> str | None:
        """Return how these options contradict each other, as a clause; None if they do not."""
        read = self.read
        if read.comment and read.comment == read.delimiter:
            return f"comment and delimiter are both {read.comment!r}; they must differ"
        repeated = next((each for each in self.columns if self.columns.count(each) > 1), None)
        if repeated is not None:
            return f"columns has {repeated!r} twice; give each column once"
        return read.numbers.conflict()
