"""Times and durations as people read them."""

from datetime import UTC, datetime, timedelta

#: The seconds of a unit, and its sign: the largest one of which there is at least one.
UNITS = ((86_400, "d"), (3600, "h"), (60, "m"), (1, "s"))


def age(moment: str, now: datetime | None = None) -> str:
    """Return how long ago a moment of ISO 8601 was, like "2 m"."""
    seconds = ((now or datetime.now(UTC)) - datetime.fromisoformat(moment)).total_seconds()
    return duration(max(0, seconds))


def until(moment: str, now: datetime | None = None) -> str:
    """Return how long it is until a moment, like "58 days"."""
    left = datetime.fromisoformat(moment) - (now or datetime.now(UTC))
    if left.days >= 2:
        return f"{round(left / timedelta(days=1))} days"
    return duration(max(0, left.total_seconds()))


def duration(seconds: float) -> str:
    """Return a number of seconds in its largest unit, like "3 h"."""
    for size, sign in UNITS:
        if seconds >= size:
            return f"{int(seconds // size)} {sign}"
    return "0 s"
