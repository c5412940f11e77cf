"""The time limit of the work on a message: on Lambda, that of the function."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from math import inf
from threading import local
from typing import TypeVar

from chalicelib.errors import DeadlineNear

# In this time a worker receives the block that it waits for, and stores the outcome. It is at most
# a tenth of the limit.
RESERVE_SECONDS = 20

T = TypeVar("T")


class TimeLimit(local):
    """How long the present thread may work on its message; by default for ever."""

    def __init__(self) -> None:
        self._seconds_left: Callable[[], float] = lambda: inf
        self._seconds = inf

    @contextmanager
    def of(self, seconds_left: Callable[[], float]) -> Iterator[None]:
        """Return a context with a limit, given by a function that returns the seconds left."""
        before = self._seconds_left, self._seconds
        self._seconds_left, self._seconds = seconds_left, seconds_left()
        try:
            yield
        finally:
            self._seconds_left, self._seconds = before

    def within(self, things: Iterable[T]) -> Iterator[T]:
        """Yield the things while there is time; then raise DeadlineNear."""
        for thing in things:
            if self._seconds_left() < min(RESERVE_SECONDS, self._seconds / 10):
                raise DeadlineNear(self._seconds)
            yield thing
