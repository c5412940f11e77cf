"""python -m benchmarks [smoke|quick|medium|full] [--only PART] [--write]; ``make bench`` calls it.

Measures and prints tables. With --write, each is kept in RESULTS.md as soon as it is measured, and
those of other parts stay.
"""

import argparse
import signal
import sys
import time
from collections.abc import Callable

from benchmarks import (
    accuracy,
    beside,
    cached,
    cold,
    command_line,
    cpu,
    fairness,
    kernel,
    large,
    lone,
    machine,
    options,
    overhead,
    quotes,
    requests,
    restart,
    results,
    service,
    simulate,
)
from benchmarks.sizes import SIZES, Size

# By name, in the order of the page: what measures a part, and returns its section.
PARTS: dict[str, Callable[[Size], str]] = {
    "machine": lambda _: machine.report(),
    "accuracy": lambda _: accuracy.report(),
    "kernel": lambda size: kernel.report(size.reader_bytes, size.reader_rounds),
    "cli": lambda size: command_line.report(size.cli_bytes, size.cli_rounds),
    "options": lambda size: options.report(size.reader_bytes, size.reader_rounds),
    "service": lambda size: service.report(size.trials),
    "cpu": lambda size: cpu.report(size.cpu_jobs),
    "lone": lambda size: lone.report(size.lone_jobs, size.lone_rounds),
    "requests": lambda size: requests.report(size.requests, size.lone_rounds),
    "cached": lambda size: cached.report(size.cached_bytes, size.lone_jobs, size.lone_rounds),
    "large": lambda size: large.report(size.large_bytes, size.gzip_bytes, size.large_rounds),
    "overhead": lambda size: overhead.report(size.cut_bytes, size.cut_part_bytes, size.cut_rounds),
    "fairness": lambda size: fairness.report(size.cut_bytes, size.fair_parts, size.cut_rounds),
    # One round: the emulator takes long for the many parts.
    "beside": lambda size: beside.report(size.cut_bytes, size.many_parts, size.small_jobs, 1),
    "restart": lambda size: restart.report(size.kept_jobs),
    "cold": lambda size: cold.report(size.cold_starts),
    "quotes": lambda size: quotes.report(size.quoted_bytes, size.quoted_part_bytes),
    "model": lambda _: simulate.report(),
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure csvsum and its peers."
    )
    parser.add_argument(
        "size",
        nargs="?",
        choices=SIZES,
        default="quick",
        help="how much is measured (default: quick)",
    )
    parser.add_argument("--only", choices=PARTS, action="append", help="measure only these parts")
    parser.add_argument(
        "--write", action="store_true", help=f"keep the tables in benchmarks/{results.RESULTS.name}"
    )
    return parser.parse_args()


def main() -> None:
    arguments = _arguments()
    # As Ctrl-C does: so the services are stopped on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    for name in arguments.only or PARTS:
        section = _section(name, arguments.size)
        print(section, end="\n\n", flush=True)
        if arguments.write:
            results.keep(section)


def _section(name: str, size: str) -> str:
    """Measure a part, and return its section with a stamp."""
    command = f".venv-bench/bin/python -m benchmarks {size} --only {name} --write"
    stamp, began = machine.stamp(command), time.monotonic()
    section = PARTS[name](SIZES[size])
    seconds = f" It took {time.monotonic() - began:.0f} s."
    return results.stamped(section, stamp + seconds)


if __name__ == "__main__":
    main()
