"""How a file is to be read and which of its columns are summed. Pure Python."""

from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Options:
    step: int = 10
    first: int = 0
    delimiter: str = ","
    header: bool = True
    non_numeric: Literal["fail", "skip"] = "fail"

    def as_dict(self) -> dict[str, object]:
        return asdict(self)
