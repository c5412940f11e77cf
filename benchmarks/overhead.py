"""What queue and parts cost: one worker at several PART_BYTES, against one pass of its kernel."""

import sys
from contextlib import ExitStack
from math import ceil
from pathlib import Path
from statistics import median

from benchmarks import servers
from benchmarks.files import FOLDER, MEGABYTE, borrowed
from benchmarks.kernel import OURS, run
from benchmarks.load import SHORT_POLL_SECONDS, Connection, one_job
from benchmarks.tables import number, table, times

WORKERS = 1
POLL_MS = round(1000 * SHORT_POLL_SECONDS)
HEADER = ("cut into", "parts", "seconds", "lowest to highest", "of the serial pass")
LEGEND = f"""\
Seconds from the submit of one job to its result, warm, with {WORKERS} worker, so that nothing runs
in parallel. What is above 1.00x is the cost of the queue, the table, the parts and HTTP (polled
every {POLL_MS} ms). The serial pass is the same kernel over the file, in a process of its own on
one core. Medians; the ratio is the median of the rounds' ratios. All services are running and take
turns."""


def report(size: int, part_bytes: tuple[int, ...], rounds: int) -> str:
    """Measure with each PART_BYTES and with no parts at all; return one table."""
    with borrowed("floats", size) as path:
        choices = (*part_bytes, 2 * path.stat().st_size)
        serial, ours = _measure(path, choices, rounds)
        size = path.stat().st_size
    rows = [_row("one serial pass", 1, serial, serial)]
    rows += [
        _row(f"{number(each / 2**20)} MiB", ceil(size / each), ours[each], serial)
        for each in part_bytes
    ]
    rows += [_row("not at all", 1, ours[choices[-1]], serial)]
    title = f"### floats: {size / MEGABYTE:.0f} MB, rounds: {rounds}"
    return f"## What queue and parts cost\n\n{LEGEND}\n\n{title}\n\n{table(HEADER, rows)}"


def _measure(
    path: Path, choices: tuple[int, ...], rounds: int
) -> tuple[list[float], dict[int, list[float]]]:
    """Return the seconds of the serial pass and of each PART_BYTES, round by round."""
    serial: list[float] = []
    ours: dict[int, list[float]] = {each: [] for each in choices}
    with ExitStack() as stack:
        services = {
            each: stack.enter_context(servers.csvsum(FOLDER, WORKERS, each)) for each in choices
        }
        connections = {
            each: Connection(port, SHORT_POLL_SECONDS) for each, port in services.items()
        }
        for connection in connections.values():
            one_job(connection, path.name)
        for turn in range(rounds):
            print(f"queue and parts: round {turn + 1} of {rounds}", file=sys.stderr, flush=True)
            serial.append(run(OURS, path).seconds)
            for each, connection in connections.items():
                ours[each].append(one_job(connection, path.name)[0])
    return serial, ours


def _row(name: str, parts: int, seconds: list[float], serial: list[float]) -> list[str]:
    ratio = median(ours / theirs for ours, theirs in zip(seconds, serial, strict=True))
    return [
        name,
        f"{parts:,}",
        number(median(seconds)),
        f"{number(min(seconds))} to {number(max(seconds))}",
        times(ratio),
    ]
