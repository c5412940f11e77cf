"""A clock that only tests move, and a timeline of what happens on it."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

START = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)


class Clock:
    """The time of the stand-in; nothing here sleeps."""

    def __init__(self, start: datetime = START) -> None:
        self._start = start
        self.elapsed = 0.0

    def now(self) -> datetime:
        """Return the time of day, in UTC."""
        return self._start + timedelta(seconds=self.elapsed)

    def time(self) -> float:
        """Return the seconds since the epoch."""
        return self._start.timestamp() + self.elapsed

    def advance(self, seconds: float = 0.0, *, hours: float = 0.0, days: float = 0.0) -> None:
        """Move the clock forward."""
        self.elapsed += seconds + 3600 * hours + 86_400 * days


@dataclass(order=True, slots=True)
class _Event:
    at: float
    order: int
    action: Callable[[], None] = field(compare=False)


class Timeline:
    """Discrete events: each runs when the clock reaches it, in order of time and then of entry."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._events: list[_Event] = []
        self._order = count()

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Have ``action`` run so many seconds from now."""
        event = _Event(self.clock.elapsed + max(0.0, seconds), next(self._order), action)
        heapq.heappush(self._events, event)

    def run(self, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        """Let at most so much time pass; stop early once ``until`` holds."""
        end = self.clock.elapsed + seconds
        while self._events and self._events[0].at <= end and not until():
            event = heapq.heappop(self._events)
            self.clock.elapsed = max(self.clock.elapsed, event.at)
            event.action()
        if not until():
            self.clock.elapsed = end
