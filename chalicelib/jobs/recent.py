"""The jobs that a worker has read a moment ago."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.jobs.job import Job, utc_now
from chalicelib.jobs.ports import Clock, Jobs

# So late a worker may notice that a job has ended; options, version and plan never change.
KEEP = timedelta(seconds=5)
MAX_JOBS = 64


@dataclass(eq=False)
class RecentJobs:
    """Reads a job that is cut once in ``keep``, and not for each of its parts."""

    jobs: Jobs
    keep: timedelta = KEEP
    now: Clock = utc_now
    _read: dict[str, tuple[datetime, Job]] = field(default_factory=dict)

    def find(self, job_id: str) -> Job | None:
        """Return a job as it is, or was up to ``keep`` ago; None when it is unknown."""
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

    def forget(self, job_id: str) -> None:
        """Read the job anew the next time."""
        self._read.pop(job_id, None)

    def _make_room(self) -> None:
        if len(self._read) >= MAX_JOBS:
            del self._read[next(iter(self._read))]
