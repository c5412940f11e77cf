"""How long a file takes that was summed before: --only cached."""

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks import servers
from benchmarks.files import FOLDER, MEGABYTE, borrowed
from benchmarks.load import ACCEPTED, LONE_POLL_SECONDS, Connection, one_job
from benchmarks.tables import number, table, times

WORKERS = 2
HEADER = ("what", "p50, ms", "lowest to highest", "of two requests")
LEGEND = """\
A file that an earlier job has summed, submitted and asked for by one client over one connection:
two requests, the first of which stores a job with the earlier result. "two requests" are two `GET
/jobs/<id>` of a job that has ended. Both take turns, job by job; figures are medians of the rounds'
medians. "summed" is the first job, whose file is read; the file is in the page cache."""


def report(size: int, jobs: int, rounds: int) -> str:
    """Measure ``jobs`` in each round, and return one table."""
    with (
        borrowed("floats", size) as path,
        tempfile.TemporaryDirectory() as state,
        servers.kept(Path(state), FOLDER, WORKERS, {"CACHE": "on"}) as port,
    ):
        connection = Connection(port, LONE_POLL_SECONDS)
        first = one_job(connection, path.name)[0]
        measured = [_round(connection, path.name, jobs, turn) for turn in range(rounds)]
    answers, requests = ([1000 * each[place] for each in measured] for place in (0, 1))
    ratio = median(answer / pair for answer, pair in zip(answers, requests, strict=True))
    rows = [
        ["submit to result", number(median(answers)), _spread(answers), times(ratio)],
        ["two requests", number(median(requests)), _spread(requests), times(1)],
        ["summed", number(1000 * first), "", times(1000 * first / median(requests))],
    ]
    title = f"### {size / MEGABYTE:,.0f} MB, jobs in a round: {jobs}, rounds: {rounds}"
    return f"## The same file twice\n\n{LEGEND}\n\n{title}\n\n{table(HEADER, rows)}"


def _round(connection: Connection, name: str, jobs: int, turn: int) -> tuple[float, float]:
    """Return the medians of the seconds of an answer, and of two requests."""
    print(f"cached: round {turn + 1}", file=sys.stderr, flush=True)
    answers, pairs = [], []
    for _ in range(jobs):
        job_id, seconds = _answer(connection, name)
        answers.append(seconds)
        began = time.perf_counter()
        for _ in range(2):
            connection.get(f"/jobs/{job_id}")
        pairs.append(time.perf_counter() - began)
    return median(answers), median(pairs)


def _answer(connection: Connection, name: str) -> tuple[str, float]:
    """Submit the file and get its sums. Return the id of the job, and the seconds."""
    began = time.perf_counter()
    _, reply = connection.submit(name)
    status, _ = connection.get(f"/storage/get_json/{reply[ACCEPTED]}")
    seconds = time.perf_counter() - began
    _, job = connection.get(f"/jobs/{reply[ACCEPTED]}")
    if status != 200 or "cached_from" not in job:
        raise RuntimeError(f"the job was not answered at once: {job}")
    return job["id"], seconds


def _spread(values: list[float]) -> str:
    return f"{number(min(values))} to {number(max(values))}"
