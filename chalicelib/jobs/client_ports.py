"""The ports of what belongs to clients: jobs by time, idempotency keys, tokens and uploads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chalicelib.jobs.job import Job
from chalicelib.jobs.tokens import StoredToken


@dataclass(frozen=True, slots=True)
class Claim:
    """That a client's idempotency key stands for one request, and this for one job."""

    #: A digest of the client's name and the key.
    key: str
    #: A digest of what was asked for.
    request: str
    #: The id of the job.
    job: str
    expires_at: datetime


class History(Protocol):
    """The jobs by client, the newest first. It may be some seconds older than the store."""

    def add_client(self, name: str) -> None:
        """Add a client to those that have jobs. A repeat changes nothing."""
        ...

    def clients(self) -> Sequence[str]:
        """Return the names of the clients that have, or had, jobs."""
        ...

    def newest(self, client: str, before: str, since: datetime | None, count: int) -> Sequence[Job]:
        """Return a client's ``count`` newest jobs before a place (job.place_of), without results.

        Fewer only if there are no others.
        """
        ...

    def secret(self) -> bytes:
        """Return a secret of this deployment, to sign cursors with."""
        ...


class Claims(Protocol):
    """The store of idempotency keys. It raises ServiceDown if it does not answer."""

    def claim(self, wanted: Claim, now: datetime) -> Claim:
        """Store a claim, and return it; or the claim that has its key and has not expired."""


class Tokens(Protocol):
    """The store of tokens. All methods raise ServiceDown if it does not answer."""

    def find(self, digest: str) -> StoredToken | None:
        """Return the token of a digest, also if it has expired; None if there is none."""
        ...


class Uploads(Protocol):
    """The store of uploads."""

    def form(self, key: str, max_bytes: int, seconds: int) -> tuple[str, Mapping[str, str]]:
        """Return the URL and the fields of a form that stores one file under a key.

        The store refuses a larger file, and the form after some seconds. Raise Misconfigured if the
        store is missing or another account's, and ServiceDown if it does not answer.
        """
        ...

    def origin(self) -> str:
        """Return the scheme and the host of these URLs."""
        ...
