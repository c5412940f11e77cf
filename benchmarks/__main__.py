"""python -m benchmarks [smoke|quick|medium|full] [--only PART] [--write]; ``make bench`` calls it.

Measures, prints the tables, and with --write keeps them in RESULTS.md; with --only, in place of the
same tables there.
"""

import argparse
import re
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import (
    accuracy,
    beside,
    cold,
    kernel,
    large,
    machine,
    overhead,
    quotes,
    service,
    simulate,
)
from benchmarks.files import MEGABYTE
from benchmarks.service import Trial

KIB, MIB = 2**10, 2**20
#: Where a section begins.
SECTION = re.compile(r"\n\n(?=## )")
RESULTS = Path(__file__).parent / "RESULTS.md"
NOTE = """\
These figures are from one machine on one day, and other work on it changes them. Compare ratios,
not speeds. Made with"""


@dataclass(frozen=True, slots=True)
class Scale:
    """What is measured with large files: their sizes, and three values of PART_BYTES.

    ``large`` uses the middle one of these.
    """

    sizes: tuple[int, ...]
    part_bytes: tuple[int, int, int]
    rounds: int
    quoted_bytes: int
    quoted_part_bytes: int
    many_parts: int
    small_jobs: int


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: of the readers, of the service, of cold starts, of large files."""

    file_bytes: int
    rounds: int
    trials: list[Trial]
    cold_starts: int
    scale: Scale


SIZES = {
    "smoke": Size(
        file_bytes=MEGABYTE,
        rounds=1,
        trials=[Trial("prices", 1000, 16, 8, 1), Trial("floats", MEGABYTE, 4, 4, 1)],
        cold_starts=1,
        scale=Scale(
            sizes=(MEGABYTE, 2 * MEGABYTE),
            part_bytes=(KIB * 64, KIB * 256, KIB * 1024),
            rounds=1,
            quoted_bytes=4 * MEGABYTE,
            quoted_part_bytes=KIB * 256,
            many_parts=40,
            small_jobs=8,
        ),
    ),
    "quick": Size(
        file_bytes=20 * MEGABYTE,
        rounds=3,
        trials=[Trial("prices", 1000, 200, 8, 3), Trial("floats", 20 * MEGABYTE, 4, 4, 1)],
        cold_starts=5,
        scale=Scale(
            sizes=(10 * MEGABYTE, 100 * MEGABYTE),
            part_bytes=(4 * MIB, 16 * MIB, 64 * MIB),
            rounds=3,
            quoted_bytes=50 * MEGABYTE,
            quoted_part_bytes=4 * MIB,
            many_parts=2000,
            small_jobs=100,
        ),
    ),
    "medium": Size(
        file_bytes=250 * MEGABYTE,
        rounds=5,
        trials=[Trial("prices", 1000, 200, 8, 3), Trial("floats", 50 * MEGABYTE, 4, 4, 2)],
        cold_starts=9,
        scale=Scale(
            sizes=(100 * MEGABYTE, 1000 * MEGABYTE, 5000 * MEGABYTE),
            part_bytes=(16 * MIB, 64 * MIB, 256 * MIB),
            rounds=2,
            quoted_bytes=100 * MEGABYTE,
            quoted_part_bytes=16 * MIB,
            many_parts=2000,
            small_jobs=100,
        ),
    ),
    "full": Size(
        file_bytes=1000 * MEGABYTE,
        rounds=5,
        trials=[Trial("prices", 1000, 200, 8, 5), Trial("floats", 50 * MEGABYTE, 4, 4, 3)],
        cold_starts=15,
        scale=Scale(
            sizes=(100 * MEGABYTE, 1000 * MEGABYTE, 5000 * MEGABYTE),
            part_bytes=(16 * MIB, 64 * MIB, 256 * MIB),
            rounds=3,
            quoted_bytes=250 * MEGABYTE,
            quoted_part_bytes=16 * MIB,
            many_parts=2000,
            small_jobs=100,
        ),
    ),
}
PARTS_OF_RESULTS = ("accuracy", "kernel", "service", "cold", "scale")


def _sections(size: Size, only: str | None) -> Iterator[str]:
    yield machine.report()
    if only in (None, "accuracy"):
        yield accuracy.report()
    if only in (None, "kernel"):
        yield kernel.report(size.file_bytes, size.rounds)
    if only in (None, "service"):
        yield service.report(size.trials)
    if only in (None, "cold"):
        yield cold.report(size.cold_starts)
    if only in (None, "scale"):
        yield from _scale(size.scale)


def _scale(scale: Scale) -> Iterator[str]:
    yield large.report(scale.sizes, scale.part_bytes[1], scale.rounds)
    yield overhead.report(scale.sizes[1], scale.part_bytes, scale.rounds)
    yield quotes.report(scale.quoted_bytes, scale.quoted_part_bytes)
    # One round: the emulator takes minutes for the many parts.
    yield beside.report(scale.sizes[1], scale.many_parts, scale.small_jobs, rounds=1)
    yield simulate.report()


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
    parser.add_argument("--only", choices=PARTS_OF_RESULTS, help="measure only this part")
    parser.add_argument(
        "--write", action="store_true", help=f"keep the tables in benchmarks/{RESULTS.name}"
    )
    return parser.parse_args()


def main() -> None:
    arguments = _arguments()
    # As Ctrl-C does: so the services are stopped on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    command = " ".join([".venv-bench/bin/python -m benchmarks", *sys.argv[1:]])
    sections = [f"# Results\n\n{NOTE} `{command}`."]
    for section in _sections(SIZES[arguments.size], arguments.only):
        print(section, end="\n\n", flush=True)
        sections.append(section)
    if arguments.write:
        kept = RESULTS.read_text() if arguments.only else ""
        RESULTS.write_text(merged(kept, sections))


def merged(kept: str, sections: Sequence[str]) -> str:
    """Return the text of RESULTS with new sections; those ``kept`` from before stay.

    If there are any, the note and the machine stay as they are, too.
    """
    parts = {_heading(each): each for each in SECTION.split(kept.strip()) if each}
    new = sections[2:] if parts else sections
    parts |= {_heading(section): section for section in new}
    return "\n\n".join(parts.values()) + "\n"


def _heading(section: str) -> str:
    return section.partition("\n")[0]


if __name__ == "__main__":
    main()
