"""csvsum and its peers: functions that import what they need and return the function to time.

Each peer is used in its fastest way: it knows that the columns to sum are doubles, so that it need
not guess. Only "pandas" gets nothing but the file.
"""

import csv
import gzip
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from decimal import Context, Decimal, localcontext
from functools import partial
from pathlib import Path
from typing import TextIO, TypeVar

from benchmarks.sums import BLOCK_BYTES, STEP, Sums, is_gzip

Sum = Callable[[str], Sums]
Number = TypeVar("Number", float, Decimal)

AWK = """
NR > 1 { for (i = 1; i <= NF; i += 10) sums[i] += $i; if (NF > fields) fields = NF }
END {
    for (i = 1; i <= fields; i += 10) printf "%.17g\\n", sums[i]
    while ((getline line < "/proc/self/status") > 0) if (line ~ /^VmHWM/) print line
}
"""
# The peaks of programs that do a reader's work.
peaks_of_children: list[int] = []


def csvsum() -> Sum:
    from benchmarks.ours import sums

    return sums


def pandas_whole() -> Sum:
    import pandas

    return lambda path: pandas.read_csv(path).iloc[:, ::STEP].sum().tolist()


def pandas_usecols() -> Sum:
    import pandas

    return lambda path: (
        pandas.read_csv(path, usecols=_header(path)[::STEP], dtype="float64").sum().tolist()
    )


def polars(threads: int) -> Sum:
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    import polars

    def sums(path: str) -> Sums:
        wanted = _header(path)[::STEP]
        scan = polars.scan_csv(
            path, infer_schema=False, schema_overrides=dict.fromkeys(wanted, polars.Float64)
        )
        return list(scan.select(polars.col(wanted).sum()).collect(engine="streaming").row(0))

    return sums


def duckdb(threads: int) -> Sum:
    import duckdb

    connection = duckdb.connect(config={"threads": threads})
    connection.execute("SET enable_progress_bar = false")  # it is printed where the result is

    def sums(path: str) -> Sums:
        header = _header(path)
        types = dict.fromkeys(header, "VARCHAR") | dict.fromkeys(header[::STEP], "DOUBLE")
        columns = ", ".join(f'sum("{name}")' for name in header[::STEP])
        query = (
            f"SELECT {columns} FROM read_csv(?, columns = ?, header = true, auto_detect = false)"
        )
        return list(connection.execute(query, [path, types]).fetchone())

    return sums


def pyarrow() -> Sum:
    from pyarrow import compute, float64
    from pyarrow import csv as arrow_csv

    def sums(path: str) -> Sums:
        types = dict.fromkeys(_header(path)[::STEP], float64())
        columns = arrow_csv.read_csv(
            path,
            read_options=arrow_csv.ReadOptions(use_threads=False),
            parse_options=arrow_csv.ParseOptions(newlines_in_values=_is_quoted(path)),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=list(types), column_types=types
            ),
        )
        return [compute.sum(column).as_py() for column in columns.itercolumns()]

    return sums


def csv_float() -> Sum:
    return lambda path: list(_add_rows(path, float))


def csv_decimal() -> Sum:
    def sums(path: str) -> Sums:
        with localcontext(Context(prec=2000)):
            return [float(total) for total in _add_rows(path, Decimal)]

    return sums


def mawk() -> Sum:
    def sums(path: str) -> Sums:
        done = subprocess.run(
            ["mawk", "-F,", AWK, path],
            check=True,
            capture_output=True,
            text=True,
            env=os.environ | {"LC_ALL": "C"},
        )
        *totals, peak = done.stdout.splitlines()
        peaks_of_children.append(peak_bytes(peak))
        return [float(total) for total in totals]

    return sums


def plain_read() -> Sum:
    buffer = bytearray(BLOCK_BYTES)

    def sums(path: str) -> Sums:
        with Path(path).open("rb", buffering=0) as file:
            while file.readinto(buffer):
                pass
        return []

    return sums


# By name: how to prepare it, and how many threads it has.
READERS: dict[str, tuple[Callable[[], Sum], int]] = {
    "csvsum": (csvsum, 1),
    "polars-1": (partial(polars, 1), 1),
    "polars-2": (partial(polars, 2), 2),
    "duckdb-1": (partial(duckdb, 1), 1),
    "duckdb-2": (partial(duckdb, 2), 2),
    "pyarrow-1": (pyarrow, 1),
    "pandas": (pandas_whole, 1),
    "pandas-usecols": (pandas_usecols, 1),
    "csv-float": (csv_float, 1),
    "csv-decimal": (csv_decimal, 1),
    "mawk": (mawk, 1),
    "plain-read": (plain_read, 1),
}


def available(path: str) -> list[str]:
    """Return the readers that can read the file here; mawk knows no gzip."""
    mawk = shutil.which("mawk") and not is_gzip(path)
    return [name for name in READERS if name != "mawk" or mawk]


def peak_bytes(status: str) -> int:
    """Read the peak from /proc/<pid>/status; ``ru_maxrss`` would count the parent's, too."""
    match = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(match[1]) * 1024 if match else 0


def _header(path: str) -> list[str]:
    with _open_text(path) as file:
        return next(csv.reader(file))


def _open_text(path: str) -> TextIO:
    if is_gzip(path):
        return gzip.open(path, "rt", newline="")
    return Path(path).open(newline="")


def _is_quoted(path: str) -> bool:
    with _open_text(path) as file:
        return file.read(1) == '"'


def _add_rows(path: str, number: type[Number]) -> list[Number]:
    """Add every 10th column, cell by cell, leaving out empty cells."""
    with _open_text(path) as file:
        rows = csv.reader(file)
        totals = [number(0) for _ in next(rows)[::STEP]]
        for row in rows:
            for index, cell in enumerate(row[::STEP]):
                if cell:
                    totals[index] += number(cell)
    return totals
