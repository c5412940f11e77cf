"""Opens the file of a job, in the version that was submitted."""

from typing import TYPE_CHECKING

from chalicelib.engine.dialect import Dialect
from chalicelib.engine.naming import Naming
from chalicelib.engine.opening import Table, Text, open_table, open_text
from chalicelib.engine.row_ends import RowEnd
from chalicelib.engine.sample import WINDOW_BYTES
from chalicelib.jobs.job import Job

if TYPE_CHECKING:
    from chalicelib.jobs.ports import Source

# How many bytes to fetch at once if only the head is needed.
HEAD_BYTES = WINDOW_BYTES + 1


def read_text(source: "Source", job: Job, expected_end: int = HEAD_BYTES) -> Text:
    """Return the text of the file, of which the head is read.

    Raise FileError if the file is not a CSV, or has changed since submission.
    """
    blocks = source.read(job.file_name, job.version, expected_end=expected_end)
    return open_text(blocks, job.options.read)


def read_table(source: "Source", job: Job) -> Table:
    """Return the file's table, reading little more than its first row. Raise FileError."""
    return open_table(read_text(source, job), job.options)


def dialect_of(job: Job) -> Dialect:
    """Return how the file of a cut job is written. Older jobs say it in their options."""
    if job.dialect is not None:
        return job.dialect
    read = job.options.read
    header = read.header is not False
    return Dialect(read.delimiter, "utf-8", RowEnd.LF, header, Naming.PLAIN, 0, 0, ())
