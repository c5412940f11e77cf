"""A cache of the jobs that a worker read a moment ago."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.jobs.job import Job, utc_now
from chalicelib.jobs.ports import Clock, Jobs

# How late a worker may notice that a job has ended. Options, version and plan never change.
KEEP = timedelta(seconds=1)
MAX_JOBS = 64


@dataclass(eq=False)
class RecentJobs:
    """Reads a job that is cut at most once in ``keep``, and not for each of several short parts."""

    jobs: Jobs
    keep: timedelta = KEEP
    now: Clock = utc_now
    _read: dict[str, tuple[datetime, Job]] = field(default_factory=dict)

    def find(self, job_id: str) -> Job | None:
        """Return a job as it is, or was at most ``keep`` ago; None if it is unknown."""
        now = self.now()
        found = self._read.get(job_id)
        if found and timedelta() <= now - found[0] < self.keep:
            return found[1]
        job = self.jobs.find(job_id)
        self.forget(job_id)
        if job is not None and job.plan is not None:
            self._make_room()
            self._read[job_id] = now, job
        return job

    def read_at(self, job_id: str) -> datetime | None:
        """Return when a job that is kept was read."""
        found = self._read.get(job_id)
        return found[0] if found else None

    def forget(self, job_id: str) -> None:
        """Forget a job, so that the next call reads it anew."""
        self._read.pop(job_id, None)

    def _make_room(self) -> None:
        if len(self._read) >= MAX_JOBS:
            del self._read[next(iter(self._read))]
