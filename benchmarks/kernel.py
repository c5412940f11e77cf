"""One file at a time, summed by csvsum and by its peers in turns: --only kernel."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.files import KINDS, MEGABYTE, csv_file, gzip_file
from benchmarks.readers import available
from benchmarks.sums import Sums, is_gzip
from benchmarks.tables import number, table, times

OURS = "csvsum"
# They are many times slower, and take most of the time: one round is enough for them.
SLOW = ("csv-float", "csv-decimal", "mawk", "pandas")
YARDSTICKS = ("polars-1", "plain-read")
TIMEOUT_SECONDS = 600
HEADER = (
    "reader",
    "MB/s",
    "lowest to highest",
    *(f"of {each}" for each in YARDSTICKS),
    "peak MB",
    "exact sums",
)
LEGEND = f"""\
Each run is a process of its own. The number after a name is its threads; a reader of one thread is
kept to one core. All readers take turns, round by round; slow ones ({", ".join(SLOW)}) only in the
first round. MB/s is the median of the rounds, from opening the file (in the page cache) to having
the sums; imports and a first use come before. "of polars-1" and "of plain-read" are medians of the
rounds' ratios. "exact sums" counts how many equal the exact total, correctly rounded to a double,
in the round with fewest: they are compared with those of {OURS}, and csv-decimal proves these by
other means.
The peers know that the wanted columns are doubles, which makes some of them several times as fast;
only "pandas" gets nothing but the file. mawk does not know quotes. plain-read sums
nothing: it reads the file, 1 MiB at a time, into one buffer. MB of a gzip file are those of
the file inside."""


@dataclass(frozen=True, slots=True)
class Run:
    seconds: float
    peak_bytes: int
    sums: Sums


class Failed(Exception):
    """A reader returned no sums; holds the last line it wrote."""


def report(size: int, rounds: int) -> str:
    """Return one table per kind of file, and one for a compressed file."""
    tables = [_table(kind, csv_file(kind, size), rounds) for kind in KINDS]
    tables.append(_table("floats", gzip_file("floats", size), rounds))
    return f"## One file, one reader\n\n{LEGEND}\n\n" + "\n\n".join(tables)


def _table(kind: str, path: Path, rounds: int) -> str:
    runs = measure(path, available(str(path)), rounds)
    plain = path.with_suffix("") if is_gzip(str(path)) else path
    size = plain.stat().st_size / MEGABYTE
    rows = [_row(name, size, runs) for name in runs]
    name = kind if path == plain else f"{kind}, as gzip"
    title = f"### {name}: {size:.0f} MB, {KINDS[kind].columns:,} columns, rounds: {rounds}"
    return f"{title}\n\n{table(HEADER, rows)}"


def measure(path: Path, names: Sequence[str], rounds: int) -> dict[str, list[Run]]:
    """Run every reader once per round, slow ones only once; a reader that fails has no runs."""
    runs: dict[str, list[Run]] = {name: [] for name in names}
    failed = set()
    run("plain-read", path)  # brings the file into the page cache
    for turn in range(rounds):
        print(f"{path.name}: round {turn + 1} of {rounds}", file=sys.stderr, flush=True)
        for name in (each for each in names if turn == 0 or each not in SLOW):
            try:
                runs[name].append(run(name, path))
            except Failed as error:
                print(f"{name}: {error}", file=sys.stderr, flush=True)
                failed.add(name)
    return {name: [] if name in failed else done for name, done in runs.items()}


def run(name: str, path: Path) -> Run:
    """Run one reader once, in its process. Raises Failed."""
    command = [sys.executable, "-m", "benchmarks.one_run", name, str(path)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=TIMEOUT_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise Failed(f"not done after {TIMEOUT_SECONDS} seconds") from error
    except subprocess.CalledProcessError as error:
        raise Failed(
            (error.stderr.splitlines() or [f"ended with {error.returncode}"])[-1]
        ) from error
    return Run(**json.loads(done.stdout))


def _row(name: str, size: float, runs: dict[str, list[Run]]) -> list[str]:
    done = runs[name]
    if not done:
        return [name, "failed", *[""] * (len(HEADER) - 2)]
    speeds = [size / run.seconds for run in done]
    return [
        name,
        number(median(speeds)),
        f"{number(min(speeds))} to {number(max(speeds))}",
        *(_ratio(done, runs[each]) for each in YARDSTICKS),
        number(max(run.peak_bytes for run in done) / MEGABYTE),
        _exact(done, runs[OURS]),
    ]


def _ratio(done: list[Run], yardstick: list[Run]) -> str:
    ratios = [peer.seconds / run.seconds for run, peer in zip(done, yardstick, strict=False)]
    return times(median(ratios)) if ratios else ""


def _exact(done: list[Run], ours: list[Run]) -> str:
    """Count the sums that are the right doubles, in the worst round."""
    if not ours or not done[0].sums:
        return ""
    right = ours[0].sums
    return f"{min(_equal(run.sums, right) for run in done):,} of {len(right):,}"


def _equal(sums: Sums, right: Sums) -> int:
    return sum(_double(ours) == _double(theirs) for ours, theirs in zip(right, sums, strict=False))


def _double(value: float | None) -> float | None:
    return None if value is None else float(value)
