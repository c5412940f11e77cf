"""What happens when work was not done: dead letters, and jobs that nothing is working on."""

from dataclasses import dataclass

from chalicelib.errors import GivenUp
from chalicelib.jobs.job import Job, problem_of
from chalicelib.jobs.ports import Message
from chalicelib.jobs.service import Doors
from chalicelib.jobs.work import known

MAX_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Recovery:
    doors: Doors

    def give_up(self, message: Message | None) -> None:
        """A message came to the dead letters: its job fails, with the last known reason."""
        job = known(self.doors.jobs.get, message.job) if message else None
        if job is not None and not job.status.is_final:
            self._give_up(
                job, "it was tried several times, and each try ended before its result was saved"
            )

    def sweep(self) -> int:
        """Take up the jobs that nothing is working on; how many were sent again or given up.

        While messages wait in the queues, a job that has not moved may only be waiting its turn.
        """
        waiting = self.doors.queue.waiting() > 0
        stale = self.doors.jobs.not_updated_since(self.doors.now() - self.doors.stale_after)
        return sum(self._take_up(job, waiting) for job in stale)

    def _take_up(self, job: Job, waiting: bool) -> bool:
        now = self.doors.now()
        if now - job.submitted_at > self.doors.give_up_after:
            self._give_up(job, "it did not end in time")
        elif waiting:
            return False
        elif job.attempts >= MAX_ATTEMPTS:
            self._give_up(job, f"{job.attempts} attempts ended without a word")
        elif self.doors.jobs.retry(job, now):
            self.doors.queue.send([Message(job.id)])
        return True

    def _give_up(self, job: Job, why: str) -> None:
        last = f" The last problem met: {job.last_error}" if job.last_error else ""
        error = GivenUp(f"The job was given up: {why}.{last} Submit it again.")
        self.doors.jobs.fail(job.id, problem_of(error, {}), self.doors.now())
