"""The requests of the API that the commands make: jobs, files, uploads, and what is there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from cli.client import Client
from cli.configuration import Access
from cli.progress import Update
from cli.replies import Reply

Job = Mapping[str, Any]
FINAL = ("succeeded", "failed", "cancelled")
#: How long a request waits for news; the API allows 25.
WAIT_SECONDS = 20
MAX_PAGE = 100


class Service:
    """A service, as its client reaches it. All methods raise Failure."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def access(self) -> Access:
        return self._client.access

    def close(self) -> None:
        self._client.close()

    def health(self) -> Mapping[str, Any]:
        """Return the state and the version; needs no token."""
        return self._object("/health", needs=("status", "version"))

    def me(self) -> Mapping[str, Any]:
        """Return the client, its role, and when its token expires."""
        return self._object("/me", needs=("client",))

    def submit(self, csv: str, options: Mapping[str, Any]) -> Job:
        """Submit a file, once, however often the request has to be sent."""
        reply = self._client.post("/jobs", {"csv": csv, **options}, key=uuid4().hex)
        return reply.with_members("id")

    def job(self, job_id: str) -> Job:
        return _job(self._client.get(f"/jobs/{job_id}"))

    def follow(self, job_id: str, first_wait: int = 0) -> Iterator[Job]:
        """Yield the job now, and whenever it has changed, until it has ended.

        ``first_wait``: the seconds that the first request waits for the end of a short job.
        """
        known: str | None = None
        reply = self._client.get(f"/jobs/{job_id}", {"wait": first_wait})
        while True:
            if reply.is_news:
                yield (job := _job(reply))
                if job["status"] in FINAL:
                    return
            self._client.rest_after(reply, known)
            known = reply.etag
            reply = self._client.get(f"/jobs/{job_id}", {"wait": WAIT_SECONDS}, known)

    def cancel(self, job_id: str) -> Job:
        return _job(self._client.delete(f"/jobs/{job_id}"))

    def jobs(self, wanted: Mapping[str, Any], limit: int, cursor: str | None = None) -> "Page":
        """Return the newest ``limit`` jobs that are wanted, from as many pages as that takes."""
        found = Page([], cursor)
        while found.is_wanted(limit):
            left = min(MAX_PAGE, limit - len(found.items))
            query = {**wanted, "limit": left, "cursor": found.next}
            body = self._object("/jobs", query, needs=("jobs", "next"))
            found = Page([*found.items, *body["jobs"]], body["next"], is_first=False)
        return found

    def files(
        self, prefix: str, search: str = "", limit: int = MAX_PAGE, cursor: str | None = None
    ) -> "Page":
        """Return files of the source below ``prefix``: ``limit``, and what else is on a page."""
        found = Page([], cursor)
        while found.is_wanted(limit):
            query = {"prefix": prefix, "search": search, "cursor": found.next}
            body = self._object("/files", query, needs=("files", "folders", "next"))
            folders = [*found.folders, *body["folders"]]
            found = Page([*found.items, *body["files"]], body["next"], folders, is_first=False)
        return found

    def count(self, *, mine: bool) -> int:
        """Return how many jobs are in progress."""
        query = {"mine": "true" if mine else None}
        body = self._object("/storage/get_counter", query, needs=("ongoing_tasks",))
        return int(body["ongoing_tasks"])

    def upload(self, path: Path, update: Update) -> str:
        """Store a file of this machine. Return the name by which it can be submitted."""
        wanted = {"name": path.name, "bytes": path.stat().st_size}
        form = self._client.post("/uploads", wanted).with_members("csv", "url", "fields")
        self._client.store(form, path, update)
        return str(form["csv"])

    def _object(
        self, path: str, query: Mapping[str, Any] | None = None, *, needs: tuple[str, ...]
    ) -> Mapping[str, Any]:
        given = {name: value for name, value in (query or {}).items() if value not in (None, "")}
        return self._client.get(path, given).with_members(*needs)


@dataclass(frozen=True, slots=True)
class Page:
    """What a list has so far; ``next`` continues it, unless it is None."""

    items: list[Mapping[str, Any]]
    next: str | None
    folders: list[str] = field(default_factory=list)
    is_first: bool = True

    def is_wanted(self, limit: int) -> bool:
        """Return whether one more request is to be sent for ``limit`` items."""
        return self.is_first or (self.next is not None and len(self.items) < limit)


def _job(reply: Reply) -> Job:
    return reply.with_members("id", "status")


def connect(access: Access) -> Service:
    """Return the service; nothing is sent yet."""
    return Service(Client(access))
