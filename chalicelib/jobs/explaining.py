"""Explains the fault of a job's file: reads the head of the file, and the bytes near the fault."""

from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.engine.blocks import fill
from chalicelib.engine.dialect import Dialect, detect
from chalicelib.engine.errors import Fault
from chalicelib.engine.evidence import Evidence
from chalicelib.engine.explain import explain
from chalicelib.engine.layout import Layout
from chalicelib.engine.nearby import AFTER_BYTES, BEFORE_BYTES, Nearby, in_head
from chalicelib.engine.opening import Text, open_table
from chalicelib.engine.row_ends import translate
from chalicelib.engine.sample import Head
from chalicelib.errors import BadCsv, DeadlineNear, FileError
from chalicelib.jobs.job import Job, Problem
from chalicelib.jobs.ports import Source
from chalicelib.jobs.problems import problem_at
from chalicelib.jobs.reading import read_text

NO_HEAD = Head(b"", 0, eof=True)
# A text that is unpacked or decoded is read from its start, so not for a fault beyond this byte.
MAX_UNPACKED_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Explained:
    """The problem of a fault, and how the file is written, if that was found."""

    problem: Problem
    dialect: Dialect | None = None


@dataclass(frozen=True, slots=True)
class Explainer:
    """Explains faults."""

    source: Source

    def explain(self, job: Job, fault: Fault) -> Explained:
        """Return the problem of a fault.

        Raise FileError if the file has changed since submission, and TryAgain.
        """
        text = self._text(job)
        head = text.head if text else NO_HEAD
        dialect = _dialect(text, job) if text else None
        near = self._near(job, fault, text, dialect) if text else None
        layout = _layout(text, job) if text and dialect else None
        names = dict(zip(layout.wanted, layout.names, strict=True)) if layout else {}
        wanted = layout.wanted if layout else ()
        options = job.options
        evidence = Evidence(
            head, options.read, dialect, asked=options.columns, wanted=wanted, near=near
        )
        return Explained(problem_at(fault, names, explain(fault, evidence)), dialect)

    def _text(self, job: Job) -> Text | None:
        """Return the text of the file; None if it is not one, or if the time is up."""
        try:
            return read_text(self.source, job)
        except (BadCsv, DeadlineNear):
            return None

    def _near(self, job: Job, fault: Fault, text: Text, dialect: Dialect | None) -> Nearby | None:
        """Return the bytes near a fault; None if they are too far from the start of the text."""
        near = in_head(text.head, dialect)
        if fault.byte is None or dialect is None or near.holds(fault):
            return near
        if not text.is_stored and fault.byte > MAX_UNPACKED_BYTES:
            return None
        start = max(0, fault.byte - BEFORE_BYTES)
        try:
            blocks = translate(self._from(job, start, text), dialect.row_end)
            data, eof = fill(BEFORE_BYTES + AFTER_BYTES, b"", blocks)
        except (FileError, DeadlineNear):  # the rest of a damaged file
            return None
        return Nearby(data, start, eof)

    def _from(self, job: Job, start: int, text: Text) -> Iterator[bytes]:
        """Yield the text from a byte on."""
        if text.is_stored:
            end = start + BEFORE_BYTES + AFTER_BYTES
            yield from self.source.read(job.file_name, job.version, start, end)
            return
        for block in read_text(self.source, job).blocks:
            yield block[start:]
            start = max(0, start - len(block))


def _dialect(text: Text, job: Job) -> Dialect | None:
    try:
        return detect(text.head, job.options.read, utf16=text.is_utf16)
    except BadCsv:
        return None


def _layout(text: Text, job: Job) -> Layout | None:
    try:
        return open_table(text, job.options).layout
    except FileError:
        return None
