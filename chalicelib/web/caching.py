"""Entity tags: a client that has seen a reply gets the same one only as 304 (RFC 9110, 13.1.2)."""

import re
from hashlib import sha256
from http import HTTPStatus

from chalice.app import Response

# A list of tags; a weak one counts as well, since If-None-Match compares weakly.
TAG = re.compile(r'(?:W/)?("[^"]*")')
# A cache may keep the reply for its own client, and asks whether it is still right before each use.
CACHE = {"Cache-Control": "private, no-cache"}


def tag_of(text: str) -> str:
    return f'"{sha256(text.encode()).hexdigest()[:32]}"'


def is_known(tag: str, known: str) -> bool:
    """Return whether the header If-None-Match has a tag."""
    return known.strip() == "*" or tag in TAG.findall(known)


def conditional(response: Response, known: str) -> Response:
    """Return a successful response with its tag, or 304 if its client knows it."""
    if response.status_code != HTTPStatus.OK:
        return response
    tag = tag_of(response.body)
    headers = {**response.headers, **CACHE, "ETag": tag}
    if is_known(tag, known):
        return Response(body="", status_code=HTTPStatus.NOT_MODIFIED.value, headers=headers)
    return Response(response.body, status_code=response.status_code, headers=headers)
