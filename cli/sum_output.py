"""Writes sums: as a table for people, as JSON, or as CSV."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from chalicelib.engine.wording import counted, delimiter_name, listed, visible
from cli.local_file import shown_name
from cli.reading_options import with_flags
from cli.sum_file import Summed
from cli.terminal import Stdout, is_terminal, number, paint, say, show_json, show_table, size

CSV_HEADER = ("file", "column", "sum", "values", "missing", "skipped")
#: Of the columns that are left out; a table may have thousands.
MAX_NAMED = 10
ENCODINGS = {"utf-8": "UTF-8", "utf-16": "UTF-16", "windows-1252": "Windows-1252"}


class Output(Protocol):
    """Writes the sums of each file as soon as they are known."""

    def sums(self, summed: Summed) -> None: ...
    def failed(self, file: str, error: Mapping[str, Any]) -> None: ...


class Json:
    """One JSON object for each file, on a line of its own; of a failed one with ``error``."""

    def sums(self, summed: Summed) -> None:
        from chalicelib.web.job_json import notice_json

        result, job = summed.result, summed.job
        show_json(
            {
                "file": job.file_name,
                "rows": summed.rows,
                "result": result.numbers(),
                "exact": result.exact(),
                "cells": dict(zip(result.names, _cells(summed), strict=True)),
                "left_out": [
                    {"name": each.name, "index": each.index, "cell": each.cell, "why": each.why}
                    for each in result.left_out
                ],
                "warnings": [notice_json(each) for each in result.warnings],
                "dialect": summed.table.dialect.as_dict(job.options.read),
            }
        )

    def failed(self, file: str, error: Mapping[str, Any]) -> None:
        show_json({"file": file, "error": error})


class Csv:
    """A row for each file and column, below one header."""

    def __init__(self) -> None:
        import csv

        self._writer = csv.writer(Stdout(), lineterminator="\n")
        self._writer.writerow(CSV_HEADER)

    def sums(self, summed: Summed) -> None:
        result = summed.result
        for name, total, cells in zip(result.names, result.totals, _cells(summed), strict=True):
            self._writer.writerow((summed.job.file_name, name, total, *cells.values()))

    def failed(self, file: str, error: Mapping[str, Any]) -> None:
        """Write nothing: stderr has the error, and the exit code says that there was one."""


class Text:
    """A table. On a terminal numbers are grouped; in a pipe a tab separates exact digits.

    What is not a sum goes to stderr, unless ``quiet``. With several files, each row of a pipe
    begins with the name of its file.
    """

    def __init__(self, *, several: bool, quiet: bool) -> None:
        self._several = several
        self._quiet = quiet

    def sums(self, summed: Summed) -> None:
        if not self._quiet:
            for line in _before(summed):
                say(line)
        show_table(self._rows(summed), right=(1,))
        sys.stdout.flush()
        if not self._quiet:
            for line in _after(summed):
                say(line)

    def failed(self, file: str, error: Mapping[str, Any]) -> None:
        """Write nothing: stderr has the error."""

    def _rows(self, summed: Summed) -> Iterator[Sequence[str]]:
        names = map(visible, summed.result.names)
        pairs = zip(names, aligned(summed.result.totals), strict=True)
        if is_terminal(sys.stdout):
            return ((f"  {name}", total) for name, total in pairs)
        file = visible(summed.job.file_name)
        return ((file, *pair) if self._several else pair for pair in pairs)


def aligned(totals: Sequence[str]) -> list[str]:
    """Return numbers for a column of stdout; on a terminal their points are below each other."""
    texts = [number(total) for total in totals]
    if not is_terminal(sys.stdout):
        return texts
    width = max((len(text.partition(".")[2]) for text in texts), default=0)
    return [_padded(text, width) for text in texts]


def _padded(text: str, width: int) -> str:
    whole, point, fraction = text.partition(".")
    return f"{whole}{point}{fraction}{' ' * (width - len(fraction) + (width > 0 and not point))}"


def _cells(summed: Summed) -> list[dict[str, int]]:
    result = summed.result
    counts = zip(result.values, result.missing, result.skipped, strict=True)
    return [
        {"values": values, "missing": missing, "skipped": skipped}
        for values, missing, skipped in counts
    ]


def _before(summed: Summed) -> Iterator[str]:
    """Yield how the file was read, and what was left out."""
    result, table = summed.result, summed.table
    dialect = table.dialect
    read = [
        *([summed.compression] if summed.compression else []),
        delimiter_name(dialect.delimiter),
        ENCODINGS.get(dialect.encoding, dialect.encoding),
        "header" if dialect.header else "no header",
    ]
    found = [counted(table.layout.fields, "column"), f"{len(result.names):,} summed"]
    found += [f"{len(result.left_out):,} left out (text)"] if result.left_out else []
    name = paint(shown_name(summed.job.file_name), sys.stderr, bold=True)
    yield f"{name}: {', '.join(read)}; {', '.join(found)}"
    names = [visible(each.name) for each in result.left_out[:MAX_NAMED]]
    more = len(result.left_out) - len(names)
    names += [f"{more:,} more"] if more else []
    if names:
        yield paint(f"  (left out as text: {listed(names)})", sys.stderr, dim=True)


def _after(summed: Summed) -> Iterator[str]:
    """Yield the warnings, and how much was read."""
    for warning in summed.result.warnings:
        column = f"{visible(warning.column)}: " if warning.column is not None else ""
        yield f"{paint('Warning:', sys.stderr, fg='yellow')} {column}{with_flags(warning.detail)}"
    yield f"{counted(summed.rows, 'row')}{_speed(summed)}"


def _speed(summed: Summed) -> str:
    """Return the size and the rate of a file that took a while."""
    if summed.seconds < 0.1 or not summed.bytes:
        return ""
    rate = size(summed.bytes / summed.seconds)
    return f"; {size(summed.bytes)} in {summed.seconds:.1f} s, {rate}/s"
