"""Bounds the bytes of all jobs in progress, and so what a flood of requests costs."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.errors import TooMuchInProgress
from chalicelib.jobs.job import utc_now
from chalicelib.jobs.ports import Clock, Jobs

# A sum costs ten queries, so each process asks for it once in so long.
KEEP = timedelta(seconds=5)


@dataclass(eq=False)
class Allowance:
    """Refuses files while the jobs in progress have ``max_bytes`` or more; 0: never.

    The file that reaches the limit is accepted, however large it is. Others that are submitted in
    the same seconds may be as well: the store may not show the newest jobs yet.
    """

    jobs: Jobs
    max_bytes: int
    now: Clock = utc_now
    _bytes: int = 0
    _read_at: datetime | None = None

    def require_room(self) -> None:
        """Raise TooMuchInProgress if no other file is accepted."""
        if not self.max_bytes:
            return
        self._refresh()
        if self._bytes >= self.max_bytes:
            raise TooMuchInProgress(self.max_bytes)

    def take(self, size: int) -> None:
        """Take the bytes of a file that was accepted."""
        self._bytes += size

    def _refresh(self) -> None:
        now = self.now()
        if self._read_at is None or not timedelta() <= now - self._read_at < KEEP:
            self._bytes, self._read_at = self.jobs.bytes_in_progress(), now
