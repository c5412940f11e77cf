"""Finishes jobs with a result or a problem, or leaves them to a retry that may help."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from chalicelib.engine.kernel import Kernel
from chalicelib.engine.opening import Table
from chalicelib.errors import (
    BadCsv,
    CsvsumError,
    DeadlineNear,
    FileError,
    TooSlow,
    TryAgain,
    UnknownJob,
)
from chalicelib.jobs.announcing import Announcer, ended_by
from chalicelib.jobs.cancelling import JobEnded
from chalicelib.jobs.earlier import EarlierResults
from chalicelib.jobs.events import log_crashed, log_dropped, log_event, log_failed, log_retried
from chalicelib.jobs.explaining import Explained, Explainer
from chalicelib.jobs.job import Job, Ledger, Status, seconds_since_start, utc_now
from chalicelib.jobs.ports import Clock, Jobs, Source
from chalicelib.jobs.problems import problem_of
from chalicelib.jobs.results import MAX_RESULT_CHARS, Sums, decide


@dataclass(eq=False)
class Finisher:
    """Finishes jobs. The ledger names ``kernel`` as the one that summed the file."""

    jobs: Jobs
    source: Source
    kernel: Kernel
    earlier: EarlierResults
    announcer: Announcer
    now: Clock = utc_now
    max_result_chars: int = MAX_RESULT_CHARS

    def finish(self, job: Job, table: Table, sums: Sums) -> None:
        """Store the result and the ledger.

        Raises BadCsv for a refused cell, when there is no number, and when the result is too large.
        """
        result, now = decide(table.layout, sums, self.max_result_chars), self.now()
        seconds, size = seconds_since_start(job, now), job.version.size
        ledger = Ledger(sums.rows, size, job.parts, seconds, self.kernel.name)
        done = self.jobs.succeed(job.id, result, ledger, table.dialect, now)
        if ended_by(done, Status.SUCCEEDED, now):
            counts = {"parts": ledger.parts, "bytes": size, "rows": sums.rows}
            log_event("succeeded", job, **counts, seconds=seconds)
            # After the result, for which a client waits, and before the event, which may bring one.
            self.earlier.remember(job)
            self.announcer.announce(done)

    def fail(self, job: Job, error: CsvsumError) -> None:
        """Fail a job with the problem that describes an error."""
        try:
            explained = self._explained(job, error)
        except FileError as newer:  # the file has changed: report that instead
            error, explained = newer, Explained(problem_of(newer))
        now = self.now()
        done = self.jobs.fail(job.id, explained.problem, explained.dialect, now)
        if ended_by(done, Status.FAILED, now):
            log_failed(job, error, seconds_since_start(job, now))
            self.announcer.announce(done)

    @contextmanager
    def handle_errors(self, job: Job) -> Iterator[None]:
        """Fail the job on an error that no retry can fix; raise others, to redeliver the message.

        Raise TryAgain in place of an unexpected exception. If the job has ended or is unknown,
        there is nothing to finish: then only log that.
        """
        try:
            yield
        except UnknownJob:  # removed or expired since it was read
            log_dropped(job.id)
        except JobEnded:
            log_event("stopped", job)
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

    def _explained(self, job: Job, error: CsvsumError) -> Explained:
        if isinstance(error, BadCsv):
            return Explainer(self.source).explain(job, error.fault)
        return Explained(problem_of(error))


def _lasting(job: Job, error: CsvsumError) -> CsvsumError:
    """Return the final error of a job that would only meet its time limit again, or ``error``."""
    if not isinstance(error, DeadlineNear):
        return error
    return TooSlow(job.file_name, job.version.size, error.seconds) if job.has_overrun else error
