"""moto's server in this process: AWS's semantics for the contract tests."""

import logging
from collections.abc import Mapping
from typing import Any

from moto.server import ThreadedMotoServer

from local.resources import client, make_resources


class MotoAws:
    """Running from ``start`` to ``stop``; its state is in memory."""

    def __init__(self) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.endpoint = ""

    def start(self) -> None:
        self._server.start()
        host, port = self._server.get_host_and_port()
        self.endpoint = f"http://{host}:{port}"

    def stop(self) -> None:
        self._server.stop()

    def client(self, service: str) -> Any:
        make: Any = client  # it knows only the services that the product uses
        return make(service, self.endpoint)

    def create_resources(self, parameters: Mapping[str, str], stack: str) -> None:
        """Create what infra/resources.json makes without alarms, in a CloudFormation stack."""
        make_resources(self.endpoint, parameters, stack)
