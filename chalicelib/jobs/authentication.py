"""Finds the client that sends a request."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chalicelib.errors import InvalidToken, NotSigned, Unauthorized
from chalicelib.jobs.client import OPEN, Client, Role
from chalicelib.jobs.client_ports import Tokens
from chalicelib.jobs.job import utc_now
from chalicelib.jobs.ports import Clock
from chalicelib.jobs.tokens import StoredToken, digest_of, is_token

SCHEME = "bearer"
# A token that is revoked works for at most so long.
KEEP = timedelta(seconds=60)
MAX_CACHED = 1000


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request says about its sender. Either text may be empty."""

    #: The header ``Authorization``. It has a secret, so it is in no log and no error.
    authorization: str = field(repr=False)
    #: The ARN of the caller whose signature API Gateway has checked.
    caller: str = ""


Authenticate = Callable[[Credentials], Client]
"""Returns the client that sends a request. Raises Unauthorized or NotSigned."""


def everybody(_: Credentials) -> Client:
    """Return the client that everybody is, whatever a request says."""
    return OPEN


@dataclass(eq=False)
class ByToken:
    """Finds clients by their tokens, and reads each token once in ``keep``."""

    tokens: Tokens
    now: Clock = utc_now
    keep: timedelta = KEEP
    _read: dict[str, tuple[datetime, StoredToken]] = field(default_factory=dict)

    def __call__(self, credentials: Credentials) -> Client:
        """Return the client of a request's token.

        Raise Unauthorized if there is none, InvalidToken if it is not valid, and ServiceDown if the
        store of tokens does not answer.
        """
        digest, now = digest_of(_token(credentials.authorization)), self.now()
        token = self._cached(digest, now) or self._find(digest, now)
        if token is None or token.expires_at <= now:
            raise InvalidToken
        return replace(token.client, expires_at=token.expires_at)

    def _cached(self, digest: str, now: datetime) -> StoredToken | None:
        read_at, token = self._read.get(digest, (None, None))
        return token if read_at and timedelta() <= now - read_at < self.keep else None

    def _find(self, digest: str, now: datetime) -> StoredToken | None:
        self._read.pop(digest, None)
        token = self.tokens.find(digest)
        if token is None or not hmac.compare_digest(token.digest, digest):
            return None  # not cached: nobody can fill the cache with tokens that do not exist
        if len(self._read) >= MAX_CACHED:
            self._read.clear()
        self._read[digest] = now, token
        return token


@dataclass(frozen=True, slots=True)
class ByCaller:
    """Takes the caller that API Gateway has authenticated; those in ``admins`` see all jobs.

    IAM decides who may list the source: it is the right to call GET /files.
    """

    admins: frozenset[str] = frozenset()

    def __call__(self, credentials: Credentials) -> Client:
        """Return the caller as a client. Raise NotSigned if API Gateway has authenticated none."""
        name = owner_of(credentials.caller)
        if not name:
            raise NotSigned
        return Client(name, Role.ADMIN if name in self.admins else Role.LISTER)


def owner_of(arn: str) -> str:
    """Return the ARN of a caller; of a session of a role without the session's name.

    Whoever may assume a role chooses the name of the session, so it separates no clients.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
    """
    kind, _, rest = arn.partition(":assumed-role/")
    return f"{kind}:assumed-role/{rest.split('/')[0]}" if rest else arn


def _token(authorization: str) -> str:
    """Return the token of a header. Raise Unauthorized or InvalidToken, before anything is read."""
    scheme, *rest = authorization.split() or [""]
    if scheme.lower() != SCHEME:
        raise Unauthorized
    if len(rest) != 1 or not is_token(rest[0]):
        raise InvalidToken
    return rest[0]
