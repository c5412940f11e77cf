"""How long small jobs take alone, and while one job of very many parts runs."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from statistics import median, quantiles

from benchmarks import servers
from benchmarks.files import FOLDER, MEGABYTE, borrowed, csv_file
from benchmarks.load import ACCEPTED, Connection, latencies, wait_until_idle
from benchmarks.tables import number, table, times

WORKERS = 2
CLIENTS = 4
SMALL_BYTES = 1000
HEADER = ("small jobs", "alone", "beside the large one", "ratio")
LEGEND = f"""\
Milliseconds from submit to result of a small job ({SMALL_BYTES // 1000} KB; {CLIENTS} clients, each
with one job at a time): alone, and while a job of many small parts runs on the same {WORKERS}
workers. Jobs and parts have a queue each, so a small job does not wait for the parts; but it shares
the processors and the emulator with them. Medians of the rounds."""

# By measure: how to compute it from the seconds of a round's jobs.
MEASURES: dict[str, Callable[[list[float]], float]] = {
    "p50, ms": lambda seconds: 1000 * median(seconds),
    "p95, ms": lambda seconds: 1000 * quantiles(seconds, n=20, method="inclusive")[-1],
    "worst, ms": lambda seconds: 1000 * max(seconds),
}


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds of the small jobs, and the share of the large one that was ``left`` after them."""

    alone: list[float]
    beside: list[float]
    left: float


def report(size: int, parts: int, jobs: int, rounds: int) -> str:
    """Measure, and return one table. ``parts``: the number of parts of the large file."""
    with borrowed("floats", size) as path:
        small, part_bytes = csv_file("prices", SMALL_BYTES), ceil(path.stat().st_size / parts)
        if small.stat().st_size > part_bytes:
            raise ValueError(f"parts of {part_bytes} bytes: the small file would be cut too")
        with servers.csvsum(FOLDER, WORKERS, part_bytes) as port:
            latencies(port, small.name, CLIENTS, CLIENTS)
            done = [
                _round(port, path.name, small.name, jobs, f"beside: round {turn + 1} of {rounds}")
                for turn in range(rounds)
            ]
    rows = [_row(name, of, done) for name, of in MEASURES.items()]
    large = f"{size / MEGABYTE:.0f} MB in {parts:,} parts"
    title = f"### {jobs} small jobs, one of {large}, rounds: {rounds}"
    share = f"{min(each.left for each in done):.0%}"
    left = f"When the last small job ended, {share} or more of the large job's parts were not done."
    return "\n\n".join(
        ["## Small jobs beside a large one", LEGEND, title, table(HEADER, rows), left]
    )


def _round(port: int, large: str, small: str, jobs: int, title: str) -> Round:
    print(title, file=sys.stderr, flush=True)
    alone = latencies(port, small, jobs, CLIENTS)
    connection = Connection(port)
    _, reply = connection.submit(large)
    beside = latencies(port, small, jobs, CLIENTS)
    progress = connection.get(f"/jobs/{reply[ACCEPTED]}")[1]["progress"]
    wait_until_idle(connection)
    return Round(alone, beside, 1 - progress["parts_done"] / progress["parts"])


def _row(name: str, of: Callable[[list[float]], float], done: list[Round]) -> list[str]:
    ratio = median(of(each.beside) / of(each.alone) for each in done)
    return [
        name,
        number(median(of(each.alone) for each in done)),
        number(median(of(each.beside) for each in done)),
        times(ratio),
    ]
