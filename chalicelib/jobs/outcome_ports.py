"""The ports for what follows the end of a job: it is announced, and answers later jobs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

Announcement = Mapping[str, str | int | None]
"""What is announced of a job that has ended; announcing.announcement_of makes it."""


class Bus(Protocol):
    """Where announcements go. It raises ServiceDown if it does not answer."""

    def send(self, events: Sequence[Announcement]) -> Mapping[int, str]:
        """Send at most ten; return why some were not accepted, by their places."""
        ...


class Cache(Protocol):
    """Which job has a result, by a key. Both methods raise ServiceDown if it does not answer."""

    def find(self, key: str, now: datetime) -> str | None:
        """Return the id of a job, which may lag; None if there is none, or it has expired."""
        ...

    def store(self, key: str, job_id: str, expires_at: datetime) -> None:
        """Store the job of a key, in place of the one before."""
        ...
