"""Jobs from end to end over HTTP, by csvsum and by the simplest service of its kind, in turns."""

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median, quantiles

from benchmarks import servers
from benchmarks.files import FOLDER, MEGABYTE, csv_file
from benchmarks.load import POLL_SECONDS, Load, Sums, put
from benchmarks.tables import number, table, times

WORKERS = 2
POLL_MS = round(1000 * POLL_SECONDS)
HEADER = ("measure", "csvsum", "baseline", "csvsum / baseline")
LEGEND = f"""\
csvsum runs as `make run` starts it: the API, {WORKERS} workers and an emulated AWS, all on the same
cores. The baseline is benchmarks/baseline.py: Flask and pandas' Python parser; it sums while the
client waits and keeps nothing. Both run all the time and take turns, round by round. Figures are
medians of the rounds, and ratios are medians of the rounds' ratios. A client submits its jobs one
after the other over one connection, then polls for each result every {POLL_MS} ms. For jobs/s, more
is better; for the others, less."""
MORE_WORK = """\
On the smallest files csvsum does {ratio} the jobs per second of the baseline. For each job, csvsum
writes a record, sends a message to a worker, saves the exact sums, and serves a second request for
them, all through an emulator. The baseline does none of this, and keeps no job. With a kilobyte to
sum, this is nearly all of the time."""


@dataclass(frozen=True, slots=True)
class Trial:
    """``jobs`` of a file of about ``size`` bytes from ``clients`` threads, ``rounds`` times."""

    kind: str
    size: int
    jobs: int
    clients: int
    rounds: int

    def title(self) -> str:
        size = (
            f"{self.size / MEGABYTE:.0f} MB"
            if self.size >= MEGABYTE
            else f"{self.size / 1000:.0f} KB"
        )
        jobs = f"{self.jobs} jobs of {size} ({self.kind})"
        return f"{jobs}, {self.clients} at once, rounds: {self.rounds}"


# By measure: how to compute it from a round.
MEASURES: dict[str, Callable[[Load], float]] = {
    "jobs/s": lambda load: len(load.submits) / load.to_results,
    "submit, p50, ms": lambda load: 1000 * median(load.submits),
    "submit, p95, ms": lambda load: 1000 * quantiles(load.submits, n=20, method="inclusive")[-1],
    "first submit to last result, s": lambda load: load.to_results,
    "first submit to ongoing_tasks 0, s": lambda load: load.to_idle,
}


def report(trials: list[Trial]) -> str:
    """Return a table for each trial. Raise RuntimeError if a job fails or a sum is wrong."""
    for trial in trials:
        csv_file(trial.kind, trial.size)
    with servers.csvsum(FOLDER, WORKERS) as ours, servers.baseline(FOLDER) as theirs:
        measured = [_measure(trial, ours, theirs) for trial in trials]
    tables = [
        f"### {trial.title()}\n\n{_table(loads)}"
        for trial, loads in zip(trials, measured, strict=True)
    ]
    more_work = MORE_WORK.format(ratio=times(_median_ratio(MEASURES["jobs/s"], measured[0])))
    return "\n\n".join(["## Jobs from end to end", LEGEND, more_work, *tables])


def _measure(trial: Trial, ours: int, theirs: int) -> list[tuple[Load, Load]]:
    """Return csvsum's load and the baseline's, round by round."""
    name = csv_file(trial.kind, trial.size).name
    for port in (ours, theirs):
        put(port, name, trial.clients, trial.clients)  # the first job of a worker imports pandas
    rounds = []
    for turn in range(trial.rounds):
        print(f"{trial.title()}, round {turn + 1}", file=sys.stderr, flush=True)
        rounds.append(
            (
                put(ours, name, trial.jobs, trial.clients),
                put(theirs, name, trial.jobs, trial.clients),
            )
        )
        _check(*rounds[-1])
    return rounds


def _check(ours: Load, theirs: Load) -> None:
    right = ours.sums[0]
    if any(sums != right for sums in ours.sums) or not all(
        _close(sums, right) for sums in theirs.sums
    ):
        raise RuntimeError("one file has different sums")


def _close(sums: Sums, right: Sums) -> bool:
    return sums.keys() == right.keys() and all(
        math.isclose(sums[name], right[name], rel_tol=1e-9) for name in right
    )


def _table(rounds: list[tuple[Load, Load]]) -> str:
    return table(HEADER, [_row(name, of, rounds) for name, of in MEASURES.items()])


def _row(name: str, of: Callable[[Load], float], rounds: list[tuple[Load, Load]]) -> list[str]:
    ours = median(of(load) for load, _ in rounds)
    theirs = median(of(load) for _, load in rounds)
    return [name, number(ours), number(theirs), times(_median_ratio(of, rounds))]


def _median_ratio(of: Callable[[Load], float], rounds: list[tuple[Load, Load]]) -> float:
    return median(of(ours) / of(theirs) for ours, theirs in rounds)
