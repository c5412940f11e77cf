"""An AWS in this process: moto's server on a loopback port of its own, with everything in infra/resources.json."""

import io
import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import boto3
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.sqs import models as sqs_models
from werkzeug.serving import make_server

from local.config import HOST

RESOURCES = Path(__file__).parent.parent / "infra" / "resources.json"
STACK = "csvsum"
VISIBLE_AGAIN_SECONDS = 0.25
Answer = tuple[str, list[tuple[str, str]], bytes]

# For each receive, moto asks twice for the time of each message in the queue, through datetime objects: with 2,000 parts waiting
# a receive took half a second in which nobody else was served.
sqs_models.unix_time_millis = lambda: time.time() * 1000


class OneAtATime:
    """WSGI: requests to DynamoDB and SQS one after the other.

    moto checks a condition and then writes: two threads that do so at once would both win. It deletes a message by
    making a list of the others: one that was sent meanwhile would be lost. A long poll must not keep the others out, so
    it is answered here, by short ones each time that something was sent.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app = app
        self.turn = threading.Condition()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        service, _, operation = environ.get("HTTP_X_AMZ_TARGET", "").partition(".")
        if not service.startswith(("DynamoDB", "AmazonSQS")):
            return self.app(environ, start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        with self.turn:
            if operation == "ReceiveMessage":
                status, headers, answer = self._long_poll(environ, json.loads(body))
            else:
                status, headers, answer = self._answer(environ, body)
            if operation.startswith("SendMessage"):
                self.turn.notify_all()
        start_response(status, headers)
        return [answer]

    def _long_poll(self, environ: dict[str, Any], asked: dict[str, Any]) -> Answer:
        deadline = time.monotonic() + int(asked.get("WaitTimeSeconds", 0))
        body = json.dumps({**asked, "WaitTimeSeconds": 0}).encode()
        while True:
            answer = self._answer(environ, body)
            if b'"Messages"' in answer[-1] or time.monotonic() >= deadline:
                return answer
            # Messages also become visible without anybody sending anything.
            self.turn.wait(min(VISIBLE_AGAIN_SECONDS, max(0.0, deadline - time.monotonic())))

    def _answer(self, environ: dict[str, Any], body: bytes) -> Answer:
        told: list[Any] = []
        own = {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        answer = b"".join(self.app(own, lambda status, headers, *_: told.extend((status, headers))))
        return told[0], told[1], answer


class EmbeddedAws:
    """Running from ``start`` to ``stop``; its state lives and dies with it."""

    def __init__(self) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = make_server(
            HOST, 0, OneAtATime(DomainDispatcherApplication(create_backend_app)), threaded=True
        )
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.endpoint = f"http://{HOST}:{self._server.server_port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def client(self, service: str) -> Any:
        make: Any = boto3.client  # its types know only literal names
        return make(
            service,
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id="local",
            aws_secret_access_key="local",  # noqa: S106  # the embedded AWS takes any
        )

    def create_resources(self, parameters: Mapping[str, str], stack: str = STACK) -> None:
        """Create what infra/resources.json makes without alarms, in one CloudFormation stack."""
        template = json.loads(RESOURCES.read_text())
        # This endpoint speaks plain HTTP, and moto knows neither queue policies nor alarms.
        wanted = {"TlsOnly": "false", "Alarms": "off", **parameters}
        given = [
            {"ParameterKey": name, "ParameterValue": value}
            for name, value in wanted.items()
            if name in template["Parameters"]
        ]
        cloudformation = self.client("cloudformation")
        cloudformation.create_stack(
            StackName=stack, TemplateBody=json.dumps(template), Parameters=given
        )
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName=stack, WaiterConfig={"Delay": 1}
        )
