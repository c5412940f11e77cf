"""The time limit of the work on a message: on Lambda, that of the function."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from threading import local
from typing import TypeVar

from chalicelib.errors import DeadlineNear
from chalicelib.jobs.job import FileVersion
from chalicelib.jobs.ports import Source

# In these a worker writes what became of its job, after the block that it is waiting for. Of a
# short limit it is a tenth.
RESERVE_SECONDS = 20

T = TypeVar("T")


class TimeLimit(local):
    """How long the present thread may go on with its message. Without a limit: for ever."""

    def __init__(self) -> None:
        self._seconds_left: Callable[[], float] = lambda: inf
        self._seconds = inf

    @contextmanager
    def of(self, seconds_left: Callable[[], float]) -> Iterator[None]:
        """Return a context with a limit: a function that returns the seconds that are left."""
        before = self._seconds_left, self._seconds
        self._seconds_left, self._seconds = seconds_left, seconds_left()
        try:
            yield
        finally:
            self._seconds_left, self._seconds = before

    def within(self, things: Iterable[T]) -> Iterator[T]:
        """Pass things on as long as there is time. Raise DeadlineNear then."""
        for thing in things:
            if self._seconds_left() < min(RESERVE_SECONDS, self._seconds / 10):
                raise DeadlineNear(self._seconds)
            yield thing


@dataclass(frozen=True, slots=True)
class TimedSource:
    """A ``ports.Source`` that stops reading in time."""

    source: Source
    limit: TimeLimit

    def version(self, name: str) -> FileVersion:
        return self.source.version(name)

    def read(
        self, name: str, version: FileVersion, start: int = 0, expected_end: int | None = None
    ) -> Iterator[bytes]:
        return self.limit.within(self.source.read(name, version, start, expected_end))
