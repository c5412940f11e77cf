"""How long a file takes that was summed before: --only cached."""

import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

from benchmarks import servers
from benchmarks.files import FOLDER, MEGABYTE, borrowed, csv_file
from benchmarks.load import ACCEPTED, LONE_POLL_SECONDS, Connection, one_job
from benchmarks.tables import number, table, times

WORKERS = 2
HEADER = ("what", "p50, ms", "lowest to highest", "of two requests")
BY_POST = "`POST /jobs`, whose reply has the sums"
BY_NAME = "`GET /csv_name=...`, then `GET /storage/get_json/<id>`"
REQUESTS = "two requests of a job that is summed: `GET /csv_name=...`, `GET /jobs/<id>`"
LOOKS = "two `GET /jobs/<id>` of a job that has ended"
SUMMED = "the first job, whose file is summed"
LEGEND = """\
From the submission of a file that an earlier job has summed to its sums, by one client over one
connection. The ways take turns, job by job, with a pause after each; figures are medians of the
rounds' medians. "two requests" are those of a job of 1 KB that is summed, without the time until it
has ended. The file is in the page cache."""
# So long that no job of 1 KB is worked on while the next way is measured.
PAUSE_SECONDS = 0.05


def report(size: int, jobs: int, rounds: int) -> str:
    """Measure ``jobs`` in each round, and return one table."""
    with (
        borrowed("floats", size) as path,
        tempfile.TemporaryDirectory() as state,
        servers.kept(Path(state), FOLDER, WORKERS, {"CACHE": "on"}) as port,
    ):
        connection = Connection(port, LONE_POLL_SECONDS)
        first = 1000 * one_job(connection, path.name)[0]
        time.sleep(1)  # a worker remembers the job just after it has stored the result
        measured = [_round(connection, path.name, jobs, turn) for turn in range(rounds)]
    rows = [_row(what, measured) for what in (BY_POST, BY_NAME, REQUESTS, LOOKS)]
    ratio = median(first / each[REQUESTS] for each in measured)
    rows.append([SUMMED, number(first), "", times(ratio)])
    title = f"### {size / MEGABYTE:,.0f} MB, jobs in a round: {jobs}, rounds: {rounds}"
    return f"## The same file twice\n\n{LEGEND}\n\n{title}\n\n{table(HEADER, rows)}"


def _round(connection: Connection, name: str, jobs: int, turn: int) -> Mapping[str, float]:
    """Return the median of the milliseconds of each way."""
    print(f"cached: round {turn + 1}", file=sys.stderr, flush=True)
    ways: dict[str, Callable[[], object]] = {
        BY_POST: lambda: _by_post(connection, name),
        BY_NAME: lambda: _by_name(connection, name),
        REQUESTS: lambda: _requests(connection, small),
        LOOKS: lambda: [connection.get(f"/jobs/{job_id}") for _ in range(2)],
    }
    small, job_id = csv_file("prices", 1000).name, _by_name(connection, name)
    seconds: dict[str, list[float]] = {what: [] for what in ways}
    for _ in range(jobs):
        for what, way in ways.items():
            began = time.perf_counter()
            way()
            seconds[what].append(time.perf_counter() - began)
            time.sleep(PAUSE_SECONDS)
    return {what: 1000 * median(each) for what, each in seconds.items()}


def _by_post(connection: Connection, name: str) -> None:
    _, job = connection.post("/jobs", {"csv": name})
    if "cached_from" not in job or not job["result"]:
        raise RuntimeError(f"the job was not answered at once: {job}")


def _by_name(connection: Connection, name: str) -> str:
    """Return the id of the job."""
    _, reply = connection.submit(name)
    job_id: str = reply[ACCEPTED]
    status, _ = connection.get(f"/storage/get_json/{job_id}")
    if status != 200:
        raise RuntimeError(f"the job {job_id} was not answered at once")
    return job_id


def _requests(connection: Connection, name: str) -> None:
    """Submit a file that is summed, and look at its job once."""
    _, reply = connection.get(f"/csv_name={name}?fresh=true")
    connection.get(f"/jobs/{reply[ACCEPTED]}")


def _row(what: str, measured: list[Mapping[str, float]]) -> list[str]:
    values = [each[what] for each in measured]
    ratio = median(each[what] / each[REQUESTS] for each in measured)
    return [
        what,
        number(median(values)),
        f"{number(min(values))} to {number(max(values))}",
        times(ratio),
    ]
