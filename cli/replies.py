"""Replies of a service, or of what is taken for one: they may be wrong, or have no end."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from cli.problems import failure_of

#: What sends more would fill the memory. The largest results are below it, also if they are
#: written with six characters for each.
MAX_REPLY_BYTES = 512 * 1024 * 1024
#: Headers that say how the body of a reply was sent.
OF_TRANSFER = ("content-encoding", "content-length", "transfer-encoding")


class TooLong(httpx.TransportError):
    """A reply has more than MAX_REPLY_BYTES."""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    #: What the JSON says; None if there is none.
    body: Any
    etag: str = ""
    url: str = ""
    #: How long it took.
    seconds: float = 0.0

    @classmethod
    def of(cls, response: httpx.Response, content: object, url: str) -> "Reply":
        """Return a reply of the service at ``url``."""
        etag, seconds = response.headers.get("ETag", ""), response.elapsed.total_seconds()
        return cls(response.status_code, content, etag, url, seconds)

    @property
    def is_news(self) -> bool:
        return self.status != httpx.codes.NOT_MODIFIED

    def with_members(self, *names: str) -> Mapping[str, Any]:
        """Return the body. Raise Failure if one of ``names`` is missing: it is not csvsum's."""
        body: Mapping[str, Any] = self.body or {}
        if not all(name in body for name in names):
            raise failure_of(self.status, None, self.url)
        return body


def received(
    client: httpx.Client, method: str, url: str | httpx.URL, **request: Any
) -> httpx.Response:
    """Send a request once. Return the reply with all of its body. Raise TooLong."""
    body = bytearray()
    with client.stream(method, url, **request) as response:
        for block in response.iter_bytes():
            body += block
            if len(body) > MAX_REPLY_BYTES:
                raise TooLong("its reply has no end")
    kept = [each for each in response.headers.multi_items() if each[0] not in OF_TRANSFER]
    complete = httpx.Response(
        response.status_code, headers=kept, content=bytes(body), request=response.request
    )
    complete.elapsed = response.elapsed
    return complete


def json_of(response: httpx.Response) -> Any:
    """Return the JSON of a reply; None if it has none."""
    try:
        return response.json()
    except (ValueError, RecursionError):
        return None
