"""Random files: every kernel must return the same partial sum, digit for digit, fault for fault.

    python -m tests.fuzz.fuzz_kernels --files 100000 --seed 1

Each file is made from its own number alone, so ``--seed N --files 1`` repeats file N. The reference
kernel is tested as well: it reads each file twice, in blocks of different sizes.
"""

import argparse
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path

from chalicelib.engine.native import NativeKernel
from chalicelib.engine.native.binding import LIBRARY, entry, open_library
from chalicelib.engine.sums import PartialSum
from tests.fuzz.cases import Case, make_case
from tests.kernels import KERNELS, Make, comparable

MAX_SHOWN = 10
# It takes several times as long as all the others.
PANDAS_EVERY = 8
READINGS = {**KERNELS, "reference, other blocks": KERNELS["reference"]}


def readings_of(library: Path) -> dict[str, Make]:
    """Return every kernel, the native ones from that library."""
    forms = {"native": False, "portable": True}
    opened = open_library(library)
    return READINGS | {
        name: partial(NativeKernel, add_rows=entry(opened, portable=portable))
        for name, portable in forms.items()
    }


def differences(
    case: Case, readings: dict[str, Make] = READINGS
) -> tuple[dict[str, tuple[object, ...]], PartialSum]:
    """Return the partial sums, by kernel, if they are not all the same; and one of them."""
    partials = {
        name: case.read(make, reading) for reading, (name, make) in enumerate(readings.items())
    }
    answers = {name: comparable(each) for name, each in partials.items()}
    return {} if len(set(answers.values())) == 1 else answers, partials["native"]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=sys.maxsize)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--library", type=Path, default=LIBRARY, help="another build of the native kernel"
    )
    given = parser.parse_args()
    readings = readings_of(given.library)
    counts: Counter[str] = Counter()
    began = time.monotonic()
    while (
        counts["files"] < given.files
        and counts["different"] < MAX_SHOWN
        and time.monotonic() - began < 60 * given.minutes
    ):
        _compare(given.seed + counts["files"], readings, counts)
    seconds = time.monotonic() - began
    print(
        f"{counts['files']} files, {counts['different']} different, {seconds:.0f} s: {dict(counts)}"
    )
    return 1 if counts["different"] else 0


def _compare(seed: int, readings: dict[str, Make], counts: Counter[str]) -> None:
    case = make_case(seed)
    if seed % PANDAS_EVERY:
        readings = {name: make for name, make in readings.items() if name != "pandas"}
    different, found = differences(case, readings)
    counts["files"] += 1
    counts[found.fault.code if found.fault else "summed"] += 1
    counts["rows"] += found.rows
    counts["values"] += sum(column.values for column in found.columns)
    if different:
        counts["different"] += 1
        print(f"seed {seed}: {case}")
        for name, answer in different.items():
            print(f"  {name}: {answer}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
