"""How long `make run` takes to stop and start with many kept jobs, and whether all are found."""

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import servers
from benchmarks.files import FOLDER, csv_file
from benchmarks.load import ACCEPTED, Connection, wait_until_idle
from benchmarks.tables import number, table

WORKERS = 2
CLIENTS = 8
FILE_BYTES = 1000
HEADER = ("kept jobs", "stop, s", "start, s", "jobs with their result afterwards")
LEGEND = f"""\
`make run` keeps jobs and results in a folder: MiniStack writes its state there when it stops, and
reads it when it starts. All jobs are of {FILE_BYTES // 1000} KB and have ended. "stop" is from
SIGTERM to the end of all processes, "start" from the start of `python -m local` to the first reply
of the API. Afterwards the result of each job is asked for."""


@dataclass
class Restart:
    """Seconds to stop and to start, and how many jobs were found with their result."""

    jobs: int
    stop: float = 0.0
    start: float = 0.0
    found: int = 0


def report(jobs: int) -> str:
    """Measure with no job and with ``jobs``; return one table."""
    rows = [_row(_measure(count)) for count in (0, jobs)]
    return f"## Restart\n\n{LEGEND}\n\n{table(HEADER, rows)}"


def _measure(jobs: int) -> Restart:
    print(f"restart with {jobs} jobs", file=sys.stderr, flush=True)
    name, done = csv_file("prices", FILE_BYTES).name, Restart(jobs)
    with TemporaryDirectory() as state:
        with _timed_stop(Path(state), done) as port:
            ids = _submitted(port, name, jobs)
            wait_until_idle(Connection(port))
        began = time.perf_counter()
        with servers.kept(Path(state), FOLDER, WORKERS) as port:
            done.start = time.perf_counter() - began
            done.found = _found(port, ids)
    return done


@contextmanager
def _timed_stop(state: Path, done: Restart) -> Iterator[int]:
    """Run the service for the block, and note how long it takes to stop."""
    with servers.kept(state, FOLDER, WORKERS) as port:
        yield port
        began = time.perf_counter()
    done.stop = time.perf_counter() - began


def _submitted(port: int, name: str, jobs: int) -> list[str]:
    """Submit a file so many times, from several clients. Return the ids."""

    def submit(client: int) -> list[str]:
        connection = Connection(port)
        count = len(range(client, jobs, CLIENTS))
        return [str(connection.submit(name)[1][ACCEPTED]) for _ in range(count)]

    with ThreadPoolExecutor(CLIENTS) as threads:
        return list(chain.from_iterable(threads.map(submit, range(CLIENTS))))


def _found(port: int, ids: list[str]) -> int:
    """Return how many of the jobs have a result."""

    def found(client: int) -> int:
        connection = Connection(port)
        paths = (f"/storage/get_json/{job}" for job in ids[client::CLIENTS])
        return sum(connection.get(path)[0] == 200 for path in paths)

    with ThreadPoolExecutor(CLIENTS) as threads:
        return sum(threads.map(found, range(CLIENTS)))


def _row(done: Restart) -> list[str]:
    return [f"{done.jobs:,}", number(done.stop), number(done.start), f"{done.found:,}"]
