"""HTTP as the steps need it: every status is an answer, and no redirect is followed unasked."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any

from deploy.credentials import Credentials, anonymous

TIMEOUT_SECONDS = 40  # beyond the 29 s after which API Gateway answers by itself


@dataclass(frozen=True, slots=True)
class Reply:
    """``headers`` by lower-case name; ``url`` is the one that was asked."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def __str__(self) -> str:
        return f"{self.status} {self.body[:200].decode(errors='replace')}"


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirects)


def send(
    method: str, url: str, content: object = None, credentials: Credentials = anonymous
) -> Reply:
    """Send a request, with ``content`` as JSON if it is given.

    Raises OSError when nothing answers.
    """
    data = None if content is None else json.dumps(content).encode()
    headers = {"Content-Type": "application/json"} if data else {}
    headers |= credentials(method, url, data or b"")
    request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310
    try:
        with _opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
            return _reply(url, answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return _reply(url, error.code, error.headers, error.read())


def _reply(url: str, status: int, headers: Message, body: bytes) -> Reply:
    return Reply(url, status, {name.lower(): value for name, value in headers.items()}, body)
