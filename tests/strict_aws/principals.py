"""Who asks: an account, and what it may do beyond its own policy."""

from dataclasses import dataclass, replace
from uuid import uuid4


@dataclass(frozen=True, slots=True)
class Principal:
    """The holder of an access key.

    A ``function`` may not list buckets and may not decrypt, unless ``Rights`` says so; a
    ``deployer`` may do everything; a ``tester`` is the test's own hand: nothing is refused,
    counted or injected.
    """

    access_key: str
    account: str
    kind: str
    expired: bool = False


class Principals:
    def __init__(self) -> None:
        self._by_key: dict[str, Principal] = {}

    def add(self, account: str, kind: str) -> Principal:
        key = f"AKIA{uuid4().hex[:16].upper()}"
        self._by_key[key] = Principal(key, account, kind)
        return self._by_key[key]

    def get(self, access_key: str) -> Principal:
        return self._by_key[access_key]

    def expire(self, kind: str) -> None:
        """Let the sessions of all principals of a kind end."""
        for key, principal in self._by_key.items():
            if principal.kind == kind:
                self._by_key[key] = replace(principal, expired=True)


class Rights:
    """What functions may do beyond reading and writing: (action, resource) pairs."""

    def __init__(self) -> None:
        self._granted: set[tuple[str, str]] = set()

    def allow(self, action: str, resource: str) -> None:
        """Grant, for instance, ``s3:ListBucket`` on a bucket or ``kms:Decrypt`` on a key's ARN."""
        self._granted.add((action, resource))

    def allows(self, principal: Principal, action: str, resource: str) -> bool:
        return principal.kind != "function" or (action, resource) in self._granted
