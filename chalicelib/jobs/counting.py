"""Counts the parts that are done.

A part is added to the set of its group, and a complete group to the set of its job. Sets only grow,
and a redelivered message repeats the writes, so a worker may die between any two of them.
"""

from dataclasses import dataclass
from datetime import timedelta

from chalicelib.jobs.job import Job, utc_now
from chalicelib.jobs.parts import Plan, Run, group_of
from chalicelib.jobs.ports import Clock, Jobs, Parts

# ``updated_at`` is the sort key of the index, so each change of it costs two writes there.
TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Counted:
    """``is_new``: no worker counted the part before. ``job``: set if its group is complete."""

    is_new: bool
    job: Job | None


@dataclass(eq=False)
class PartCounter:
    """Counts parts, and sets ``updated_at`` of their jobs at most once in ``touch_every``."""

    jobs: Jobs
    parts: Parts
    touch_every: timedelta = TOUCH_EVERY
    now: Clock = utc_now

    def count(self, job: Job, plan: Plan, number: int, run: Run) -> Counted:
        """Count a part whose sums are stored. ``job`` may have been read some seconds ago."""
        counted, group = self.parts.add_done(job.id, number, run), group_of(number)
        expected = plan.group_size(group) if run is Run.FIRST else counted.expected
        complete = None
        if len(counted.done) >= expected:
            job = complete = self.jobs.add_done_group(job.id, group, run)
        self._touch(job)
        return Counted(counted.is_new, complete)

    def _touch(self, job: Job) -> None:
        if self._is_fresh(job):
            return
        present = self.jobs.find(job.id)
        if present is not None and not self._is_fresh(present):
            self.jobs.touch(present, self.now())

    def _is_fresh(self, job: Job) -> bool:
        return job.status.is_final or self.now() - job.updated_at < self.touch_every
