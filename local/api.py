"""The API, as a process of the local service: python -m local.api HOST PORT."""

import logging
import sys
from importlib import import_module

from local.bell import ring_on_all_sends
from local.gateway import Gateway, gateway_reply
from local.http_server import HttpServer
from local.outcomes import log_for_people
from local.parent import exit_with_parent


def main() -> None:
    exit_with_parent()
    ring_on_all_sends()
    log_for_people("the API")
    logging.getLogger("botocore").setLevel(logging.WARNING)
    application = import_module("app").app
    gateway = Gateway(application, application.routes)
    address = (sys.argv[1], int(sys.argv[2]))
    HttpServer(address, gateway.answer, gateway_reply("REQUEST_TOO_LARGE")).serve_forever()


if __name__ == "__main__":
    main()
