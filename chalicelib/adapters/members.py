"""Reads dataclasses from JSON that another version may have written.

Use it only for what people read. Members that can change a sum must not be ignored.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, TypeVar


class Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]


T = TypeVar("T", bound=Dataclass)


def from_members(kind: type[T], members: Mapping[str, Any]) -> T:
    """Return a dataclass with these members.

    Unknown members are ignored: a newer version stored them before it was rolled back. Missing
    members get their defaults: an older version did not know them.
    """
    known = kind.__dataclass_fields__
    return kind(**{name: value for name, value in members.items() if name in known})
