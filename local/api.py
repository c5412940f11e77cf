"""`chalice local`, as a process of the local service: python -m local.api HOST PORT."""

import logging
import sys
from http.server import HTTPServer
from typing import Any

from chalice.cli import main as chalice
from chalice.local import ChaliceRequestHandler, ThreadedHTTPServer

from local.bell import ring_on_all_sends
from local.outcomes import log_for_people
from local.parent import exit_with_parent


def _handle_error(server: Any, request: Any, client_address: Any) -> None:
    """Report an error, unless it is a client that left in the middle of a reply."""
    if not isinstance(sys.exception(), ConnectionError):
        HTTPServer.handle_error(server, request, client_address)


if __name__ == "__main__":
    exit_with_parent()
    ring_on_all_sends()
    log_for_people("the API")
    logging.getLogger("botocore").setLevel(logging.WARNING)
    # Hundreds of clients may connect at once. Write a reply's headers and body together; a long
    # reply, which takes several writes, must not wait until the client has acknowledged the first.
    ThreadedHTTPServer.request_queue_size = 512
    ChaliceRequestHandler.wbufsize = 64 * 1024
    ChaliceRequestHandler.disable_nagle_algorithm = True
    ChaliceRequestHandler.log_message = lambda *_: None
    ThreadedHTTPServer.handle_error = _handle_error
    arguments = ["local", "--host", sys.argv[1], "--port", sys.argv[2], "--stage", "local"]
    sys.argv = ["chalice", *arguments, "--no-autoreload"]
    sys.exit(chalice())
