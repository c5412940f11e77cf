"""How large an item is, and what reading and writing it costs, in units.

Sources, in https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/:
CapacityUnitCalculations.html (sizes), read-write-operations.html (units), and
GSI.html#GSI.ThroughputConsiderations.Writes (indexes).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

Item = Mapping[str, Mapping[str, Any]]
# AWS says 400 KB, which may be read as 409,600; this is the smaller reading.
MAX_ITEM_BYTES = 400_000


def item_bytes(item: Item) -> int:
    """Return the size of an item: the lengths of its names and values."""
    return sum(len(name.encode()) + _value_bytes(typed) for name, typed in item.items())


def _value_bytes(typed: Mapping[str, Any]) -> int:
    kind, value = next(iter(typed.items()))
    if kind in ("SS", "NS", "BS"):
        return sum(_SIZES[kind[0]](each) for each in value)
    return _SIZES[kind](value)


def _number_bytes(text: str) -> int:
    digits = text.lower().partition("e")[0].strip("+-").replace(".", "").strip("0")
    return ceil(len(digits) / 2) + 1 + text.startswith("-")


_SIZES: dict[str, Callable[[Any], int]] = {
    "S": lambda text: len(text.encode()),
    "N": _number_bytes,
    "B": lambda text: len(text) * 3 // 4,  # on the wire it is base64
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
    "L": lambda values: 3 + sum(1 + _value_bytes(each) for each in values),
    "M": lambda members: 3 + len(members) + item_bytes(members),
}


def write_units(old: Item | None, new: Item | None) -> int:
    """Return the units of a write: of the larger of old and new item, and at least one."""
    return max(1, ceil(max(item_bytes(old or {}), item_bytes(new or {})) / 1024))


def read_units(size: int, consistent: bool) -> float:
    """Return the units of reading so many bytes: 4 KB each, half of them if not consistent."""
    return max(1, ceil(size / 4096)) * (1.0 if consistent else 0.5)


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index; ``projected`` is None where it holds all attributes."""

    name: str
    keys: tuple[str, ...]
    projected: frozenset[str] | None

    def entry(self, item: Item | None) -> Item | None:
        """Return the index's copy of an item; None where the item is not in it."""
        if item is None or not all(key in item for key in self.keys):
            return None
        if self.projected is None:
            return item
        return {name: item[name] for name in item if name in self.projected}

    def write_units(self, old: Item | None, new: Item | None) -> int:
        """Return what an item's change costs here: a changed key is one deletion and one write."""
        before, after = self.entry(old), self.entry(new)
        if before == after:
            return 0
        if before is None or after is None:
            return write_units(before, after)
        if any(before[key] != after[key] for key in self.keys):
            return write_units(before, None) + write_units(None, after)
        return write_units(before, after)


@dataclass(frozen=True, slots=True)
class Charge:
    """What one call cost."""

    operation: str
    key: Item
    reads: float = 0.0
    writes: int = 0
    index_writes: Mapping[str, int] = field(default_factory=dict)

    @property
    def all_writes(self) -> int:
        """Write units of the table and of its indexes."""
        return self.writes + sum(self.index_writes.values())
