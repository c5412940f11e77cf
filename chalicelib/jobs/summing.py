"""The use cases of the two work queues: sum a file, or one part of it.

A message may be delivered twice, late, or to two workers at once. Each step may be repeated at any
point and leaves the same state behind.
"""

from dataclasses import dataclass, replace

from chalicelib.engine.kernel import Kernel
from chalicelib.errors import BadCsv
from chalicelib.jobs.cutting import Cutter
from chalicelib.jobs.events import log_dropped, log_event
from chalicelib.jobs.finishing import Finisher
from chalicelib.jobs.job import Job, utc_now
from chalicelib.jobs.merging import Merger
from chalicelib.jobs.part_reading import PartReader
from chalicelib.jobs.ports import Clock, Jobs, Message, Source
from chalicelib.jobs.reading import open_rows

# A worker sums such a file in a moment, so nobody needs to see that it runs.
SMALL_BYTES = 16 * 1024 * 1024


@dataclass(eq=False)
class SumJob:
    """Sums a small file, or cuts a large one and sends its parts."""

    jobs: Jobs
    source: Source
    kernel: Kernel
    cutter: Cutter
    merger: Merger
    finisher: Finisher
    now: Clock = utc_now

    def __call__(self, message: Message) -> None:
        """Work on a job that is not final. Raises TryAgain to have the message redelivered."""
        job = self.jobs.find(message.job)
        if job is None:
            log_dropped(message.job)
        elif not job.status.is_final:
            log_event("started", job, bytes=job.version.size, attempts=job.attempts)
            with self.finisher.handle_errors(job):
                self._sum_or_cut(self._started(job))

    def _started(self, job: Job) -> Job:
        """Return the job as started. That of a small file is stored only when it is final."""
        now = self.now()
        if job.version.size > SMALL_BYTES or self.cutter.is_needed(job):
            return self.jobs.start(job.id, now)
        return replace(job, started_at=job.started_at or now)

    def _sum_or_cut(self, job: Job) -> None:
        """Do what is left to do: a worker that died may have done some of it."""
        if job.status.is_final:  # another worker was faster
            return
        if self.cutter.is_needed(job):
            job = self.cutter.cut(job)
        if job.plan is None:
            self._sum_file(job)
        elif job.missing_parts:
            self.cutter.send_missing(job)
        else:
            self.merger.merge(job)

    def _sum_file(self, job: Job) -> None:
        layout, rows = open_rows(self.source, job, job.version.size)
        partial = self.kernel.sum_rows(rows, layout, skip=job.options.non_numeric == "skip")
        if partial.fault is not None:
            raise BadCsv(partial.fault.moved(layout.data_line, layout.data_start))
        self.finisher.succeed(job, layout.names, partial.columns, partial.rows)


@dataclass(eq=False)
class SumPart:
    """Sums one part; the worker that stores the last one puts the parts together."""

    jobs: Jobs
    reader: PartReader
    merger: Merger
    finisher: Finisher
    now: Clock = utc_now

    def __call__(self, message: Message) -> None:
        """Sum a part of a job that is not final. Raises TryAgain to have it redelivered."""
        job = self.jobs.find(message.job)
        if job is None:
            log_dropped(message.job)
        elif not job.status.is_final:
            with self.finisher.handle_errors(job):
                stored = self._sum_and_store(job, message)
                if _completes(stored, message):
                    self.merger.merge(stored)

    def _sum_and_store(self, job: Job, message: Message) -> Job:
        """Return the job as it is once the part is among its done ones."""
        plan, number, start = job.plan, message.part, message.start
        if plan is None or number is None or number >= plan.count:
            raise ValueError(f"job {job.id} has no part {number}")
        if start is None and number in job.done_parts:
            return job
        outcome, columns = self.reader.sum_part(job, plan, number, start)
        self.jobs.save_part(job.id, outcome, columns)
        # Only now: a part that counts as done must have its sums stored.
        add = self.jobs.add_done if start is None else self.jobs.add_done_rerun
        return add(job.id, number, self.now())


def _completes(job: Job, message: Message) -> bool:
    """Return whether the parts are to be merged after this one."""
    if job.status.is_final or job.missing_parts:
        return False
    # A rerun does so only as the last of them. A redelivered first run always does: the worker that
    # was to send the reruns may have died before it had sent them all.
    return message.start is None or job.reruns_complete
