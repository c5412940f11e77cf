"""Lists a client's jobs, the newest first, in pages.

A cursor names the last job of a page, and the list that the page is of. It is signed, so that a
client can only continue a list that was begun for it.
"""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from heapq import merge
from itertools import islice

from chalicelib.errors import BadRequest
from chalicelib.jobs.client import Client, Role
from chalicelib.jobs.client_ports import History
from chalicelib.jobs.job import Job, Status, place_of
from chalicelib.jobs.ports import Parts

MAX_LIMIT = 100
# Bounds what one request reads, however few of a client's jobs are wanted.
MAX_READ = 1000
READ_AT_ONCE = 100
SIGNATURE_BYTES = 16
# Sorts after every place.
NEWEST = "9999"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which jobs a client asks for; ``csv`` is a part of the file's name."""

    #: Empty: all.
    statuses: frozenset[Status] = frozenset()
    since: datetime | None = None
    csv: str = ""
    limit: int = 20

    def has(self, job: Job) -> bool:
        has_status = not self.statuses or job.status in self.statuses
        return has_status and self.csv in job.file_name


@dataclass(frozen=True, slots=True)
class Page:
    """Jobs without their results. ``cursor`` continues the list; None at its end."""

    jobs: Sequence[Job]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of the newest jobs have each status; ``complete``: there are no older ones."""

    by_status: Mapping[Status, int]
    complete: bool


@dataclass(eq=False)
class ListJobs:
    """Lists and counts the jobs that a client may see."""

    history: History
    parts: Parts

    def __call__(self, client: Client, wanted: Wanted, cursor: str = "") -> Page:
        """Return a page; it may have fewer jobs than wanted, and be continued nevertheless.

        Raise BadRequest for a cursor of another list or client.
        """
        cursors = Cursors(self.history.secret(), client, wanted)
        before = cursors.place(cursor) if cursor else NEWEST
        found: list[Job] = []
        for count, job in enumerate(self._newest(client, wanted, before), 1):
            before = place_of(job)
            if wanted.has(job):
                found.append(self._with_progress(job))
            if len(found) == wanted.limit or count == MAX_READ:
                return Page(found, cursors.at(before))
        return Page(found, None)

    def count(self, client: Client, wanted: Wanted) -> Counts:
        """Count the jobs by status, of those that one request reads."""
        all_of_them = self._newest(client, replace(wanted, limit=READ_AT_ONCE), NEWEST)
        newest = list(islice(all_of_them, MAX_READ + 1))
        counts = Counter(job.status for job in newest[:MAX_READ] if wanted.has(job))
        by_status = {status: counts[status] for status in Status}
        return Counts(by_status, complete=len(newest) <= MAX_READ)

    def _with_progress(self, job: Job) -> Job:
        """Return a job in progress with the parts that are done."""
        if job.plan is None or job.status.is_final:
            return job
        return replace(job, done_parts=self.parts.done(job.id, consistent=False))

    def _newest(self, client: Client, wanted: Wanted, before: str) -> Iterator[Job]:
        names = self.history.clients() if client.role is Role.ADMIN else [client.name]
        streams = [self._of_one(name, wanted, before) for name in names]
        return merge(*streams, key=place_of, reverse=True)

    def _of_one(self, name: str, wanted: Wanted, before: str) -> Iterator[Job]:
        """Yield a client's jobs before a place, read in pages."""
        size = min(READ_AT_ONCE, wanted.limit + 1)
        while True:
            jobs = self.history.newest(name, before, wanted.since, size)
            yield from jobs
            if len(jobs) < size:
                return
            before = place_of(jobs[-1])


class Cursors:
    """Writes and reads the cursors of one list."""

    def __init__(self, secret: bytes, client: Client, wanted: Wanted) -> None:
        self._secret = secret
        since = wanted.since.isoformat() if wanted.since else ""
        statuses = sorted(wanted.statuses)
        self._list = [client.name, client.role, statuses, since, wanted.csv]

    def at(self, place: str) -> str:
        """Return the cursor that continues after a place."""
        return urlsafe_b64encode(self._signature(place) + place.encode()).decode().rstrip("=")

    def place(self, cursor: str) -> str:
        """Return the place in a cursor. Raises BadRequest unless it was written for this list."""
        try:
            raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
            place = raw[SIGNATURE_BYTES:].decode()
        except ValueError:
            raw, place = b"", ""
        if not hmac.compare_digest(raw[:SIGNATURE_BYTES], self._signature(place)):
            raise BadRequest(
                "cursor must be the 'next' of a page of the same list; omit it for the first page."
            )
        return place

    def _signature(self, place: str) -> bytes:
        text = json.dumps([*self._list, place]).encode()
        return hmac.digest(self._secret, text, sha256)[:SIGNATURE_BYTES]
