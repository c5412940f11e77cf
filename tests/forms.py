"""Sends forms as browsers and clients do: the fields, and then the file."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from urllib3 import encode_multipart_formdata


@dataclass(frozen=True)
class Sent:
    """The reply to a form, with the names of headers in small letters."""

    status: int
    headers: Mapping[str, str]
    body: str


def send_form(
    url: str, fields: Mapping[str, str], data: bytes, headers: Mapping[str, str] | None = None
) -> Sent:
    """Send a form with a file, over a connection of its own."""
    body, kind = encode_multipart_formdata([*fields.items(), ("file", ("any.csv", data))])
    return request("POST", url, {"Content-Type": kind, **(headers or {})}, body)


def request(method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Sent:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    try:
        connection.request(method, parts.path or "/", body, dict(headers))
        reply = connection.getresponse()
        small = {name.lower(): value for name, value in reply.getheaders()}
        return Sent(reply.status, small, reply.read().decode())
    finally:
        connection.close()
