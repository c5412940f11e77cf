"""Sum every 10th column of a file with a library, as short a program as can be: NAME FILE.

The benchmark of the command line starts it: ``python benchmarks/cli_peers.py polars a.csv``. It
prints the sums as JSON. Each library knows that the columns to sum are doubles.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

STEP = 10


def header_of(path: str) -> list[str]:
    with Path(path).open() as file:
        return file.readline().rstrip("\n").split(",")


def polars_sums(path: str) -> list[float]:
    import polars

    wanted = header_of(path)[::STEP]
    scan = polars.scan_csv(
        path, infer_schema=False, schema_overrides=dict.fromkeys(wanted, polars.Float64)
    )
    return list(scan.select(polars.col(wanted).sum()).collect(engine="streaming").row(0))


def duckdb_sums(path: str) -> list[float]:
    import duckdb

    header = header_of(path)
    types = dict.fromkeys(header, "VARCHAR") | dict.fromkeys(header[::STEP], "DOUBLE")
    columns = ", ".join(f'sum("{name}")' for name in header[::STEP])
    query = f"SELECT {columns} FROM read_csv(?, columns = ?, header = true, auto_detect = false)"
    found = duckdb.execute(query, [path, types]).fetchone()
    return list(found or ())


def pyarrow_sums(path: str) -> list[float]:
    from pyarrow import compute, float64
    from pyarrow import csv as arrow_csv

    types = dict.fromkeys(header_of(path)[::STEP], float64())
    options = arrow_csv.ConvertOptions(include_columns=list(types), column_types=types)
    columns = arrow_csv.read_csv(path, convert_options=options)
    return [compute.sum(column).as_py() for column in columns.itercolumns()]


PEERS: dict[str, Callable[[str], list[float]]] = {
    "polars": polars_sums,
    "duckdb": duckdb_sums,
    "pyarrow": pyarrow_sums,
}

if __name__ == "__main__":
    print(json.dumps(PEERS[sys.argv[1]](sys.argv[2])))
