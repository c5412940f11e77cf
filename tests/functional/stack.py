"""Starts the service as a user would (`make run`), and talks to it over HTTP."""

import json
import os
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).parent.parent.parent
START_SECONDS = 120
ENDED = ("succeeded", "failed")


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Api:
    """A client of one running service."""

    base: str

    def get(self, path: str) -> Reply:
        return self._send(urllib.request.Request(self.base + path))

    def post(self, path: str, body: bytes, content_type: str = "application/json") -> Reply:
        return self._send(
            urllib.request.Request(
                self.base + path, data=body, headers={"Content-Type": content_type}
            )
        )

    def submit(self, csv: str, query: str = "") -> str:
        reply = self.get(f"/csv_name={quote(csv, safe='')}{query}")
        assert reply.status == 200, reply.body
        job_id: str = reply.json["Task started, your id"]
        return job_id

    def ended(self, job_id: str, seconds: float = 60) -> dict[str, Any]:
        """The job once it has ended."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            job: dict[str, Any] = self.get(f"/jobs/{job_id}").json
            if job["status"] in ENDED:
                return job
            time.sleep(seconds / 1000)
        raise AssertionError(f"{job_id} did not end in {seconds} s: {job}")

    def ongoing(self) -> int:
        count: int = self.get("/storage/get_counter").json["ongoing_tasks"]
        return count

    @staticmethod
    def _send(request: urllib.request.Request) -> Reply:
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return Reply(answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as error:
            return Reply(error.code, dict(error.headers), error.read())


class Stack:
    """`make run`, running: its supervisor, its folder of files, its API."""

    def __init__(self, data: Path, log: Path, **settings: str) -> None:
        self.data = data
        self.log = log
        self.port = free_port()
        given = {"PORT": str(self.port), "DATA": str(data), **settings}
        inherited = callers_environment()
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                ["make", "run", *(f"{name}={value}" for name, value in given.items())],
                cwd=ROOT,
                env=inherited,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wait_until_ready()
        self.api = Api(f"http://127.0.0.1:{self.port}")

    def put(self, name: str, data: bytes) -> str:
        path = self.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return name

    @property
    def aws_endpoint(self) -> str:
        match = re.search(r"embedded AWS at (\S+?)\. ", self.log.read_text())
        assert match
        return match[1]

    def processes(self, word: str = "local") -> list[int]:
        """The pids below the supervisor whose command line has the word in it."""
        return [pid for pid in descendants(self.process.pid) if word in command_line(pid)]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            if "Ready:" in self.log.read_text():
                return
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())


def callers_environment() -> dict[str, str]:
    """As a user's shell has it: the tests may themselves run below make, and with an AWS of their own."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "MAKE", "MFLAGS"))
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


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
