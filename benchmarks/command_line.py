"""``csvsum sum`` and other ways to sum columns from a shell, as whole processes: --only cli."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.files import KINDS, csv_file
from benchmarks.sums import STEP
from benchmarks.tables import number, table, times

PROJECT = Path(__file__).parent.parent
OURS = "csvsum sum"
# Where csvsum is installed as pip does it: the folder of the project has more to check at a start.
FOLDER = PROJECT / "benchmarks" / "files" / "installed"
# What the command of an installation runs.
INSTALLED = (sys.executable, str(FOLDER / "csvsum" / "__main__.py"))
KIND = "floats"
SMALL_BYTES = 1000
HEADER = ("command", "seconds", "lowest to highest", "MB/s", f"of {OURS}", "exact sums")
LEGEND = f"""\
Each run is a process of its own, and its time is that from its start to its end: with the start of
the program, its imports and its output. All may use all cores; mawk, datamash and miller have one
thread. The file is in the page cache. All take turns, round by round. Seconds are the median of the
rounds; the ratio is the median of the rounds' ratios. "exact sums" counts how many equal the exact
total, rounded to a double. polars, duckdb and pyarrow are short programs of Python that know that
the wanted columns are doubles (`benchmarks/cli_peers.py`). {OURS} finds out how the file is
written. Neither xsv nor qsv is in the registries of Python, npm or Debian."""
LEGEND_OF_SMALL = """\
Milliseconds from the start to the end of a process, as a person waits for it."""
AWK = """
NR > 1 { for (i = 1; i <= NF; i += 10) sums[i] += $i; if (NF > fields) fields = NF }
END { for (i = 1; i <= fields; i += 10) printf "%.17g\\n", sums[i] }
"""

Sums = list[float]


@dataclass(frozen=True, slots=True)
class Command:
    """How to sum a file from a shell: the command line, and how to read its output."""

    arguments: Callable[[str], Sequence[str]]
    sums: Callable[[str], Sums]


def _wanted() -> range:
    """Return the numbers of the summed columns, from 1."""
    return range(1, KINDS[KIND].columns + 1, STEP)


def _peer(name: str) -> Command:
    program = str(PROJECT / "benchmarks" / "cli_peers.py")
    return Command(lambda path: (sys.executable, program, name, path), json.loads)


def _csvsum(path: str) -> Sequence[str]:
    return (*INSTALLED, "sum", "--json", path)


def _datamash(path: str) -> Sequence[str]:
    columns = ",".join(map(str, _wanted()))
    # It reads standard input alone.
    program = f'exec datamash -t, --header-in -R 17 sum {columns} < "$1"'
    return ("sh", "-c", program, "sh", path)


def _miller(path: str) -> Sequence[str]:
    columns = ",".join(f"c{index - 1}" for index in _wanted())
    return (
        "mlr",
        "--icsv",
        "--ojson",
        "--ofmt",
        "%.17g",
        "stats1",
        "-a",
        "sum",
        "-f",
        columns,
        path,
    )


COMMANDS: dict[str, Command] = {
    OURS: Command(_csvsum, lambda text: list(json.loads(text)["result"].values())),
    "polars": _peer("polars"),
    "duckdb": _peer("duckdb"),
    "pyarrow": _peer("pyarrow"),
    "mawk": Command(
        lambda path: ("mawk", "-F,", AWK, path), lambda text: list(map(float, text.split()))
    ),
    "datamash": Command(_datamash, lambda text: list(map(float, text.split(",")))),
    "miller": Command(_miller, lambda text: list(json.loads(text)[0].values())),
}
PROGRAMS = {"mawk": "mawk", "datamash": "datamash", "miller": "mlr"}
#: They take most of the time: one round is enough for them.
SLOW = ("mawk", "datamash", "miller")
Runs = dict[str, list[float]]


def report(size: int, rounds: int) -> str:
    """Return a table of a large file, and one of how long a start takes."""
    _install()
    large = _large(csv_file(KIND, size), rounds)
    return f"## From a shell\n\n{LEGEND}\n\n{large}\n\n{LEGEND_OF_SMALL}\n\n{_small(rounds)}"


def _install() -> None:
    """Install csvsum without what it requires, which the benchmarks have."""
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation")
    subprocess.run((*pip, "--upgrade", "--target", FOLDER, PROJECT), check=True)


def _large(path: Path, rounds: int) -> str:
    seconds: Runs = {name: [] for name in COMMANDS if shutil.which(PROGRAMS.get(name, "sh"))}
    sums: dict[str, Sums] = {}
    for turn in range(rounds + 1):
        print(f"from a shell: round {turn} of {rounds}", file=sys.stderr, flush=True)
        for name in seconds:
            # The first round is not counted: it fills the page cache.
            if turn in (0, 1) or name not in SLOW:
                took, output = _timed(COMMANDS[name].arguments(str(path)))
                sums[name] = COMMANDS[name].sums(output)
                seconds[name] += [took] if turn else []
    size = path.stat().st_size
    rows = [_row(name, seconds, sums, size) for name in seconds]
    title = f"### {KIND}: {size / 1e6:,.0f} MB, rounds: {rounds}"
    return f"{title}\n\n{table(HEADER, rows)}"


def _timed(arguments: Sequence[str]) -> tuple[float, str]:
    """Run a command. Return the seconds it took, and its output."""
    environment = os.environ | {"LC_ALL": "C"}
    began = time.perf_counter()
    done = subprocess.run(
        arguments, check=True, capture_output=True, text=True, env=environment, cwd=PROJECT
    )
    return time.perf_counter() - began, done.stdout


def _row(name: str, seconds: Runs, sums: dict[str, Sums], size: int) -> list[str]:
    took = seconds[name]
    ratio = median(theirs / ours for theirs, ours in zip(took, seconds[OURS], strict=False))
    exact = sum(a == b for a, b in zip(sums[name], sums[OURS], strict=True))
    return [
        name,
        number(median(took)),
        f"{number(min(took))} to {number(max(took))}",
        number(size / 1e6 / median(took)),
        times(ratio),
        f"{exact} of {len(sums[OURS])}",
    ]


def _small(rounds: int) -> str:
    path = str(csv_file(KIND, SMALL_BYTES))
    commands = {
        "csvsum --help": (*INSTALLED, "--help"),
        "csvsum sum, 1 KB": _csvsum(path),
        "python -c pass": (sys.executable, "-c", "pass"),
    }
    took: Runs = {name: [] for name in commands}
    for _ in range(5 * rounds):
        for name, arguments in commands.items():
            took[name].append(1000 * _timed(arguments)[0])
    rows = [
        [name, number(median(each)), f"{number(min(each))} to {number(max(each))}"]
        for name, each in took.items()
    ]
    return table(("command", "ms", "lowest to highest"), rows)
