"""The use cases of the two work queues: sum a file, or one part of it.

A message may be delivered twice, late, or to two workers at once. Each step can be repeated at any
time, and a repeat leads to the same state.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from chalicelib.engine.kernel import Kernel
from chalicelib.engine.opening import Text, open_table
from chalicelib.errors import BadCsv, CompressedTooLarge, DeadlineNear
from chalicelib.jobs.cancelling import EndWatch
from chalicelib.jobs.counting import Counted, PartCounter
from chalicelib.jobs.cutting import Cutter
from chalicelib.jobs.events import log_dropped, log_event
from chalicelib.jobs.finishing import Finisher
from chalicelib.jobs.job import Job, Status, utc_now
from chalicelib.jobs.merging import Merger
from chalicelib.jobs.part_reading import PartReader
from chalicelib.jobs.parts import Run
from chalicelib.jobs.ports import Clock, Jobs, Message, Parts, Source
from chalicelib.jobs.reading import read_text
from chalicelib.jobs.recent import RecentJobs
from chalicelib.jobs.results import Sums

# A worker sums such a file in a moment, so its job need not be set to running. A compressed file
# may be many times as large when it is unpacked.
SMALL_BYTES = 16 * 1024 * 1024
SMALL_COMPRESSED_BYTES = 1024 * 1024


@dataclass(eq=False)
class SumJob:
    """Sums a small file, or cuts a large one and sends its parts."""

    jobs: Jobs
    source: Source
    kernel: Kernel
    cutter: Cutter
    merger: Merger
    finisher: Finisher
    watch: EndWatch
    now: Clock = utc_now

    def __call__(self, message: Message) -> None:
        """Work on a job unless it is final. Raise TryAgain to have the message redelivered."""
        job = self._job_of(message)
        if job is None:
            log_dropped(message.job)
        elif not job.status.is_final:
            log_event("started", job, bytes=job.version.size, attempts=job.attempts)
            with self.finisher.handle_errors(job), self.watch.on(job):
                self._sum_or_cut(job)

    def _job_of(self, message: Message) -> Job | None:
        """Return the job of a message; the first delivery brings it along.

        If the job is final already, the worker may sum a small file in vain: only the next write to
        the job notices.
        """
        if message.record is not None and not message.redelivered:
            return message.record
        return self.jobs.find(message.job)

    def _sum_or_cut(self, job: Job) -> None:
        """Do the rest of the work: a worker that died may have done some of it."""
        job = self._started(job, SMALL_BYTES)
        if job.status.is_final:  # another worker was faster
            return
        if self.cutter.is_needed(job):
            text = read_text(self.source, job)
            job = self.cutter.cut(job, text) if text.is_stored else job
        if job.plan is None:
            self._sum_file(job)
        elif not self.cutter.send_missing(job, job.plan):
            self.merger.merge(job)

    def _started(self, job: Job, small_bytes: int) -> Job:
        """Return the job as started. A job with a small file is stored only when it is final."""
        now = self.now()
        if job.version.size > small_bytes or job.plan is not None or self.cutter.is_needed(job):
            return self.jobs.start(job.id, now)
        return replace(job, started_at=job.started_at or now)

    def _sum_file(self, job: Job) -> None:
        text = read_text(self.source, job, job.version.size)
        if text.compression and job.status is Status.QUEUED:
            job = self._started(job, SMALL_COMPRESSED_BYTES)
        if not job.status.is_final:
            with _no_retry_if_compressed(job, text):
                self._sum_text(job, text)

    def _sum_text(self, job: Job, text: Text) -> None:
        table = open_table(text, job.options)
        layout, partial = table.layout, self.kernel.sum_rows(table.rows, table.layout)
        if partial.fault is not None:
            raise BadCsv(partial.fault.moved(layout.data_line, layout.data_start))
        self.finisher.finish(job, table, Sums(partial.columns, partial.rows, partial.unended))


@contextmanager
def _no_retry_if_compressed(job: Job, text: Text) -> Iterator[None]:
    """Fail a job whose compressed file would only meet the time limit again."""
    try:
        yield
    except DeadlineNear as error:
        if text.compression is None:
            raise
        limit = f"a worker could not read it in {error.seconds:.0f} seconds"
        size = job.version.size
        raise CompressedTooLarge(job.file_name, size, limit, text.compression) from error


@dataclass(eq=False)
class SumPart:
    """Sums one part; the worker that counts the last part merges the parts."""

    jobs: RecentJobs
    parts: Parts
    reader: PartReader
    counter: PartCounter
    cutter: Cutter
    merger: Merger
    finisher: Finisher
    watch: EndWatch

    def __call__(self, message: Message) -> None:
        """Sum a part of a job unless it is final. Raise TryAgain to have it redelivered."""
        job = self.jobs.find(message.job)
        if job is None:
            log_dropped(message.job)
        elif not job.status.is_final:
            read_at = self.jobs.read_at(job.id)
            with self.finisher.handle_errors(job), self.watch.on(job, read_at):
                run = Run.FIRST if message.start is None else Run.RERUN
                self._merge_if_last(self._sum_and_count(job, message, run), run)

    def _sum_and_count(self, job: Job, message: Message, run: Run) -> Counted:
        """Store the sums of a part, count it, and send the next one."""
        plan, number = job.plan, message.part
        if plan is None or number is None or number >= plan.count:
            raise ValueError(f"job {job.id} has no part {number}")
        outcome, columns = self.reader.sum_part(job, plan, number, message.start)
        self.parts.save(job.id, outcome, columns)
        # Only now: the sums of a part that counts as done must be stored.
        counted = self.counter.count(job, plan, number, run)
        # Once for each part, even if its message was sent twice. But the worker that got a message
        # before it was redelivered may have died before it sent the next part.
        if counted.is_new or message.redelivered:
            self.cutter.send_next(job, plan, message)
        return counted

    def _merge_if_last(self, counted: Counted, run: Run) -> None:
        """Merge the parts once all are done, and once more when the last of them is redelivered."""
        job = counted.job
        if job is None:
            return
        # The job has changed, and may be final.
        self.jobs.forget(job.id)
        # A rerun merges only if it is the last one. A redelivered first run merges without waiting
        # for reruns: the worker that had to send them may have died before it sent all of them.
        is_last = job.parts_complete if run is Run.FIRST else job.reruns_complete
        if is_last and not job.status.is_final:
            self.merger.merge(job)
