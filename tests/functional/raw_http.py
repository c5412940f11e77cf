"""Requests as bytes on a socket, and replies as a strict client reads them."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import h11

from tests.functional.stack import Reply
from tests.openapi import require_documented

WAIT_SECONDS = 30


def head(method: str, target: str | bytes, *headers: str) -> bytes:
    """Return the head of a request. ``target`` is sent as it is."""
    raw = target if isinstance(target, bytes) else target.encode("latin-1")
    lines = ["Host: localhost", *headers, "", ""]
    return method.encode() + b" " + raw + b" HTTP/1.1\r\n" + "\r\n".join(lines).encode("latin-1")


class RawConnection:
    """One connection. The replies must be HTTP, and nothing may come after them."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), WAIT_SECONDS)
        self._rest = b""

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def reply(self, method: str = "GET", target: str = "") -> Reply:
        """Read one reply. With a target, it must be one of the OpenAPI document."""
        reader = h11.Connection(h11.CLIENT)
        reader.send(h11.Request(method=method, target="/", headers=[("Host", "localhost")]))
        reader.send(h11.EndOfMessage())
        if self._rest:
            reader.receive_data(self._rest)
        headers: dict[str, str] = {}
        status, body = 0, b""
        while not isinstance(event := self._event(reader), h11.EndOfMessage):
            if isinstance(event, h11.Response):
                status = event.status_code
                headers = {name.decode(): value.decode() for name, value in event.headers}
            elif isinstance(event, h11.Data):
                body += event.data
        self._rest = reader.trailing_data[0]
        if target:
            require_documented(method, target, status, headers, body)
        return Reply(target, status, headers, body)

    def _event(self, reader: h11.Connection) -> object:
        while (event := reader.next_event()) is h11.NEED_DATA:
            reader.receive_data(self._socket.recv(65536))
        return event

    def read_line(self) -> bytes:
        """Read up to a line feed."""
        line = b""
        while not line.endswith(b"\n"):
            line += self._socket.recv(1)
        return line

    def is_closed(self) -> bool:
        """Return whether the server has closed the connection, with nothing left to read."""
        return self._rest == b"" and self._socket.recv(1) == b""

    def end_sending(self) -> None:
        self._socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._socket.close()


@contextmanager
def connected(port: int) -> Iterator[RawConnection]:
    connection = RawConnection(port)
    try:
        yield connection
    finally:
        connection.close()
