"""How much CPU time a job takes, by process and by size of its file."""

import sys
from dataclasses import dataclass

from benchmarks import servers
from benchmarks.files import FOLDER, MEGABYTE, csv_file
from benchmarks.load import Load, put
from benchmarks.processes import WORKER, cpu_seconds
from benchmarks.tables import number, table

WORKERS = 2
CLIENTS = 8
MODULES = {WORKER: "workers", "local.api": "the API", "local.embedded_aws": "the embedded AWS"}
HEADER = ("file", "jobs", "jobs/s", *MODULES.values(), "in all")
LEGEND = f"""\
Milliseconds of CPU time for a job, by process, and jobs a second. {CLIENTS} clients submit their
jobs one after the other, then poll for each result. Other work on the machine changes jobs/s, but
CPU time only a little. A job that the worker has to cut costs more calls of the embedded AWS."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Jobs on a file of ``size`` bytes, and the CPU seconds that they took, by module."""

    size: int
    load: Load
    used: dict[str, float]


def report(jobs_by_size: dict[int, int]) -> str:
    """Measure for each size of file with so many jobs; return one table."""
    with servers.csvsum(FOLDER, WORKERS) as port:
        rows = [_row(_measure(port, size, jobs)) for size, jobs in jobs_by_size.items()]
    return f"## CPU time of a job\n\n{LEGEND}\n\n{table(HEADER, rows)}"


def _measure(port: int, size: int, jobs: int) -> Cost:
    print(f"CPU time: {jobs} jobs of {size:,} bytes", file=sys.stderr, flush=True)
    name = csv_file("prices" if size < MEGABYTE else "floats", size).name
    put(port, name, CLIENTS, CLIENTS)
    before = cpu_seconds(port)
    load = put(port, name, jobs, CLIENTS)
    after = cpu_seconds(port)
    return Cost(size, load, {module: after[module] - before[module] for module in MODULES})


def _row(cost: Cost) -> list[str]:
    jobs = len(cost.load.submits)
    by_module = [1000 * cost.used[module] / jobs for module in MODULES]
    return [
        f"{cost.size / MEGABYTE:g} MB",
        str(jobs),
        number(jobs / cost.load.to_results),
        *map(number, by_module),
        number(sum(by_module)),
    ]
