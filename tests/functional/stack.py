"""Starts the service as a user would (`make run`), and talks to it over HTTP.

The client is urllib's: it sends a path as it is, while the libraries above it normalize paths.
"""

import json
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from local.config import free_port
from local.resources import Service, client
from tests.eventually import eventually
from tests.openapi import require_documented

ROOT = Path(__file__).parent.parent.parent
START_SECONDS = 120
ENDED = ("succeeded", "failed")


@dataclass(frozen=True)
class Reply:
    url: str
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Api:
    """A client of one running service. ``token``: that of its requests, if they have any."""

    base: str
    token: str = ""

    def get(self, path: str) -> Reply:
        return self.send("GET", path)

    def post(self, path: str, body: bytes, content_type: str = "application/json") -> Reply:
        return self.send("POST", path, body, {"Content-Type": content_type})

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Return the reply to a request, which must be one of the OpenAPI document."""
        request = urllib.request.Request(
            self.base + path,
            data=body,
            headers={**self._credentials(), **(headers or {})},
            method=method,
        )
        reply = self._send(request)
        if reply.url == request.full_url:  # not what a link leads to
            require_documented(method, path, reply.status, reply.headers, reply.body)
        return reply

    def submit(self, csv: str, query: str = "") -> str:
        reply = self.get(f"/csv_name={quote(csv, safe='')}{query}")
        assert reply.status == 200, reply.body
        job_id: str = reply.json["Task started, your id"]
        return job_id

    def job(self, job_id: str) -> dict[str, Any]:
        job: dict[str, Any] = self.get(f"/jobs/{job_id}").json
        return job

    def ended(self, job_id: str, seconds: float = 60) -> dict[str, Any]:
        """Return the job once it has ended."""

        def final() -> dict[str, Any] | None:
            job = self.job(job_id)
            return job if job["status"] in ENDED else None

        return eventually(final, seconds)

    def ongoing(self) -> int:
        count: int = self.get("/storage/get_counter").json["ongoing_tasks"]
        return count

    def _credentials(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    @staticmethod
    def _send(request: urllib.request.Request) -> Reply:
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return Reply(answer.url, answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as error:
            return Reply(error.url, error.code, dict(error.headers), error.read())


class Stack:
    """`make run`, running: its supervisor, its folder of files, its API.

    ``folder`` gets the files (``data``), what is kept (``state``) and the output (``log.txt``).
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        self.data = folder / "data"
        self.data.mkdir(exist_ok=True)
        self.state = folder / "state"
        self.log = folder / "log.txt"
        self.port = int(settings.get("PORT") or free_port())
        places = {"PORT": str(self.port), "DATA": str(self.data), "STATE": str(self.state)}
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                make("run", **(places | settings)),
                cwd=ROOT,
                env=callers_environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wait_until_ready()
        self.api = Api(f"http://127.0.0.1:{self.port}")

    def put(self, name: str, data: bytes) -> str:
        """Write a file into the service's folder. Return its name."""
        path = self.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return name

    def aws(self, service: Service) -> Any:
        """Return a client of the embedded AWS."""
        match = re.search(r"embedded AWS at (\S+?)\.\s", self.log.read_text())
        assert match
        return client(service, match[1])

    def processes(self, word: str = "local") -> list[int]:
        """Return the pids below the supervisor whose command line has the word in it."""
        return [pid for pid in descendants(self.process.pid) if word in command_line(pid)]

    @contextmanager
    def stopped_workers(self) -> Iterator[list[int]]:
        """Let no worker do anything while the block lasts."""
        workers = self.processes("local.worker")
        assert workers
        for pid in workers:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield workers
        finally:
            for pid in workers:
                with suppress(ProcessLookupError):  # the block stopped the service
                    os.kill(pid, signal.SIGCONT)

    def answers(self) -> bool:
        """Return whether the API takes requests."""
        try:
            return self.api.get("/storage/get_counter").status == 200
        except OSError:
            return False

    def interrupt(self) -> None:
        """Stop it as a person does: Ctrl-C reaches make and what it runs."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(60)

    def stop(self) -> None:
        """Stop it, if it runs. What does not stop within a minute is killed, and fails."""
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise AssertionError(f"it does not stop:\n{self.log.read_text()}") from None

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            if "Ready:" in self.log.read_text():
                return
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())


def make(target: str, **settings: str) -> list[str]:
    """Return the command that a person types."""
    return ["make", target, *(f"{name}={value}" for name, value in settings.items())]


def run_in_vain(**settings: str) -> str:
    """Run `make run` with settings that it refuses. Return the only line that it says."""
    given = {"PORT": str(free_port())} | settings
    ended = subprocess.run(
        make("run", **given),
        cwd=ROOT,
        env=callers_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode != 0
    (line,) = [line for line in ended.stderr.splitlines() if not line.startswith("make: ***")]
    return line


def callers_environment() -> dict[str, str]:
    """Return what a user's shell has: the tests may run below make, with an AWS of their own."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "MAKE", "MFLAGS"))
    }


def descendants(root: int) -> list[int]:
    parents = {
        int(entry.name): parent_of(int(entry.name))
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit()
    }
    found, level = [], [root]
    while level:
        level = [pid for pid, parent in parents.items() if parent in level]
        found += level
    return found


def parent_of(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""
