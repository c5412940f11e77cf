"""The application over HTTP, with adapters in memory and no server."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from chalice.test import Client, HTTPResponse

from app import app
from chalicelib.engine.options import Options
from chalicelib.jobs.job import Job
from chalicelib.wiring import use_cases
from tests.harness import World
from tests.openapi import require_documented

ROWS = b"id,b\n1,x\n2,y\n"


class Http:
    """Requests without a server. Every reply must be one of the OpenAPI document."""

    def __init__(self) -> None:
        self.unchecked = Client(app).http

    def request(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> HTTPResponse:
        reply = self.unchecked.request(method, path, headers=dict(headers or {}), body=body)
        seen = b"" if method == "HEAD" else reply.body  # servers send no body then
        require_documented(method, path, reply.status_code, reply.headers, seen)
        return reply

    def get(self, path: str, **more: Any) -> HTTPResponse:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> HTTPResponse:
        return self.request("POST", path, **more)

    def delete(self, path: str, **more: Any) -> HTTPResponse:
        return self.request("DELETE", path, **more)


@dataclass
class Site:
    """The application as its clients reach it, and the world that it works on."""

    world: World
    #: The header ``Authorization`` of each request; empty: none.
    authorization: str = ""

    def __post_init__(self) -> None:
        self.http = Http()

    def get(self, path: str) -> HTTPResponse:
        return self.send("GET", path)

    def post(self, body: object, path: str = "/jobs", kind: str = "application/json") -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.send("POST", path, {"Content-Type": kind}, raw)

    def send(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> HTTPResponse:
        return self.http.request(method, path, {**self._credentials(), **(headers or {})}, body)

    def _credentials(self) -> dict[str, str]:
        return {"Authorization": self.authorization} if self.authorization else {}

    def submitted(self, data: bytes = ROWS, **options: Any) -> Job:
        return self.world.submit(data, Options.of(options))

    def finished(self, data: bytes = ROWS, **options: Any) -> Job:
        job = self.submitted(data, **options)
        self.world.run()
        return self.world.final(job)


@contextmanager
def serving(world: World) -> Iterator[Site]:
    """Serve a world, which has the file x.csv."""
    world.source.files["x.csv"] = ROWS
    with use_cases.replaced_by(world.use_cases):
        yield Site(world)


def problem_of(reply: HTTPResponse, status: int) -> dict[str, Any]:
    """Return a problem document (RFC 9457): it must have a sentence, and nothing of the machine."""
    assert (reply.status_code, reply.headers["Content-Type"]) == (
        status,
        "application/problem+json",
    ), reply.body
    problem: dict[str, Any] = reply.json_body
    assert (problem["type"], problem["status"]) == ("about:blank", status)
    assert problem["detail"].endswith(".")
    for leak in ("Traceback", "arn:aws", "/home", "chalicelib", "/tmp"):
        assert leak not in reply.body.decode()
    return problem
