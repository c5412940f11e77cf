"""Bodies of requests, as different senders encode them."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from chalicelib.errors import BadRequest
from chalicelib.web import requests


def body_of(raw: bytes) -> Any:
    """What the service reads from a request with this body."""
    return requests.remember(SimpleNamespace(raw_body=raw), lambda _: requests.body())


def as_localstack_sends_it(text: str) -> bytes:
    """What arrives of `curl -d`, which says that it sends a form: read as one, and written anew."""
    return urlencode(parse_qsl(text, keep_blank_values=True)).encode()


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ('{"csv": "sample.csv"}', {"csv": "sample.csv"}),
        ('{"csv": "a&b=c&d.csv", "step": 1}', {"csv": "a&b=c&d.csv", "step": 1}),
        ('{"csv": "день.csv"}', {"csv": "день.csv"}),
    ],
)
def test_a_body_without_a_content_type_is_read_on_aws_and_on_localstack(
    text: str, members: dict[str, object]
) -> None:
    assert body_of(text.encode()) == members
    assert as_localstack_sends_it(text).startswith(b"%7B")
    assert body_of(as_localstack_sends_it(text)) == members


@pytest.mark.parametrize(
    "raw", [b"", b"csv=sample.csv", b'"x"', b'{"csv": "\xff.csv"}', b"%7B=", b"null"]
)
def test_a_body_that_is_no_json_object_is_refused(raw: bytes) -> None:
    with pytest.raises(BadRequest):
        body_of(raw)
