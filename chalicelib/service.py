"""The use cases: submit, work, give up, sweep, query. Everything outside comes in through the ports."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ParamSpec
from uuid import uuid4

from chalicelib.errors import BadCsv, CsvsumError, GivenUp, UnknownJob
from chalicelib.gunzip import gunzip
from chalicelib.jobs import Job, Ledger, Result, is_id, problem_of, queued, seconds_since_start
from chalicelib.kernel import Kernel
from chalicelib.layout import Layout, read_layout
from chalicelib.options import Options, parse_name
from chalicelib.ports import Jobs, Message, Queue, Source
from chalicelib.sums import PartialSum, digits

log = logging.getLogger("csvsum")

P = ParamSpec("P")

MAX_ATTEMPTS = 3


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Service:
    """``stale_after``: a job in progress that nothing has happened to for so long is taken up again by the sweeper.

    ``give_up_after``: a job that has not ended so long after its submission fails.
    """

    jobs: Jobs
    queue: Queue
    source: Source
    kernel: Kernel
    stale_after: timedelta
    give_up_after: timedelta
    now: Callable[[], datetime] = utc_now

    def submit(self, name: object, options: Options) -> Job:
        """Accept a job: first the record, then the message, so that an id given out is never without a record.

        Raises BadRequest, FileMissing, and ServiceDown without leaving a job behind.
        """
        csv = parse_name(name)
        job = queued(uuid4().hex, csv, options, self.source.version(csv), self.now())
        self.jobs.put(job)
        try:
            self.queue.send(Message(job.id))
        except CsvsumError:
            self.jobs.remove_unsent(job.id)
            raise
        return job

    def job(self, job_id: str) -> Job:
        """Raises UnknownJob, also for what cannot be an id."""
        if not is_id(job_id):
            raise UnknownJob
        return self.jobs.get(job_id)

    def in_progress(self) -> int:
        return self.jobs.in_progress()

    def work(self, message: Message) -> None:
        """Do what a message of the jobs queue asks for. May be repeated, at once or late, by any number of workers.

        What no retry mends fails the job; everything else is raised, and the message will be delivered again.
        """
        job = _known(self.jobs.start, message.job, self.now())
        if job is None or job.status.ended:
            return
        names: dict[int, str] = {}
        try:
            layout, partial = self._sum(job, names)
        except CsvsumError as error:
            if error.retryable:
                self.jobs.note(job.id, error.detail)
                raise
            self.jobs.fail(job.id, problem_of(error, names), self.now())
            return
        except Exception as error:
            self.jobs.note(job.id, f"An unexpected {type(error).__name__} in a worker.")
            raise
        now = self.now()
        ledger = Ledger(partial.rows, job.file.size, 1, seconds_since_start(job, now), self.kernel.name)
        self.jobs.succeed(job.id, _result(layout, partial), ledger, now)

    def _sum(self, job: Job, names: dict[int, str]) -> tuple[Layout, PartialSum]:
        blocks = self._blocks(job)
        layout, rows = read_layout(blocks, job.options)
        names.update(zip(layout.wanted, layout.names, strict=True))
        partial = self.kernel.sum_rows(rows, layout, skip=job.options.non_numeric == "skip")
        if partial.fault is not None:
            raise BadCsv(partial.fault.moved(layout.data_line, layout.data_start))
        return layout, partial

    def _blocks(self, job: Job) -> Iterator[bytes]:
        blocks = self.source.read(job.csv, job.file)
        return gunzip(blocks) if job.csv.endswith(".gz") else blocks

    def give_up(self, message: Message | None) -> None:
        """A message came to the dead letters: its job fails, with the last known reason."""
        job = _known(self.jobs.get, message.job) if message else None
        if job is not None and not job.status.ended:
            self._give_up(job, "it was tried several times, and each try ended before its result was saved")

    def _give_up(self, job: Job, why: str) -> None:
        last = f" The last problem met: {job.last_problem}" if job.last_problem else ""
        error = GivenUp(f"The job was given up: {why}.{last} Submit it again.")
        self.jobs.fail(job.id, problem_of(error, {}), self.now())

    def sweep(self) -> int:
        """Take up the jobs that nothing is working on; how many were sent again or given up.

        While messages wait in the queues, a job that has not moved may only be waiting its turn.
        """
        now = self.now()
        waiting = self.queue.waiting() > 0
        swept = 0
        for job in self.jobs.untouched_since(now - self.stale_after):
            if now - job.submitted_at > self.give_up_after:
                self._give_up(job, "it did not end in time")
            elif waiting:
                continue
            elif job.attempts >= MAX_ATTEMPTS:
                self._give_up(job, f"{job.attempts} attempts ended without a word")
            elif self.jobs.retry(job, now):
                self.queue.send(Message(job.id))
            swept += 1
        return swept


def _known(call: Callable[P, Job], *args: P.args, **kwargs: P.kwargs) -> Job | None:
    """The job, or None where it is gone: taken back at submission, or past its time to live."""
    try:
        return call(*args, **kwargs)
    except UnknownJob:
        log.warning("a message of a job that is gone was dropped")
        return None


def _result(layout: Layout, partial: PartialSum) -> Result:
    columns = partial.columns
    return Result(
        names=layout.names,
        totals=tuple(digits(column.total) for column in columns),
        whole=tuple(column.whole for column in columns),
        values=tuple(column.values for column in columns),
        missing=tuple(column.missing for column in columns),
        skipped=tuple(column.skipped for column in columns),
    )
