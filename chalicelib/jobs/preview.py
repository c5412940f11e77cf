"""The use case: show how a file would be read, without a job.

At most MAX_BYTES of the file are read, once; all that follows works on these bytes. What is found
is what the workers would find, but the rest of the file may hold more.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice

from chalicelib.engine.dialect import Dialect
from chalicelib.engine.encodings import reread
from chalicelib.engine.kernel import Kernel
from chalicelib.engine.layout import names_of
from chalicelib.engine.opening import Table, grammar_of, open_table
from chalicelib.engine.options import Options
from chalicelib.engine.row_ends import translate
from chalicelib.engine.rows import Row, iter_rows
from chalicelib.errors import BadCsv, FileError
from chalicelib.jobs.client import Client
from chalicelib.jobs.cutting import Cutter
from chalicelib.jobs.explaining import Explainer
from chalicelib.jobs.held_file import HeldFile, complete_rows, hold, unpacked
from chalicelib.jobs.job import Job, Problem, Result, queued, utc_now
from chalicelib.jobs.ports import Clock, Source
from chalicelib.jobs.problems import problem_of
from chalicelib.jobs.reading import read_text
from chalicelib.jobs.results import Sums, decide
from chalicelib.jobs.uploads import parse_name_for

MAX_BYTES = 1024 * 1024
MAX_ROWS = 20


@dataclass(frozen=True, slots=True)
class FirstRows:
    """The names of all columns, and the first rows of data as they are read."""

    names: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


NO_ROWS = FirstRows()


@dataclass(frozen=True, slots=True)
class Preview:
    """How the file of ``job`` would be read. The job is not stored."""

    job: Job
    #: The file, as far as it was read.
    held: HeldFile
    dialect: Dialect | None = None
    first: FirstRows = NO_ROWS
    #: The columns that would be summed and left out, with the sums of the rows that were read.
    result: Result | None = None
    #: What the job would fail with.
    problem: Problem | None = None
    #: Into how many parts the file would be cut; None if that is not known.
    parts: int | None = None


@dataclass(eq=False)
class PreviewFile:
    """Previews files as the workers would sum them: ``cutter`` cuts them."""

    source: Source
    kernel: Kernel
    cutter: Cutter
    now: Clock = utc_now

    def __call__(self, name: object, options: Options, client: Client) -> Preview:
        """Return the preview of a file for a client.

        Raise BadRequest, FileMissing, Misconfigured, TryAgain, and FileError if the file cannot be
        read at all.
        """
        file_name = parse_name_for(client, name)
        version = self.source.probe(file_name).version
        job = queued("", file_name, options, version, self.now())
        blocks = self.source.read(file_name, version, expected_end=min(version.size, MAX_BYTES))
        preview = Preview(job, hold(blocks, version.size, MAX_BYTES))
        try:
            preview = replace(preview, held=unpacked(preview.held, MAX_BYTES))
            return self._with_columns(preview)
        except FileError as error:
            return _failed(preview, error)

    def _with_columns(self, preview: Preview) -> Preview:
        job, held = preview.job, preview.held
        text = read_text(held, job)
        table = open_table(text, job.options)
        can_be_cut = text.is_stored and held.compression is None
        preview = replace(
            preview,
            dialect=table.dialect,
            first=_first_rows(preview, table.dialect),
            parts=self.cutter.count(job, table) if can_be_cut else 1,
        )
        try:
            return replace(preview, result=self._result(table, held.complete))
        except BadCsv as error:
            return _failed(preview, error)

    def _result(self, table: Table, complete: bool) -> Result | None:
        """Return the sums of the rows that were read; None if they are too few to say anything."""
        layout, data = table.layout, b"".join(table.rows)
        partial = self.kernel.sum_rows(
            [data if complete else complete_rows(data, layout.grammar)], layout
        )
        if partial.fault is not None:
            raise BadCsv(partial.fault.moved(layout.data_line, layout.data_start))
        if not (partial.rows or complete):
            return None
        return decide(layout, Sums(partial.columns, partial.rows, partial.unended))


def _failed(preview: Preview, error: FileError) -> Preview:
    """Return the preview of a file that cannot be summed, as its job would report it."""
    if not isinstance(error, BadCsv):
        return replace(preview, problem=problem_of(error))
    explained = Explainer(preview.held).explain(preview.job, error.fault)
    dialect = explained.dialect
    first = _first_rows(preview, dialect) if dialect else NO_ROWS
    return replace(preview, problem=explained.problem, dialect=dialect, first=first)


def _first_rows(preview: Preview, dialect: Dialect) -> FirstRows:
    rows = list(islice(_rows(preview, dialect), MAX_ROWS + 1))
    if not rows:
        return NO_ROWS
    names = tuple(map(_as_text, names_of(rows[0], dialect)))
    data = rows[dialect.header :][:MAX_ROWS]
    cells = [tuple(_as_text(reread(cell, dialect.encoding)) for cell in row.cells) for row in data]
    return FirstRows(names, tuple(cells))


def _as_text(cell: str) -> str:
    """Return a cell with a replacement character for each byte that is not UTF-8."""
    return cell.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _rows(preview: Preview, dialect: Dialect) -> Iterator[Row]:
    """Yield the rows that have cells, up to one that cannot be read."""
    read, text = preview.job.options.read, read_text(preview.held, preview.job)
    data = b"".join(translate(text.blocks, dialect.row_end))[dialect.start :]
    with suppress(BadCsv):
        for row in iter_rows(data, grammar_of(read, dialect), eof=preview.held.complete):
            if row.cells:
                yield row
