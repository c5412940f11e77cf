"""A server of HTTP for one machine: a thread for each connection."""

import socket
import socketserver
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from local.http_connection import HttpConnection, Refused, Reply, Request

#: How long an idle connection is kept.
IDLE_SECONDS = 75

Answer = Callable[[Request], Reply]


class HttpServer(socketserver.ThreadingTCPServer):
    """Listens on an address, and answers each request by ``answer``."""

    allow_reuse_address = True
    daemon_threads = True
    # Hundreds of clients may connect at once.
    request_queue_size = 512

    def __init__(self, address: tuple[str, int], answer: Answer, too_large: Reply) -> None:
        super().__init__(address, _Handler)
        self.answer = answer
        self.too_large = too_large

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report an error, unless it is a client that left in the middle, or sends no more."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(socketserver.BaseRequestHandler):
    server: HttpServer
    request: socket.socket

    def handle(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        self.request.settimeout(IDLE_SECONDS)
        connection = HttpConnection(self.request, self.server.too_large)
        try:
            while (request := connection.next_request()) is not None:
                connection.send(self.server.answer(request))
        except Refused as refused:
            with suppress(OSError):
                connection.send_last(refused.reply)
