"""Opens the file of a job, in the version that was submitted."""

from collections.abc import Iterator

from chalicelib.engine.gunzip import gunzip
from chalicelib.engine.layout import Layout, read_layout
from chalicelib.jobs.job import Job
from chalicelib.jobs.ports import Source

# How many bytes to fetch at once if only the first row is needed.
HEADER_BYTES = 64 * 1024


def is_gzip(file_name: str) -> bool:
    return file_name.lower().endswith(".gz")


def open_rows(source: Source, job: Job, expected_end: int) -> tuple[Layout, Iterator[bytes]]:
    """Return the file's layout, and its bytes from the first data row on.

    Raise FileError if the file is not a CSV, or has changed since submission.
    """
    blocks = source.read(job.file_name, job.version, expected_end=expected_end)
    return read_layout(gunzip(blocks) if is_gzip(job.file_name) else blocks, job.options)


def read_header(source: Source, job: Job) -> Layout:
    """Return the file's layout, reading little more than its first row."""
    layout, _ = open_rows(source, job, HEADER_BYTES)
    return layout
