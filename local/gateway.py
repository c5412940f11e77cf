"""What API Gateway does on AWS: finds the route of a request, and calls the application.

Chalice has such a thing for `chalice local`, but it reads a path as a URL: a `;` in it starts
parameters that it drops, and `//` a host.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs

from chalice.local import LambdaContext

from infra.gateway_responses import GATEWAY_RESPONSES
from local.http_connection import Reply, Request

# A proxy may send a complete URL.
ORIGIN = re.compile(r"^https?://[^/?]*", re.IGNORECASE)
TIMEOUT_MS = 29_000

Application = Callable[[Mapping[str, Any], Any], Mapping[str, Any]]


class Routes:
    """The routes of an application: paths in which a segment ``{name}`` stands for any text."""

    def __init__(self, paths: Iterable[str]) -> None:
        # A text goes before a variable, as on AWS: "{" sorts after letters.
        self._routes = [(path, path.split("/")) for path in sorted(paths)]

    def find(self, path: str) -> tuple[str, dict[str, str]] | None:
        """Return the route of a path and its variables, as they are in the path; or None.

        A slash at the end is dropped, as on AWS.
        """
        segments = (path.removesuffix("/") or "/").split("/")
        for route, pattern in self._routes:
            if len(pattern) == len(segments) and all(map(_matches, pattern, segments)):
                pairs = zip(pattern, segments, strict=True)
                return route, {name[1:-1]: value for name, value in pairs if name[:1] == "{"}
        return None


def _matches(pattern: str, segment: str) -> bool:
    return segment != "" if pattern[:1] == "{" else pattern == segment


class Gateway:
    """Answers requests by a Chalice application."""

    def __init__(self, application: Application, paths: Iterable[str]) -> None:
        self._application = application
        self._routes = Routes(paths)

    def answer(self, request: Request) -> Reply:
        """Return the application's reply, or what API Gateway replies where there is no route."""
        path, _, query = ORIGIN.sub("", request.target).partition("?")
        found = self._routes.find(path)
        if found is None:
            return gateway_reply("MISSING_AUTHENTICATION_TOKEN")
        event = _event(request, path, query, *found)
        return _reply(self._application(event, LambdaContext("api_handler", 1024, TIMEOUT_MS)))


def gateway_reply(kind: str) -> Reply:
    """Return what API Gateway replies by itself in a case of this kind."""
    response = GATEWAY_RESPONSES[kind]
    return Reply(response.status.value, list(response.headers.items()), response.body.encode())


def _event(
    request: Request, path: str, query: str, route: str, variables: Mapping[str, str]
) -> dict[str, Any]:
    """Return the event with which API Gateway calls the application."""
    return {
        "requestContext": {
            "httpMethod": request.method,
            "resourcePath": route,
            "identity": {"sourceIp": "127.0.0.1"},
            "path": path,
        },
        "headers": request.headers,
        "pathParameters": variables,
        "stageVariables": {},
        "multiValueQueryStringParameters": parse_qs(query, keep_blank_values=True) or None,
        "body": request.body or None,
    }


def _reply(answer: Mapping[str, Any]) -> Reply:
    body = answer["body"] or ""
    headers = list(answer["headers"].items())
    headers += [
        (name, value) for name, values in answer["multiValueHeaders"].items() for value in values
    ]
    return Reply(answer["statusCode"], headers, body if isinstance(body, bytes) else body.encode())
