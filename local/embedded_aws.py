"""The embedded AWS: MiniStack, as a process of the local service (python -m local.embedded_aws).

It listens on the loopback interface, and runs only the services that csvsum uses. It reads its
state when it starts, and writes it when it stops.
"""

import os
import signal
import time
import urllib.request
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from local.browsers import is_foreign
from local.children import Child
from local.config import CREDENTIALS, HOST, UsageError, free_port
from local.parent import exit_with_parent
from local.state import State

SERVICES = "s3,sqs,dynamodb,cloudformation,iam,sts,events"
#: The environment variable with the origins of the pages that may call it.
ORIGINS = "CSVSUM_ORIGINS"
START_SECONDS = 30
# It writes its state when it stops, which takes a second for some 10,000 jobs.
STOP_SECONDS = 60
# Clients keep connections open. At the end, requests in progress get a few seconds to finish.
KEEP_ALIVE_SECONDS, REQUEST_SECONDS = 75, 3
EMPTY = [(b"content-length", b"0")]
# Reply headers to leave out: CORS headers, and second copies of a request's id.
EXTRAS = (b"access-control-", b"x-amz-request-id", b"x-amz-id-2")


class EmbeddedAws:
    """MiniStack on a free port, with the resources of infra/resources.json.

    ``page`` is the origin of the service's page, which may be another address of this machine.
    """

    def __init__(self, state: State, parameters: Mapping[str, str], page: str = "") -> None:
        self._state = state
        self.port = free_port()
        self.endpoint = f"http://{HOST}:{self.port}"
        self.log = state.folder / "aws.log"
        self.child = Child(
            "the embedded AWS",
            ["local.embedded_aws"],
            environment(self.port, state)
            | {ORIGINS: f"{page},{parameters.get('CorsOrigins', '')}"},
            log=self.log,
            inherit=[state.lock],
            then=self._prepare,
            stop_seconds=STOP_SECONDS,
            loss=". Jobs that were submitted since `make run` started are lost",
        )
        self._parameters = parameters

    def _prepare(self) -> None:
        """Create the resources once MiniStack answers. Raise UsageError."""
        # Imported late: importing boto3 takes a while, and MiniStack starts at the same time.
        from local.resources import make_resources

        self._wait_until_ready()
        make_resources(self.endpoint, self._parameters)
        self._state.note_endpoint(self.endpoint)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while self.child.is_alive and time.monotonic() < deadline:
            try:
                url = f"http://{HOST}:{self.port}/health"
                with urllib.request.urlopen(url, timeout=5):  # nosec B310  # always http
                    return
            except OSError:
                time.sleep(0.02)
        raise UsageError(f"The embedded AWS did not start; {self.log} says why.")


def environment(port: int, state: State) -> dict[str, str]:
    """Return MiniStack's environment. None of its some 400 variables comes from the caller."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return inherited | {
        **CREDENTIALS,  # it refuses links that are signed with other credentials
        "BIND_HOST": HOST,
        "MINISTACK_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "SERVICES": SERVICES,
        "LOG_LEVEL": "WARNING",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(state.path("aws")),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(state.path("s3")),
        "TMPDIR": str(state.path("tmp")),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        # If there is a Docker engine, it would remove containers that another MiniStack left.
        "DOCKER_HOST": "unix:///nonexistent",
        "PYTHONUNBUFFERED": "1",
    }


Send = Callable[[Any], Awaitable[None]]
App = Callable[[Any, Any, Send], Awaitable[None]]


def guarded(app: App, origins: frozenset[str]) -> App:
    """Return an ASGI application that refuses web pages of other sites.

    MiniStack checks no credentials, and lets all pages read all replies. The headers for that are
    sent to pages only.
    """

    async def app_for_us(scope: Any, receive: Any, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        headers = _headers(scope)
        if is_foreign(headers, _target(scope), origins):
            await send({"type": "http.response.start", "status": 403, "headers": EMPTY})
            await send({"type": "http.response.body", "body": b""})
        else:
            await app(scope, receive, send if "origin" in headers else without_extras(send))

    return app_for_us


def without_extras(send: Send) -> Send:
    """Return a ``send`` that leaves out the headers that csvsum does not read.

    boto3 parses all headers of a reply: without these, a call takes 0.95 of the time.
    """

    async def send_less(event: Any) -> None:
        if event["type"] == "http.response.start":
            kept = [each for each in event["headers"] if not each[0].lower().startswith(EXTRAS)]
            event = {**event, "headers": kept}
        await send(event)

    return send_less


def _headers(scope: Any) -> dict[str, str]:
    return {name.decode("latin-1"): text.decode("latin-1") for name, text in scope["headers"]}


def _target(scope: Any) -> str:
    query = scope["query_string"].decode("latin-1")
    return f"{scope['path']}?{query}" if query else str(scope["path"])


def main() -> None:
    # SIGTERM makes it save its state, even if the parent was killed.
    exit_with_parent(signal.SIGTERM)
    import uvicorn
    from ministack import app as ministack

    origins = os.environ.pop(ORIGINS, "").split(",")
    # With Hypercorn, which MiniStack comes with, the same requests take 1.4 times the CPU.
    uvicorn.run(
        guarded(ministack.app, frozenset(filter(None, origins))),
        host=HOST,
        port=int(os.environ["GATEWAY_PORT"]),
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        server_header=False,
        date_header=False,  # MiniStack sends it
        log_level="warning",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=REQUEST_SECONDS,
    )


if __name__ == "__main__":
    main()
