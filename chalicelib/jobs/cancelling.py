"""Cancels jobs, and stops the workers that work on a job that has ended."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import local
from typing import TypeVar

from chalicelib.errors import AlreadyEnded
from chalicelib.jobs.announcing import Announcer
from chalicelib.jobs.events import log_event
from chalicelib.jobs.job import Job, Status, seconds_since_start, utc_now
from chalicelib.jobs.ports import Clock, Jobs

# How late a worker may notice that its job has ended. Each look is a read of the table.
LOOK_EVERY = timedelta(seconds=1)

T = TypeVar("T")


class JobEnded(Exception):
    """Ends the work on a job that has ended. It is no error: nobody needs the work."""


@dataclass(eq=False)
class Cancel:
    """Cancels a job in progress. Its workers stop soon, and it never succeeds."""

    jobs: Jobs
    announcer: Announcer
    now: Clock = utc_now

    def __call__(self, job: Job) -> Job:
        """Return the cancelled job. Raise AlreadyEnded if it has succeeded or failed."""
        now = self.now()
        ended = self.jobs.cancel(job.id, now)
        if ended.status is not Status.CANCELLED:
            raise AlreadyEnded(ended.status.value)
        if job.status is not Status.CANCELLED:
            log_event("cancelled", ended, parts=job.parts, seconds=seconds_since_start(ended, now))
            self.announcer.announce(ended)
        return ended


class EndWatch(local):
    """Looks now and then whether the job that the present thread works on has ended."""

    def __init__(self, jobs: Jobs, now: Clock = utc_now, every: timedelta = LOOK_EVERY) -> None:
        self._jobs = jobs
        self._now = now
        self._every = every
        self._job_id: str | None = None
        self._last_look: datetime

    @contextmanager
    def on(self, job: Job, read_at: datetime | None = None) -> Iterator[None]:
        """Return a context for the work on a job that was read at some moment, by default now."""
        self._job_id, self._last_look = job.id, read_at or self._now()
        try:
            yield
        finally:
            self._job_id = None

    def within(self, things: Iterable[T]) -> Iterator[T]:
        """Yield the things until the job has ended; then raise JobEnded."""
        for thing in things:
            self._look()
            yield thing

    def _look(self) -> None:
        now = self._now()
        if self._job_id is None or now - self._last_look < self._every:
            return
        self._last_look = now
        job = self._jobs.find(self._job_id)
        if job is None or job.status.is_final:
            raise JobEnded
