"""How long one small job takes that has the service to itself: now, and at an earlier commit."""

import sys
from contextlib import ExitStack
from statistics import median

from benchmarks import before, servers
from benchmarks.files import FOLDER, csv_file
from benchmarks.load import LONE_POLL_SECONDS, Connection, one_job
from benchmarks.tables import number, table, times

WORKERS = 2
FILE_BYTES = 1000
HEADER = ("service", "p50, ms", "lowest to highest", "of the earlier commit")
NOW, BEFORE = "csvsum", f"csvsum at {before.COMMIT}"
LEGEND = f"""\
Milliseconds from the submit of a job of {FILE_BYTES // 1000} KB to its result. A client has one job
at a time, and polls for the result every {1000 * LONE_POLL_SECONDS:.0f} ms. {BEFORE} is the last
commit that embedded moto instead of MiniStack. Both services run all the time and take turns, round
by round. Figures are medians of the rounds' medians; the ratio is the median of the rounds'
ratios."""


def report(jobs: int, rounds: int) -> str:
    """Measure ``jobs`` in each round, and return one table."""
    trees = {NOW: servers.PROJECT, BEFORE: before.tree()}
    name = csv_file("prices", FILE_BYTES).name
    with ExitStack() as stack:
        ports = {
            service: stack.enter_context(servers.csvsum(FOLDER, WORKERS, tree=tree))
            for service, tree in trees.items()
            if tree is not None
        }
        medians = _measure(ports, name, jobs, rounds)
    rows = [_row(service, medians) for service in medians]
    title = f"### Jobs in a round: {jobs}, rounds: {rounds}"
    return f"## One small job alone\n\n{LEGEND}\n\n{title}\n\n{table(HEADER, rows)}"


def _measure(ports: dict[str, int], name: str, jobs: int, rounds: int) -> dict[str, list[float]]:
    """Return the median of each round, by service. The first round is not counted."""
    connections = {service: Connection(port, LONE_POLL_SECONDS) for service, port in ports.items()}
    medians: dict[str, list[float]] = {service: [] for service in ports}
    for turn in range(rounds + 1):
        print(f"one small job: round {turn} of {rounds}", file=sys.stderr, flush=True)
        for service, connection in connections.items():
            seconds = median(one_job(connection, name)[0] for _ in range(jobs))
            if turn:
                medians[service].append(1000 * seconds)
    return medians


def _row(service: str, medians: dict[str, list[float]]) -> list[str]:
    done, earlier = medians[service], medians.get(BEFORE)
    spread = f"{number(min(done))} to {number(max(done))}"
    if earlier is None:
        return [service, number(median(done)), spread, "this clone lacks the commit"]
    ratio = median(now / then for now, then in zip(done, earlier, strict=True))
    return [service, number(median(done)), spread, times(ratio)]
