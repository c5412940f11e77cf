"""Cuts the file of a job into parts and sends them to the workers."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.jobs.events import log_event
from chalicelib.jobs.job import Job, utc_now
from chalicelib.jobs.parts import Plan, part_size
from chalicelib.jobs.ports import Clock, Jobs, Message, Queue, Source
from chalicelib.jobs.reading import is_gzip, read_header


@dataclass(eq=False)
class Cutter:
    """Cuts files of more than ``part_bytes``.

    ``parts_per_job`` lets parts grow until a job has no more of them; 0 does not.
    """

    jobs: Jobs
    queue: Queue
    source: Source
    part_bytes: int
    parts_per_job: int = 0
    now: Clock = utc_now

    def is_needed(self, job: Job) -> bool:
        """Return whether to cut the file. A gzip file is not: it unpacks only from its start."""
        return job.plan is None and job.version.size > self.part_bytes and not is_gzip(job)

    def cut(self, job: Job) -> Job:
        """Store a plan and return the job with the plan that counts: the first one stored."""
        layout = read_header(self.source, job)
        plan = Plan(
            size=job.version.size,
            part_bytes=part_size(job.version.size, self.part_bytes, self.parts_per_job),
            data_start=layout.data_start,
            data_line=layout.data_line,
            fields=layout.fields,
        )
        planned = self.jobs.plan(job.id, plan, self.now())
        log_event("cut", planned, parts=planned.parts, bytes=plan.size)
        return planned

    def send(self, job: Job, numbers: Sequence[int]) -> None:
        """Send parts to the workers."""
        self.queue.send([Message(job.id, number) for number in numbers])
