"""One reader of CSV in a process of its own: python -m benchmarks.peers NAME FILE.

Prints JSON: ``seconds`` from opening the file to having the sums (imports come before), ``peak_bytes`` of memory, and
the ``sums`` of every 10th column from the first on. Each reader is a function that imports what it needs and returns
the function that is timed. A reader of one thread is kept to one core.
"""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from decimal import Context, Decimal, localcontext
from functools import partial
from pathlib import Path
from typing import TypeVar

Sums = list[int | float | None]
Sum = Callable[[str], Sums]
Number = TypeVar("Number", float, Decimal)

STEP = 10
BLOCK_BYTES = 1024 * 1024
AWK = """
NR > 1 { for (i = 1; i <= NF; i += 10) sums[i] += $i; if (NF > most) most = NF }
END {
    for (i = 1; i <= most; i += 10) printf "%.17g\\n", sums[i]
    while ((getline line < "/proc/self/status") > 0) if (line ~ /^VmHWM/) print line
}
"""
# Filled where another program does the work: its peak is what counts.
peaks_of_children: list[int] = []


def csvsum() -> Sum:
    """What a worker of the service does with a file, with the kernel that the service would take here."""
    from chalicelib.layout import read_layout
    from chalicelib.options import Options
    from chalicelib.sums import as_json_number, digits
    from chalicelib.wiring import service

    kernel = service().kernel

    def sums_of(blocks: Iterator[bytes]) -> Sums:
        layout, rows = read_layout(blocks, Options(step=STEP))
        partial_sum = kernel.sum_rows(rows, layout, skip=False)
        if partial_sum.fault is not None:
            raise ValueError(partial_sum.fault)
        return [as_json_number(digits(column.total), column.whole) for column in partial_sum.columns]

    sums_of(iter([b"a\n1\n"]))  # the kernel imports or loads the rest with the first rows it sees
    return lambda path: sums_of(_blocks(path))


def pandas_whole() -> Sum:
    import pandas

    return lambda path: pandas.read_csv(path).iloc[:, ::STEP].sum().tolist()


def pandas_usecols() -> Sum:
    import pandas

    return lambda path: pandas.read_csv(path, usecols=_wanted(path), dtype="float64").sum().tolist()


def polars(threads: int) -> Sum:
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    import polars

    def sums(path: str) -> Sums:
        wanted = _wanted(path)
        schema = polars.scan_csv(path).collect_schema()
        quoted = {name: polars.Float64 for name in wanted if schema[name] == polars.String}
        scan = polars.scan_csv(path, schema_overrides=quoted)
        return list(scan.select(polars.col(wanted).sum()).collect(engine="streaming").row(0))

    return sums


def duckdb(threads: int) -> Sum:
    import duckdb

    connection = duckdb.connect(config={"threads": threads})

    def sums(path: str) -> Sums:
        columns = ", ".join(f'sum("{name}")' for name in _wanted(path))
        return list(connection.execute(f"SELECT {columns} FROM read_csv(?)", [path]).fetchone())

    return sums


def pyarrow() -> Sum:
    import pyarrow
    from pyarrow import compute
    from pyarrow import csv as arrow_csv

    pyarrow.set_cpu_count(1)

    def sums(path: str) -> Sums:
        wanted = _wanted(path)
        totals: dict[str, float] = dict.fromkeys(wanted, 0)
        batches = arrow_csv.open_csv(
            path,
            read_options=arrow_csv.ReadOptions(use_threads=False),
            parse_options=arrow_csv.ParseOptions(newlines_in_values=_is_quoted(path)),
            convert_options=arrow_csv.ConvertOptions(include_columns=wanted),
        )
        for batch in batches:
            for name in wanted:
                totals[name] += compute.sum(batch[name]).as_py() or 0
        return list(totals.values())

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
        done = subprocess.run(["mawk", "-F,", AWK, path], check=True, capture_output=True, text=True, env=os.environ | {"LC_ALL": "C"})
        *totals, peak = done.stdout.splitlines()
        peaks_of_children.append(_peak_bytes(peak))
        return [float(total) for total in totals]

    return sums


def plain_read() -> Sum:
    def sums(path: str) -> Sums:
        for _ in _blocks(path):
            pass
        return []

    return sums


# By name: how to get it ready, and how many threads it has.
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


def names() -> list[str]:
    """The readers that can run here."""
    return [name for name in READERS if name != "mawk" or shutil.which("mawk")]


def _blocks(path: str) -> Iterator[bytes]:
    with open(path, "rb", buffering=0) as file:
        while block := file.read(BLOCK_BYTES):
            yield block


def _wanted(path: str) -> list[str]:
    with open(path, newline="") as file:
        return next(csv.reader(file))[::STEP]


def _is_quoted(path: str) -> bool:
    with open(path, "rb") as file:
        return file.read(1) == b'"'


def _add_rows(path: str, number: type[Number]) -> list[Number]:
    """Every 10th column, cell by cell; an empty cell is left out."""
    with open(path, newline="") as file:
        rows = csv.reader(file)
        totals = [number(0) for _ in next(rows)[::STEP]]
        for row in rows:
            for index, cell in enumerate(row[::STEP]):
                if cell:
                    totals[index] += number(cell)
    return totals


def _peak_bytes(status: str) -> int:
    """From /proc/<pid>/status. (``ru_maxrss`` would count the parent's memory in as well, from before exec.)"""
    match = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(match[1]) * 1024 if match else 0


def main(name: str, path: str) -> None:
    prepare, threads = READERS[name]
    if threads == 1:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    sums = prepare()
    started = time.perf_counter()
    result = sums(path)
    seconds = time.perf_counter() - started
    peaks = peaks_of_children or [_peak_bytes(Path("/proc/self/status").read_text())]
    print(json.dumps({"seconds": seconds, "peak_bytes": peaks[0], "sums": result}))


if __name__ == "__main__":
    main(*sys.argv[1:])
