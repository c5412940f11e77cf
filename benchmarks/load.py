"""Clients of a service over HTTP: threads, each with one connection that it keeps."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import chain
from typing import Any

HOST = "127.0.0.1"
ACCEPTED = "Task started, your id"
POLL_SECONDS = 0.1  # polling more often takes time from the jobs
SHORT_POLL_SECONDS = 0.02  # for few jobs, where 100 ms would be seen
LONE_POLL_SECONDS = 0.001  # for one small job, which takes some milliseconds
TIMEOUT_SECONDS = 600

Sums = dict[str, float]


@dataclass(frozen=True, slots=True)
class Load:
    """Seconds of one round: of each submit; to the last result; to ``ongoing_tasks`` 0."""

    submits: list[float]
    to_results: float
    to_idle: float
    sums: list[Sums]


def put(port: int, name: str, jobs: int, clients: int) -> Load:
    """Submit the file ``jobs`` times from ``clients`` threads, and wait for all results."""
    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as threads:
        done = list(
            chain.from_iterable(
                threads.map(lambda _: _one_client(port, name, jobs // clients), range(clients))
            )
        )
    to_results = time.perf_counter() - started
    wait_until_idle(Connection(port))
    to_idle = time.perf_counter() - started
    return Load([seconds for seconds, _ in done], to_results, to_idle, [sums for _, sums in done])


def _one_client(port: int, name: str, jobs: int) -> list[tuple[float, Sums]]:
    """Submit the jobs, then get each result; return the seconds of each submit, and the sums."""
    connection = Connection(port)
    submitted = [connection.submit(name) for _ in range(jobs)]
    return [(seconds, connection.sums(reply)) for seconds, reply in submitted]


class Connection:
    """A connection. It raises RuntimeError for an unexpected reply, OSError for none."""

    def __init__(self, port: int, pause: float = POLL_SECONDS) -> None:
        self._pause = pause
        self._http = HTTPConnection(HOST, port, timeout=TIMEOUT_SECONDS)

    def get(self, path: str) -> tuple[int, dict[str, Any]]:
        return self._send("GET", path)

    def post(self, path: str, content: object) -> tuple[int, dict[str, Any]]:
        return self._send("POST", path, json.dumps(content))

    def _send(self, method: str, path: str, body: str | None = None) -> tuple[int, dict[str, Any]]:
        self._http.request(method, path, body)
        reply = self._http.getresponse()
        content = json.loads(reply.read())
        if reply.status not in (200, 202):
            raise RuntimeError(f"{path}: {reply.status} {content}")
        return reply.status, content

    def submit(self, name: str) -> tuple[float, dict[str, Any]]:
        started = time.perf_counter()
        _, reply = self.get(f"/csv_name={name}")
        return time.perf_counter() - started, reply

    def sums(self, reply: dict[str, Any]) -> Sums:
        """Return the sums: the reply to a submit itself, or the result of the job in it."""
        if ACCEPTED not in reply:
            return reply
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            status, content = self.get(f"/storage/get_json/{reply[ACCEPTED]}")
            if status == 200:
                return content
            time.sleep(self._pause)
        raise RuntimeError(f"the job {reply[ACCEPTED]} did not end in {TIMEOUT_SECONDS} seconds")


def one_job(connection: Connection, name: str) -> tuple[float, Sums]:
    """Submit one job; return the seconds to its result, and the result."""
    started = time.perf_counter()
    _, reply = connection.submit(name)
    sums = connection.sums(reply)
    return time.perf_counter() - started, sums


def latencies(port: int, name: str, jobs: int, clients: int) -> list[float]:
    """Return the seconds of each job; each of ``clients`` threads has one at a time."""

    def one_client(share: int) -> list[float]:
        connection = Connection(port, SHORT_POLL_SECONDS)
        return [one_job(connection, name)[0] for _ in range(share)]

    with ThreadPoolExecutor(clients) as threads:
        return list(chain.from_iterable(threads.map(one_client, [jobs // clients] * clients)))


def wait_until_idle(connection: Connection) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while connection.get("/storage/get_counter")[1]["ongoing_tasks"]:
        if time.monotonic() > deadline:
            raise RuntimeError(f"ongoing_tasks was not 0 after {TIMEOUT_SECONDS} seconds")
        time.sleep(POLL_SECONDS)
