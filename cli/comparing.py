"""The differences between the sums of two jobs, digit for digit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal, Inexact
from typing import Any

#: A difference has as many digits as it takes; one that would be rounded is an error.
EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[Inexact])
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Difference:
    """The sums of a column in two jobs; None where a job has no such column."""

    column: str
    before: str | None
    after: str | None

    @property
    def digits(self) -> str | None:
        """Return ``after`` minus ``before``, exactly; None if one of them is missing."""
        if self.before is None or self.after is None:
            return None
        difference = EXACT.subtract(Decimal(self.after), Decimal(self.before))
        return format(difference, "f") if difference else "0"

    @property
    def differs(self) -> bool:
        return self.digits != "0"

    def as_dict(self) -> dict[str, str | None]:
        return {
            "column": self.column,
            "before": self.before,
            "after": self.after,
            "difference": self.digits,
        }


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield the columns of both jobs: those of the first in its order, then the new ones."""
    first, second = before["exact"], after["exact"]
    for name in dict.fromkeys((*first, *second)):
        yield Difference(name, first.get(name), second.get(name))
