"""Announces each job that has ended: an event on a bus, at least once.

The write that ends a job marks it, the event is sent, and the mark is removed. If a worker dies in
between or the bus does not answer, the mark stays, and the sweeper sends the event later. So an
event may be sent twice, with the same id.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.errors import CsvsumError
from chalicelib.jobs.events import log_unannounced
from chalicelib.jobs.job import Job, Status, as_text, utc_now
from chalicelib.jobs.outcome_ports import Announcement, Bus
from chalicelib.jobs.ports import Clock, Jobs

#: How rules of EventBridge recognize the events.
SOURCE = "csvsum"
DETAIL_TYPE = "Job ended"
# Whoever ended the job has sent its event by then, or has died.
LEFT_AFTER = timedelta(minutes=1)
BATCH = 10
# Bounds what one run of the sweeper sends.
MAX_LEFT = 1000


@dataclass(eq=False)
class Announcer:
    """Sends the events of jobs that have ended. Without a bus, it does nothing.

    ``service`` is the name of the deployment, since several may have the same bus.
    """

    jobs: Jobs
    bus: Bus | None
    service: str
    now: Clock = utc_now

    def announce(self, job: Job) -> None:
        """Send the event of a job that has just ended. If that fails, leave it to the sweeper."""
        self._announce([job])

    def announce_left(self) -> int:
        """Send the events that nobody has sent for a minute. Return how many."""
        if self.bus is None:
            return 0
        sent = 0
        left = self.jobs.not_announced_since(self.now() - LEFT_AFTER, MAX_LEFT)
        for jobs in _batches(left):
            announced = self._announce(jobs)
            if not announced:  # the bus is down: the next run tries it again
                break
            sent += announced
        return sent

    def _announce(self, jobs: Sequence[Job]) -> int:
        """Send events, and remove the marks of those that were accepted. Return how many."""
        if self.bus is None:
            return 0
        try:
            refused = self.bus.send([announcement_of(job, self.service) for job in jobs])
            accepted = [job for place, job in enumerate(jobs) if place not in refused]
            for job in accepted:
                self.jobs.set_announced(job.id)
        except CsvsumError as error:
            log_unannounced(jobs, error.code)
            return 0
        if refused:
            log_unannounced([jobs[place] for place in sorted(refused)], ", ".join(refused.values()))
        return len(accepted)


def announcement_of(job: Job, service: str) -> Announcement:
    """Return the event of a job that has ended. What does not apply is None."""
    return {
        "id": job.id,
        "service": service,
        "client": job.client,
        "csv": job.file_name,
        "status": job.status.value,
        "error": job.problem.code if job.problem else None,
        "rows": job.ledger.rows if job.ledger else None,
        "submitted_at": as_text(job.submitted_at),
        "started_at": as_text(job.started_at) if job.started_at else None,
        "finished_at": as_text(job.finished_at) if job.finished_at else None,
        "cached_from": job.cached_from,
        "link": f"jobs/{job.id}",
    }


def ended_by(done: Job, status: Status, now: datetime) -> bool:
    """Return whether the write at ``now`` ended the job, and not the write of a faster worker."""
    finished_at = done.finished_at
    return (
        done.status is status and finished_at is not None and as_text(finished_at) == as_text(now)
    )


def _batches(jobs: Sequence[Job]) -> Iterator[Sequence[Job]]:
    return (jobs[start : start + BATCH] for start in range(0, len(jobs), BATCH))
