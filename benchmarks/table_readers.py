"""csvsum and its peers as readers of the accuracy cases.

A peer gets the file, and in its own words the options that the case declares, where it has such
options; else its defaults. Who declares how a file is written has looked into it: then a peer gets
the delimiter, too. The sums of a peer are those of the columns that it takes for numbers.
"""

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.verdicts import Column, Reading, Refusal, Table
from chalicelib.engine.delimiters import find_delimiter
from chalicelib.engine.sample import read_head
from tests.accuracy.case import Case, followed
from tests.accuracy.reference import as_text, asked_for
from tests.accuracy.service import answer

Options = Mapping[str, Any]
#: Options that a message advises: ignore_errors=true, or "setting `ignore_errors` to `True`".
ADVISED = re.compile(r"\b([a-z_]+)(?:=|` to `)(true|false|-?[0-9]+)\b", re.IGNORECASE)
ADVISED_MARKER = re.compile(r"adding `(.+)` to the `null_values` list", re.DOTALL)
#: Options that say nothing of how a file is written.
SELECTION = frozenset(("columns", "first", "step", "non_numeric"))


def read_with_csvsum(case: Case, path: Path, more: Options) -> Reading:
    """Read a case with csvsum's own options, or those that replace them."""
    result = answer(path.read_bytes(), followed(case.options, more))
    if result.refused:
        advice = [dict(each.options) for each in result.suggestions if each.options]
        return Refusal(result.message, advice)
    return Table([Column(name, total, 1) for name, total in result.sums.items()])


def _declared(case: Case) -> dict[str, Any]:
    """Return how the file is written, as far as the case declares any of it."""
    declared = {name: value for name, value in case.options.items() if name not in SELECTION}
    if not declared or case.refused:
        return declared
    options = asked_for(case.options).read
    head, _ = read_head([as_text(case.data, options)[0]], options)
    return {"delimiter": find_delimiter(head, options).sample.delimiter, **declared}


def read_with_pandas(case: Case, path: Path, more: Options) -> Reading:
    import pandas

    frame = pandas.read_csv(path, **_for_pandas(case), **more)
    columns = []
    for index in _wanted(case.options, list(map(str, frame.columns))):
        column = frame.iloc[:, index]
        if pandas.api.types.is_numeric_dtype(column) and column.dtype != bool:
            total, values = column.sum().item(), int(column.count())
            columns.append(Column(str(frame.columns[index]), total, values))
    return Table(columns)


def _for_pandas(case: Case) -> dict[str, object]:
    options = _declared(case)
    names = {
        "delimiter": "sep",
        "skip_rows": "skiprows",
        "missing": "na_values",
        "comment": "comment",
        "decimal": "decimal",
        "thousands": "thousands",
        "encoding": "encoding",
    }
    own = {names[name]: value for name, value in options.items() if name in names}
    if "header" in options:
        own["header"] = 0 if options["header"] else None
    if options.get("last_row") == "drop" and not case.data.endswith(b"\n"):
        own |= {"skipfooter": 1, "engine": "python"}
    return own


def read_with_duckdb(case: Case, path: Path, more: Options) -> Reading:
    import duckdb

    own = {**_for_duckdb(case), **more}
    arguments = "".join(f", {name} = ${name}" for name in own)
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        query = f"CREATE TABLE t AS SELECT * FROM read_csv($path{arguments})"
        connection.execute(query, {"path": str(path), **own})
        described = connection.execute("DESCRIBE t").fetchall()
        columns = []
        for index in _wanted(case.options, [row[0] for row in described]):
            name, kind = described[index][:2]
            if kind.startswith(("BIGINT", "DOUBLE", "DECIMAL", "HUGEINT", "INTEGER")):
                quoted = name.replace('"', '""')
                query = f'SELECT sum("{quoted}"), count("{quoted}") FROM t'
                total, values = connection.execute(query).fetchall()[0]
                columns.append(Column(name, total or 0, values))
    return Table(columns)


def _for_duckdb(case: Case) -> dict[str, object]:
    options = _declared(case)
    names = {
        "delimiter": "delim",
        "header": "header",
        "skip_rows": "skip",
        "missing": "nullstr",
        "comment": "comment",
        "decimal": "decimal_separator",
        "thousands": "thousands",
        "encoding": "encoding",
    }
    own = {names[name]: value for name, value in options.items() if name in names}
    if options.get("ragged") == "pad":
        own["null_padding"] = True
    return own


def read_with_polars(case: Case, path: Path, more: Options) -> Reading:
    import polars

    frame = polars.read_csv(path, **{**_for_polars(case), **more})
    columns = []
    for index in _wanted(case.options, frame.columns):
        column = frame.to_series(index)
        if column.dtype.is_numeric():
            columns.append(Column(column.name, column.sum(), column.count()))
    return Table(columns)


def _for_polars(case: Case) -> dict[str, object]:
    options = _declared(case)
    names = {
        "delimiter": "separator",
        "header": "has_header",
        "skip_rows": "skip_lines",
        "missing": "null_values",
        "comment": "comment_prefix",
        "encoding": "encoding",
    }
    own = {names[name]: value for name, value in options.items() if name in names}
    if own.get("encoding") == "utf-8":
        own["encoding"] = "utf8"
    if options.get("decimal") == ",":
        own["decimal_comma"] = True
    return own


READERS = {
    "csvsum": read_with_csvsum,
    "pandas": read_with_pandas,
    "duckdb": read_with_duckdb,
    "polars": read_with_polars,
}


def read(name: str, case: Case, path: Path, more: Options) -> Reading:
    """Read a case. What a reader raises is a refusal, with the options that its text advises."""
    try:
        with warnings.catch_warnings(action="ignore"):
            return READERS[name](case, path, more)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # polars panics with an exception of this kind
        return Refusal(str(error), list(_advised(str(error))))


def _advised(message: str) -> Iterator[dict[str, object]]:
    for name, value in ADVISED.findall(message):
        text = value.lower()
        yield {name.lower(): text == "true" if text in ("true", "false") else int(text)}
    for marker in ADVISED_MARKER.findall(message):
        yield {"null_values": [marker]}


def _wanted(options: Options, names: Sequence[str]) -> list[int]:
    """Return the indexes of the columns that a case sums; raise KeyError for a missing name."""
    chosen = options.get("columns")
    if chosen is None:
        return list(range(options.get("first", 0), len(names), options.get("step", 10)))
    return sorted(_index(each, names) for each in chosen)


def _index(column: object, names: Sequence[str]) -> int:
    if isinstance(column, int):
        return column
    if column not in names:
        raise KeyError(f"no column {column!r}")
    return list(names).index(str(column))
