"""Large files from submit to result, compared with polars and duckdb; and the workers' memory."""

import math
import sys
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks import servers
from benchmarks.files import FOLDER, MEGABYTE, borrowed, csv_file, gzip_file
from benchmarks.kernel import Run, run
from benchmarks.load import SHORT_POLL_SECONDS, Connection, Sums, one_job
from benchmarks.processes import worker_peaks
from benchmarks.tables import number, table, times

WORKERS = 2
POLL_MS = round(1000 * SHORT_POLL_SECONDS)
# A gzip file is one part, so the API has a core to itself: frequent polls do not slow the job.
GZIP_POLL_SECONDS = 0.005
GZIP_POLL_MS = round(1000 * GZIP_POLL_SECONDS)
PEERS = ("polars-2", "duckdb-2")
SMALL_BYTES = 1000
HEADER = ("who", "seconds", "lowest to highest", "it / csvsum")
MEMORY_HEADER = ("file", "csvsum, one worker", *PEERS)
LEGEND = f"""\
csvsum runs as `make run` starts it, with {WORKERS} workers, warm. Its seconds are from the submit
over HTTP to having the result (polled every {POLL_MS} ms; for gzip, which is one part and leaves a
core free, every {GZIP_POLL_MS} ms). The peers have 2 threads each and know that the wanted columns
are doubles; their seconds are from opening the file to having the sums: no HTTP, no queue, no job
that outlives the process. All take turns, round by round. The ratio is the median of the rounds'
ratios; more is better. The file is in the page cache, as far as it fits. A gzip file is one part,
whose size here is that of the file inside."""
MEMORY = """\
### Peak memory by size of the file

Peak memory in MB (VmHWM): of the largest worker of a new service, after all rounds of that size
and a job of a kilobyte; and of the peers' processes. csvsum's should be flat, because a worker
holds some blocks and a row, never a part."""


@dataclass
class Rounds:
    """Of one file: seconds of csvsum, runs of the peers, the workers' peak memory at the end."""

    title: str
    seconds: list[float] = field(default_factory=list)
    peers: dict[str, list[Run]] = field(default_factory=lambda: {name: [] for name in PEERS})
    worker_bytes: int = 0


def report(sizes: tuple[int, ...], gzip_bytes: int, rounds: int) -> str:
    """Measure; return a table for each file, and one of memory. Raise if a sum is wrong."""
    measured = []
    for size in sizes:
        with borrowed("floats", size) as path:
            measured.append(_measure(f"{size / MEGABYTE:,.0f} MB", path, rounds))
    packed = gzip_file("floats", gzip_bytes)
    title = f"{gzip_bytes / MEGABYTE:,.0f} MB as gzip"
    measured.append(_measure(title, packed, rounds, GZIP_POLL_SECONDS))
    memory = table(MEMORY_HEADER, map(_memory_row, measured))
    return "\n\n".join(["## Large files", LEGEND, *map(_table, measured), MEMORY, memory])


def _measure(title: str, path: Path, rounds: int, pause: float = SHORT_POLL_SECONDS) -> Rounds:
    small = csv_file("prices", SMALL_BYTES).name
    done = Rounds(f"{title}, rounds: {rounds}")
    run("plain-read", path)  # brings the file into the page cache
    with servers.csvsum(FOLDER, WORKERS) as port:
        connection = Connection(port, pause)
        for name in (small, path.name):
            one_job(connection, name)
        for turn in range(rounds):
            print(f"large: {path.name}, round {turn + 1} of {rounds}", file=sys.stderr, flush=True)
            seconds, sums = one_job(connection, path.name)
            done.seconds.append(seconds)
            for peer in PEERS:
                done.peers[peer].append(run(peer, path))
                _check(sums, done.peers[peer][-1])
        done.worker_bytes = max(worker_peaks(port), default=0)
    return done


def _check(ours: Sums, theirs: Run) -> None:
    pairs = list(zip(ours.values(), theirs.sums, strict=True))
    if not all(b is not None and math.isclose(a, b, rel_tol=1e-9) for a, b in pairs):
        raise RuntimeError("one file has different sums")


def _table(done: Rounds) -> str:
    ours = ["csvsum", *_seconds(done.seconds), ""]
    peers = {name: [run.seconds for run in runs] for name, runs in done.peers.items()}
    rows = [
        [name, *_seconds(each), times(_ratio(each, done.seconds))] for name, each in peers.items()
    ]
    fastest = [min(each) for each in zip(*peers.values(), strict=True)]
    rows.append(["the faster one", *_seconds(fastest), times(_ratio(fastest, done.seconds))])
    return f"### floats: {done.title}\n\n{table(HEADER, [ours, *rows])}"


def _seconds(seconds: list[float]) -> tuple[str, str]:
    return number(median(seconds)), f"{number(min(seconds))} to {number(max(seconds))}"


def _ratio(theirs: list[float], ours: list[float]) -> float:
    return median(peer / seconds for peer, seconds in zip(theirs, ours, strict=True))


def _memory_row(done: Rounds) -> list[str]:
    peers = [number(max(run.peak_bytes for run in runs) / MEGABYTE) for runs in done.peers.values()]
    return [done.title, number(done.worker_bytes / MEGABYTE), *peers]
