"""The use cases for failed work: dead letters, and jobs that no worker works on."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.errors import GivenUp
from chalicelib.jobs.announcing import Announcer, ended_by
from chalicelib.jobs.events import log_dropped, log_event, log_swept
from chalicelib.jobs.job import Job, Status, seconds_since_start, utc_now
from chalicelib.jobs.ports import Clock, Jobs, Message, Queue
from chalicelib.jobs.problems import problem_of

MAX_ATTEMPTS = 3


@dataclass(eq=False)
class GiveUp:
    """Fails the job of a dead letter: a message that was delivered too often."""

    jobs: Jobs
    announcer: Announcer
    now: Clock = utc_now

    def __call__(self, message: Message | None) -> None:
        """Fail the job with the last known error; None is a letter that names no job."""
        if message is None:
            return
        job = self.jobs.find(message.job)
        if job is None:
            log_dropped(message.job)
        elif not job.status.is_final:
            why = "none of several tries reported a result"
            give_up(self.jobs, self.announcer, job, why, self.now())


@dataclass(eq=False)
class Sweep:
    """Requeues the jobs that no worker works on, or gives them up.

    A job is stale if nothing has updated it for ``stale_after``. It fails if it is not final
    ``give_up_after`` its submission. ``lost_after`` a message was sent, it has been deleted or is a
    dead letter: each of its deliveries hides it for one visibility timeout at most.

    It also sends the events of ended jobs that nobody has sent.
    """

    jobs: Jobs
    queue: Queue
    announcer: Announcer
    stale_after: timedelta
    give_up_after: timedelta
    lost_after: timedelta
    now: Clock = utc_now

    def __call__(self) -> int:
        """Requeue or give up the stale jobs; return how many.

        While messages are in the queues, a stale job may only be waiting for its turn, or Lambda
        may hold its message back: it hides the messages of a function that it throttles.
        """
        is_busy = self.queue.waiting() > 0
        # Jobs that may be waiting are not even read: there may be 100,000 of them.
        unchanged = min(self.lost_after, self.give_up_after) if is_busy else self.stale_after
        stale = self.jobs.not_updated_since(self.now() - unchanged)
        changed = sum(self._resume(job, is_busy) for job in stale)
        log_swept(self.jobs.in_progress(), changed, self.announcer.announce_left())
        return changed

    def _resume(self, job: Job, is_busy: bool) -> bool:
        now = self.now()
        if now - job.submitted_at > self.give_up_after:
            give_up(self.jobs, self.announcer, job, "it was not finished in time", now)
        elif is_busy and job.attempts >= MAX_ATTEMPTS:
            return False
        elif job.attempts >= MAX_ATTEMPTS:
            why = f"none of its {job.attempts} attempts reported a result"
            give_up(self.jobs, self.announcer, job, why, now)
        elif self.jobs.retry(job, now):
            self.queue.send([Message(job.id)])
            log_event("resumed", job, attempts=job.attempts + 1)
        return True


def give_up(jobs: Jobs, announcer: Announcer, job: Job, why: str, now: datetime) -> None:
    """Fail a job because several attempts failed; the problem repeats its last error."""
    last = f" The last error: {job.last_error}" if job.last_error else ""
    error = GivenUp(f"The job was given up: {why}.{last} Submit it again.")
    done = jobs.fail(job.id, problem_of(error), None, now)
    seconds = seconds_since_start(job, now)
    log_event("given_up", job, code=error.code, attempts=job.attempts, seconds=seconds)
    if ended_by(done, Status.FAILED, now):
        announcer.announce(done)
