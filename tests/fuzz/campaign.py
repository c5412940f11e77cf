"""The long campaign, three ways side by side: python -m tests.fuzz.campaign [--minutes N].

    files       generated files, every kernel against the reference kernel, as it ships
    sanitized   other files, the same, the native kernel with address and undefined-behaviour
                sanitizer (needs gcc)
    entry       libFuzzer on the C code alone, with both sanitizers (needs clang and
                libclang-rt-14-dev)

A campaign ends when it finds something, with a report; the others go on. The exit code is that of
the worst.
"""

import argparse
import secrets
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.fuzz.fuzz_entry import BUILD

# Far more files than an hour takes, so that no two processes generate the same.
SEEDS_APART = 10**9


def commands(minutes: float, seed: int) -> dict[str, tuple[str | None, Sequence[str]]]:
    """Return by name: the program that is needed, and the command."""
    entry, files = "tests.fuzz.fuzz_entry", ["--minutes", str(minutes), "--seed"]
    return {
        "files": (None, ["tests.fuzz.fuzz_kernels", *files, str(seed)]),
        "sanitized": ("gcc", [entry, "files", *files, str(seed + SEEDS_APART)]),
        "entry": ("clang", [entry, "libfuzzer", "--seconds", str(max(1, int(60 * minutes)))]),
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=2 * SEEDS_APART * secrets.randbelow(10**6))
    given = parser.parse_args()
    print(f"--seed {given.seed}", flush=True)
    BUILD.mkdir(parents=True, exist_ok=True)
    running = {}
    for name, (needed, command) in commands(given.minutes, given.seed).items():
        if needed and not shutil.which(needed):
            print(f"{name}: left out, there is no {needed} here", flush=True)
            continue
        with (BUILD / f"{name}.log").open("wb") as log:
            running[name] = subprocess.Popen(
                [sys.executable, "-m", *command], stdout=log, stderr=subprocess.STDOUT
            )
        print(f"{name}: its output goes to {log.name}", flush=True)
    worst = 0
    for name, process in running.items():
        worst = max(worst, abs(process.wait()))
        print(
            f"{name} ended with {process.returncode}: {_summary(BUILD / f'{name}.log')}", flush=True
        )
    return worst


def _summary(log: Path) -> str:
    """Return the last line that counts something."""
    lines = log.read_text(errors="replace").splitlines()
    return next(
        (line for line in reversed(lines) if " files, " in line or line.startswith("Done ")),
        "it counted nothing",
    )


if __name__ == "__main__":
    sys.exit(main())
