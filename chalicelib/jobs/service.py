"""What clients ask for: submit a job, look at it, count. Everything outside comes in through the ports."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from chalicelib.engine.kernel import Kernel
from chalicelib.engine.options import Options
from chalicelib.errors import CsvsumError, UnknownJob
from chalicelib.jobs.job import Job, is_id, queued, utc_now
from chalicelib.jobs.options import parse_name
from chalicelib.jobs.ports import Jobs, Message, Queue, ReplyStore, Source


@dataclass(frozen=True, slots=True)
class Doors:
    """Everything that is not decided here, and the limits that were set.

    ``part_bytes``: a file larger than this is cut. ``stale_after``: a job in progress that nothing has happened to for
    so long is taken up again by the sweeper. ``give_up_after``: a job that has not ended by then fails.
    """

    jobs: Jobs
    queue: Queue
    source: Source
    kernel: Kernel
    replies: ReplyStore
    part_bytes: int
    stale_after: timedelta
    give_up_after: timedelta
    now: Callable[[], datetime] = utc_now
    parts_per_job: int = 0


@dataclass(frozen=True, slots=True)
class Service:
    doors: Doors

    def submit(self, name: object, options: Options) -> Job:
        """Accept a job: first the record, then the message, so that an id given out is never without a record.

        Raises BadRequest, FileMissing, and ServiceDown without leaving a job behind.
        """
        doors = self.doors
        csv = parse_name(name)
        job = queued(uuid4().hex, csv, options, doors.source.version(csv), doors.now())
        doors.jobs.put(job)
        try:
            doors.queue.send([Message(job.id)])
        except CsvsumError:
            doors.jobs.remove_unsent(job.id)
            raise
        return job

    def job(self, job_id: str) -> Job:
        """Raises UnknownJob, also for what cannot be an id."""
        if not is_id(job_id):
            raise UnknownJob
        return self.doors.jobs.get(job_id)

    def publish(self, job: Job, name: str, text: str) -> str:
        """The URL of a text about a job that is too large for a reply."""
        return self.doors.replies.publish(f"{job.id}/{name}.json", text)

    def in_progress(self) -> int:
        return self.doors.jobs.in_progress()
