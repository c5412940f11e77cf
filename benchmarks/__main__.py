"""python -m benchmarks [quick|full] [--only kernel|service] [--write]: measure, print the tables, and keep them if told to."""

import argparse
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import kernel, machine, service
from benchmarks.files import MEGABYTE
from benchmarks.service import Trial

RESULTS = Path(__file__).parent / "RESULTS.md"
NOTE = """\
Figures of one machine on one day; other work on it moves them. Compare ratios, not speeds. Made with"""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: the files' bytes and rounds for the readers, and the trials of the service."""

    file_bytes: int
    rounds: int
    trials: list[Trial]


SIZES = {
    "smoke": Size(MEGABYTE, 1, [Trial("prices", 1000, 16, 8, 1), Trial("floats", MEGABYTE, 4, 4, 1)]),
    "quick": Size(20 * MEGABYTE, 3, [Trial("prices", 1000, 200, 8, 3), Trial("floats", 20 * MEGABYTE, 4, 4, 1)]),
    "full": Size(250 * MEGABYTE, 5, [Trial("prices", 1000, 200, 8, 5), Trial("floats", 50 * MEGABYTE, 4, 4, 3)]),
}


def _sections(size: Size, only: str | None) -> Iterator[str]:
    yield machine.report()
    if only != "service":
        yield kernel.report(size.file_bytes, size.rounds)
    if only != "kernel":
        yield service.report(size.trials)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure csvsum beside its peers.")
    parser.add_argument("size", nargs="?", choices=SIZES, default="quick", help="how much is measured (default: quick)")
    parser.add_argument("--only", choices=("kernel", "service"), help="one half alone")
    parser.add_argument("--write", action="store_true", help=f"keep the tables in benchmarks/{RESULTS.name}")
    return parser.parse_args()


def main() -> None:
    arguments = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # as Ctrl-C does: the services are ended on the way out
    command = " ".join(["python -m benchmarks", *sys.argv[1:]])
    sections = [f"# Results\n\n{NOTE} `{command}`."]
    for section in _sections(SIZES[arguments.size], arguments.only):
        print(section, end="\n\n", flush=True)
        sections.append(section)
    if arguments.write:
        RESULTS.write_text("\n\n".join(sections) + "\n")


if __name__ == "__main__":
    main()
