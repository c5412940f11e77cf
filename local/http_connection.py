"""One connection of HTTP/1.1: requests in, replies out. h11 reads and writes the protocol.

A request that is not HTTP gets a problem document, and its connection is closed. All others leave
the connection ready for the next one.
"""

import json
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus

import h11

READ_BYTES = 64 * 1024
MAX_HEADER_BYTES = 32 * 1024
#: API Gateway takes no more.
MAX_BODY_BYTES = 10 * 1024 * 1024
#: How long to read what a client still sends after the last reply. A connection that is closed with
#: unread bytes is reset, and the client may lose the reply.
LINGER_SECONDS = 1.0
LINGER_BYTES = 4 * MAX_BODY_BYTES
VERSIONS = (b"1.0", b"1.1")
BODILESS = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


@dataclass(frozen=True, slots=True)
class Request:
    """A request. ``target`` is the path with its query, as the client sent it."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Iterable[tuple[str, str]]
    body: bytes = b""


class Refused(Exception):
    """A request that cannot be read: the reply to it is the last one of its connection."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply)
        self.reply = reply


class HttpConnection:
    """The server's side of a connection. ``too_large`` is the reply to a body that is too large."""

    def __init__(self, peer: socket.socket, too_large: Reply) -> None:
        self._peer = peer
        self._too_large = too_large
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEADER_BYTES)
        self._method = ""

    def next_request(self) -> Request | None:
        """Return the next request; None if there is none. Raises Refused or OSError."""
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
        if self._http.our_state is not h11.IDLE:
            return None
        self._method = ""
        try:
            return self._read_request()
        except h11.RemoteProtocolError as error:
            raise Refused(not_http(error)) from error

    def send(self, reply: Reply) -> None:
        """Send the reply to the last request. Raises OSError."""
        has_body = self._method != "HEAD" and reply.status not in BODILESS
        headers = [*reply.headers, ("Date", formatdate(usegmt=True))]
        if reply.status not in BODILESS:
            headers.append(("Content-Length", str(len(reply.body))))
        message = h11.Response(status_code=reply.status, headers=headers)
        parts = [self._http.send(message)]
        if has_body:
            parts.append(self._http.send(h11.Data(data=reply.body)))
        parts.append(self._http.send(h11.EndOfMessage()))
        self._peer.sendall(b"".join(part for part in parts if part))

    def send_last(self, reply: Reply) -> None:
        """Send a reply, and have the client close the connection. Raises OSError."""
        self.send(Reply(reply.status, [*reply.headers, ("Connection", "close")], reply.body))
        self._peer.shutdown(socket.SHUT_WR)
        self._peer.settimeout(LINGER_SECONDS)
        left = LINGER_BYTES
        while left > 0 and (data := self._peer.recv(READ_BYTES)):
            left -= len(data)

    def _read_request(self) -> Request | None:
        head = self._next_event()
        if not isinstance(head, h11.Request):
            return None
        if head.http_version not in VERSIONS:
            raise h11.RemoteProtocolError("another version", error_status_hint=505)
        self._method = head.method.decode()
        headers = {name.decode(): value.decode("latin-1") for name, value in head.headers}
        if _declared_length(headers) > MAX_BODY_BYTES:
            raise Refused(self._too_large)
        body = self._read_body()
        return None if body is None else Request(self._method, head.target.decode(), headers, body)

    def _read_body(self) -> bytes | None:
        """Return the body; None if the client has left before its end."""
        body = bytearray()
        while not isinstance(event := self._next_event(), h11.EndOfMessage):
            if not isinstance(event, h11.Data):
                return None
            body += event.data
            if len(body) > MAX_BODY_BYTES:
                raise Refused(self._too_large)
        return bytes(body)

    def _next_event(self) -> object:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            if self._http.they_are_waiting_for_100_continue:
                go_on = h11.InformationalResponse(status_code=100, headers=[])
                self._peer.sendall(self._http.send(go_on) or b"")
            self._http.receive_data(self._peer.recv(READ_BYTES))
        return event


def not_http(error: h11.RemoteProtocolError) -> Reply:
    """Return the problem document for bytes that are not a request of HTTP/1.1."""
    status = HTTPStatus(error.error_status_hint)
    members = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "code": "bad_http",
        "detail": f"This is not a request of HTTP/1.1 ({error}); percent-encode paths as UTF-8.",
    }
    headers = [("Content-Type", "application/problem+json"), ("Cache-Control", "no-store")]
    return Reply(status.value, headers, json.dumps(members).encode())


def _declared_length(headers: dict[str, str]) -> int:
    return int(headers.get("content-length", "0"))
