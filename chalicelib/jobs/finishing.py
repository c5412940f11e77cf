"""Finishes jobs with a result or a problem, or leaves them to a retry that may help."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from chalicelib.engine.kernel import Kernel
from chalicelib.engine.sums import ColumnSum
from chalicelib.errors import (
    BadCsv,
    CsvsumError,
    DeadlineNear,
    FileError,
    GzipTooLarge,
    TooSlow,
    TryAgain,
    UnknownJob,
)
from chalicelib.jobs.events import log_crashed, log_dropped, log_event, log_failed, log_retried
from chalicelib.jobs.job import Job, Ledger, Status, as_text, seconds_since_start, utc_now
from chalicelib.jobs.ports import Clock, Jobs, Source
from chalicelib.jobs.problems import problem_of
from chalicelib.jobs.reading import is_gzip, read_header
from chalicelib.jobs.results import MAX_RESULT_CHARS, result_of


@dataclass(eq=False)
class Finisher:
    """Finishes jobs. The ledger names ``kernel`` as the one that summed the file."""

    jobs: Jobs
    source: Source
    kernel: Kernel
    now: Clock = utc_now
    max_result_chars: int = MAX_RESULT_CHARS

    def succeed(
        self, job: Job, names: tuple[str, ...], columns: Sequence[ColumnSum], rows: int
    ) -> None:
        """Store the result and the ledger. Raises BadCsv when the result is too large."""
        result, now = result_of(names, columns, self.max_result_chars), self.now()
        seconds = seconds_since_start(job, now)
        ledger = Ledger(rows, job.version.size, job.parts, seconds, self.kernel.name)
        if _is_ours(self.jobs.succeed(job.id, result, ledger, now), Status.SUCCEEDED, now):
            size, parts = ledger.bytes, ledger.parts
            log_event("succeeded", job, parts=parts, bytes=size, rows=rows, seconds=seconds)

    def fail(self, job: Job, error: CsvsumError) -> None:
        """Fail a job with the problem that describes an error."""
        try:
            names = self._column_names(job, error)
        except FileError as newer:  # the file has changed: report that instead
            error, names = newer, {}
        now = self.now()
        done = self.jobs.fail(job.id, problem_of(error, names), now)
        if _is_ours(done, Status.FAILED, now):
            log_failed(job, error, seconds_since_start(job, now))

    @contextmanager
    def handle_errors(self, job: Job) -> Iterator[None]:
        """Fail the job on an error that no retry can fix; raise others, to redeliver the message.

        Only log that the job is unknown: then there is nothing to finish.
        Raise TryAgain in place of an unexpected exception.
        """
        try:
            yield
        except UnknownJob:  # removed or expired since it was read
            log_dropped(job.id)
        except CsvsumError as error:
            error = _lasting(job, error)
            if not error.retryable:
                self.fail(job, error)
                return
            log_retried(job, error)
            self._leave(job, error)
            raise
        except Exception as error:
            log_crashed(job)
            unexpected = TryAgain(f"An unexpected {type(error).__name__} in a worker.")
            self._leave(job, unexpected)
            # Without the cause: its text may quote a cell, and must not be logged with this error.
            raise unexpected from None

    def _leave(self, job: Job, error: CsvsumError) -> None:
        """Leave a job to the next delivery. Set it to running, even if its file is small."""
        if job.status is Status.QUEUED:
            self.jobs.start(job.id, job.started_at or self.now())
        if isinstance(error, DeadlineNear):
            self.jobs.set_overrun(job.id)
        self.jobs.set_last_error(job.id, error.detail)

    def _column_names(self, job: Job, error: CsvsumError) -> dict[int, str]:
        if not isinstance(error, BadCsv) or error.fault.column is None:
            return {}
        layout = read_header(self.source, job)
        return dict(zip(layout.wanted, layout.names, strict=True))


def _lasting(job: Job, error: CsvsumError) -> CsvsumError:
    """Return the final error of a job that would only meet its time limit again, or ``error``."""
    if not isinstance(error, DeadlineNear):
        return error
    size = job.version.size
    if is_gzip(job.file_name):
        limit = f"a worker could not read it in {error.seconds:.0f} seconds"
        return GzipTooLarge(job.file_name, size, limit)
    return TooSlow(job.file_name, size, error.seconds) if job.has_overrun else error


def _is_ours(done: Job, status: Status, now: datetime) -> bool:
    """Return whether this write finished the job, and not the write of a faster worker."""
    finished_at = done.finished_at
    return (
        done.status is status and finished_at is not None and as_text(finished_at) == as_text(now)
    )
