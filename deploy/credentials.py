"""What requests of the deployment's own commands carry: operators have rights in AWS, no token."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from chalicelib.adapters.tokens_table import TokensTable
from chalicelib.errors import Misconfigured
from chalicelib.jobs.client import Client, Role
from chalicelib.settings import Auth, Settings
from infra import tokens

CLIENT = Client("smoke", Role.ADMIN)
LIFE = timedelta(hours=3)

Credentials = Callable[[str, str, bytes], Mapping[str, str]]
"""Returns the headers for a request: its method, URL and body."""


def anonymous(_method: str, _url: str, _body: bytes) -> Mapping[str, str]:
    """Return no headers."""
    return {}


@contextmanager
def credentials(settings: Settings, session: Any, dynamodb: Any) -> Iterator[Credentials]:
    """Return what lets requests in while the block lasts: a token of their own, or signatures."""
    if settings.auth is Auth.TOKEN:
        table = TokensTable(settings.tokens_table, lambda: dynamodb)
        token, stored = tokens.create(table, CLIENT, LIFE)
        try:
            yield lambda *_: {"Authorization": f"Bearer {token}"}
        finally:
            with suppress(Misconfigured):  # what it was for may have removed the deployment
                table.remove(stored)
    else:
        yield _signer(session) if settings.auth is Auth.IAM else anonymous


def _signer(session: Any) -> Credentials:
    """Return what signs requests with the operator's own credentials."""
    signer = SigV4Auth(session.get_credentials(), "execute-api", session.region_name)

    def sign(method: str, url: str, body: bytes) -> Mapping[str, str]:
        request: Any = AWSRequest(method, url, data=body)
        signer.add_auth(request)
        return dict(request.headers.items())

    return sign
