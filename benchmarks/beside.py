"""Small jobs alone, and beside one job of a great many parts: what they have to wait."""

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
Milliseconds from submit to result of one small job ({SMALL_BYTES // 1000} KB, {CLIENTS} clients, each with one job at a time), with
nothing else to do, and while a job of many small parts is at work on the same {WORKERS} workers. Jobs and parts have a queue each, so a
small job does not stand in line behind the parts; it shares the processors and the emulator with them. Medians of the rounds."""

# By what is measured: how it is taken from the seconds of a round's jobs.
MEASURES: dict[str, Callable[[list[float]], float]] = {
    "p50, ms": lambda seconds: 1000 * median(seconds),
    "p95, ms": lambda seconds: 1000 * quantiles(seconds, n=20, method="inclusive")[-1],
    "worst, ms": lambda seconds: 1000 * max(seconds),
}


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds of the small jobs alone, and beside the large one, of which the share ``left`` was to be done behind them."""

    alone: list[float]
    beside: list[float]
    left: float


def report(size: int, parts: int, jobs: int, rounds: int) -> str:
    """One table. ``parts``: into how many the large file is cut."""
    with borrowed("floats", size) as path:
        small, part_bytes = csv_file("prices", SMALL_BYTES), ceil(path.stat().st_size / parts)
        if small.stat().st_size > part_bytes:
            raise ValueError(
                f"parts of {part_bytes} bytes: the small file would be cut too, and wait behind the large one"
            )
        with servers.csvsum(FOLDER, WORKERS, part_bytes) as port:
            latencies(port, small.name, CLIENTS, CLIENTS)
            done = [
                _round(port, path.name, small.name, jobs, f"beside: round {turn + 1} of {rounds}")
                for turn in range(rounds)
            ]
    title = f"### {jobs} small jobs, one of {size / MEGABYTE:.0f} MB in {parts:,} parts, rounds: {rounds}"
    left = f"When the last small job ended, {min(each.left for each in done):.0%} of the large one's parts or more were still to do."
    rows = [_row(name, of, done) for name, of in MEASURES.items()]
    return f"## Small jobs beside a large one\n\n{LEGEND}\n\n{title}\n\n{table(HEADER, rows)}\n\n{left}"


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
