"""The API, as a process of the local service: python -m local.api HOST PORT."""

import logging
import sys
from importlib import import_module

from chalicelib.settings import Auth, settings
from local.browsers import refuse_foreign
from local.gateway import Gateway, gateway_reply
from local.http_connection import Reply, Request
from local.http_server import Answer, HttpServer
from local.outcomes import log_for_people
from local.parent import exit_with_parent
from local.session import start_session


def main() -> None:
    exit_with_parent()
    start_session()
    log_for_people("the API")
    logging.getLogger("botocore").setLevel(logging.WARNING)
    application = import_module("app").app
    gateway = Gateway(application, application.routes)
    address = (sys.argv[1], int(sys.argv[2]))
    # No page of another site has a token.
    answer = guarded(gateway.answer) if settings().auth is Auth.OPEN else gateway.answer
    HttpServer(address, answer, gateway_reply("REQUEST_TOO_LARGE")).serve_forever()


def guarded(answer: Answer) -> Answer:
    """Return what answers as ``answer`` does, but refuses web pages of other sites."""
    origins = settings().cors_origins

    def answer_ours(request: Request) -> Reply:
        return refuse_foreign(request, origins) or answer(request)

    return answer_ours


if __name__ == "__main__":
    main()
