"""`chalice local`, as a process of the local service: python -m local.api PORT."""

import logging
import sys
from http.server import HTTPServer
from typing import Any

from chalice.cli import main as chalice
from chalice.local import ChaliceRequestHandler, ThreadedHTTPServer

from local.config import HOST
from local.parent import exit_with_parent


def _unless_the_client_left(server: Any, request: Any, client_address: Any) -> None:
    """A client that goes away in the middle of a reply is no error of ours."""
    if not isinstance(sys.exception(), ConnectionError):
        HTTPServer.handle_error(server, request, client_address)


if __name__ == "__main__":
    exit_with_parent()
    logging.getLogger("botocore").setLevel(logging.WARNING)
    # Hundreds of clients may knock at once; and a reply that leaves in two writes must not wait for an acknowledgement.
    ThreadedHTTPServer.request_queue_size = 512
    ChaliceRequestHandler.disable_nagle_algorithm = True
    ChaliceRequestHandler.log_message = lambda *_: None
    ThreadedHTTPServer.handle_error = _unless_the_client_left
    sys.argv = [
        "chalice",
        "local",
        "--host",
        HOST,
        "--port",
        sys.argv[1],
        "--stage",
        "local",
        "--no-autoreload",
    ]
    sys.exit(chalice())
