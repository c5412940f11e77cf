"""What a case is: a small file, the options it is submitted with, and what is right for it."""

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

Total = int | str
"""An exact number: an integer, or the digits of a decimal."""


@dataclass(frozen=True)
class Case:
    """``means``: the sums that the file's owner means, from left to right; None if it is unclear.

    ``refused``: the code that the file is refused with by its options; empty if it is summed. A
    refused file that means something is summed by ``follow``, options that the refusal suggests
    (``suggested``), in place of those given. ``left_out``: columns named as text. ``also``: sums
    that come with the others and that nobody needs, such as that of the numbers of rows; of an
    unclear file, those that are right whatever the rest means.
    """

    name: str
    data: bytes
    means: Mapping[str, Total] | None
    note: str
    options: Mapping[str, object]
    left_out: tuple[str, ...] = ()
    also: Mapping[str, Total] | None = None
    refused: str = ""
    follow: Mapping[str, object] | None = None
    suggested: bool = True
    kind: str = ""

    @property
    def totals(self) -> dict[str, Decimal]:
        return {name: Decimal(total) for name, total in (self.means or {}).items()}

    @property
    def also_totals(self) -> dict[str, Decimal]:
        return {name: Decimal(total) for name, total in (self.also or {}).items()}


def case(
    name: str,
    data: str | bytes,
    means: Mapping[str, Total] | None,
    note: str,
    options: Mapping[str, object] | None = None,
    *,
    left_out: Sequence[str] = (),
    also: Mapping[str, Total] | None = None,
    refused: str = "",
    follow: Mapping[str, object] | None = None,
    suggested: bool = True,
) -> Case:
    """A case that sums every column unless its options choose others."""
    raw = data.encode() if isinstance(data, str) else data
    given = dict(options or {})
    if not given.keys() & {"columns", "first", "step"}:
        given["step"] = 1
    return Case(name, raw, means, note, given, tuple(left_out), also, refused, follow, suggested)


def load() -> Sequence[Case]:
    """All cases, each with the kind that is the name of its module."""
    package = importlib.import_module("tests.accuracy.cases")
    cases: list[Case] = []
    for found in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{found.name}")
        cases += (replace(each, kind=found.name) for each in module.CASES)
    return cases


def followed(options: Mapping[str, object], suggested: Mapping[str, object]) -> dict[str, object]:
    """Return the options of a job with those of a suggestion in their place.

    Columns are chosen in one way: ``columns`` takes the place of ``step`` and ``first``, and
    ``step`` that of ``columns``.
    """
    dropped: set[str] = set()
    if "columns" in suggested:
        dropped = {"step", "first"}
    if "step" in suggested:
        dropped = {"columns"}
    kept = {name: value for name, value in options.items() if name not in dropped}
    return {**kept, **suggested}
