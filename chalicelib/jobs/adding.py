"""Adds up parts, and proves that none is missing. Pure Python."""

from collections.abc import Iterable, Sequence

from chalicelib.engine.sums import ColumnSum
from chalicelib.jobs.parts import Outcome, Plan


def add_up(chain: Iterable[Outcome], sums: Iterable[Iterable[ColumnSum]]) -> list[ColumnSum]:
    """Add up the sums of all parts; positions in them then count from the first data row.

    Only the total is in memory, and one column of a part at a time.
    """
    total: list[ColumnSum] = []
    lines = size = 0
    for outcome, columns in zip(chain, sums, strict=True):
        if not total:
            total = list(columns)
        else:
            for place, column in zip(range(len(total)), columns, strict=True):
                total[place] = total[place].followed_by(column, lines, size)
        lines, size = lines + outcome.lines, size + outcome.bytes
    return total


def require_complete(plan: Plan, chain: Sequence[Outcome]) -> None:
    """Raise ValueError unless the rows of the parts have as many bytes as the file.

    This is the last guard against a sum that misses a row or counts it twice.
    """
    counted = plan.data_start + sum(outcome.bytes for outcome in chain)
    if len(chain) != plan.count or counted != plan.size:
        raise ValueError(f"{len(chain)} parts hold {counted} of {plan.size} bytes")
