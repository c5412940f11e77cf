"""What a client may choose: how a file is read, and which of its columns are summed."""

from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Options:
    """Sum every ``step``-th column, from the column with the index ``first`` on.

    ``delimiter`` is one ASCII character. ``header``: the first row holds names, not data.
    ``non_numeric``: whether a cell that is not a number fails the job or is skipped.
    """

    step: int = 10
    first: int = 0
    delimiter: str = ","
    header: bool = True
    non_numeric: Literal["fail", "skip"] = "fail"

    def as_dict(self) -> dict[str, object]:
        return asdict(self)
