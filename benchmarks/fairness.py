"""How long a file of two parts takes alone, and right after a file of very many parts."""

import sys
from dataclasses import dataclass
from math import ceil
from statistics import median

from benchmarks import servers
from benchmarks.files import FOLDER, MEGABYTE, borrowed, csv_file
from benchmarks.load import ACCEPTED, SHORT_POLL_SECONDS, Connection, one_job, wait_until_idle
from benchmarks.tables import number, table, times
from chalicelib.jobs.parts import SMALL_PART_BYTES, SMALL_PARTS_AT_ONCE

WORKERS = 2
HEADER = ("a file of two parts", "ms", "lowest to highest", "of alone")
LEGEND = f"""\
Milliseconds from the submit of a file of two parts to its result: alone, and while {WORKERS}
workers sum a file of many such parts that was submitted before. A large job has only a window of
parts in the queue, so that no other job waits for all of them: one more than there are workers, or
{SMALL_PARTS_AT_ONCE} for each worker where a part has at most {SMALL_PART_BYTES // 2**20} MiB.
Figures are medians of the rounds; the ratio is the median of the rounds' ratios."""


@dataclass(frozen=True, slots=True)
class Round:
    """Milliseconds alone and after the large job, and the share of that job left at the end."""

    alone: float
    after: float
    left: float


def report(size: int, counts: tuple[int, ...], rounds: int) -> str:
    """Return a table for each number of parts of a file of ``size`` bytes."""
    tables = [_report(size, parts, rounds) for parts in counts]
    return "\n\n".join(["## Fairness", LEGEND, *tables])


def _report(size: int, parts: int, rounds: int) -> str:
    part_bytes = ceil(size / parts)
    two_parts = csv_file("floats", part_bytes * 3 // 2)
    with borrowed("floats", size) as path, servers.csvsum(FOLDER, WORKERS, part_bytes) as port:
        connection = Connection(port, SHORT_POLL_SECONDS)
        one_job(connection, two_parts.name)
        done = []
        for turn in range(rounds):
            print(f"fairness: round {turn + 1} of {rounds}", file=sys.stderr, flush=True)
            done.append(_round(connection, path.name, two_parts.name))
    title = f"### After {size / MEGABYTE:,.0f} MB in {parts:,} parts, rounds: {rounds}"
    left = (
        f"When it ended, {min(each.left for each in done):.0%} or more of the large job was left."
    )
    return "\n\n".join([title, table(HEADER, _rows(done)), left])


def _round(connection: Connection, large: str, small: str) -> Round:
    alone = median(one_job(connection, small)[0] for _ in range(3))
    job = f"/jobs/{connection.submit(large)[1][ACCEPTED]}"
    while connection.get(job)[1]["progress"]["parts_done"] < WORKERS:
        pass
    after = one_job(connection, small)[0]
    progress = connection.get(job)[1]["progress"]
    wait_until_idle(connection)
    return Round(1000 * alone, 1000 * after, 1 - progress["parts_done"] / progress["parts"])


def _rows(done: list[Round]) -> list[list[str]]:
    alone, after = [each.alone for each in done], [each.after for each in done]
    ratio = median(each.after / each.alone for each in done)
    return [_row("alone", alone, 1.0), _row("after the large file", after, ratio)]


def _row(name: str, milliseconds: list[float], ratio: float) -> list[str]:
    spread = f"{number(min(milliseconds))} to {number(max(milliseconds))}"
    return [name, number(median(milliseconds)), spread, times(ratio)]
