"""The use case: submit a file."""

from dataclasses import dataclass
from uuid import uuid4

from chalicelib.engine.options import Options
from chalicelib.errors import CsvsumError, GzipTooLarge
from chalicelib.jobs.allowance import Allowance
from chalicelib.jobs.events import log_event
from chalicelib.jobs.job import Job, queued, utc_now
from chalicelib.jobs.options import parse_name
from chalicelib.jobs.ports import Clock, Jobs, Message, Queue, Source
from chalicelib.jobs.reading import is_gzip


@dataclass(eq=False)
class Submit:
    """Accepts a file as a job, and sends the job's message to the workers."""

    jobs: Jobs
    queue: Queue
    source: Source
    max_gzip_bytes: int
    allowance: Allowance
    now: Clock = utc_now

    def __call__(self, name: object, options: Options) -> Job:
        """Store a job for the file's present version, send it, and return it.

        Raise BadRequest, FileMissing, GzipTooLarge, TooMuchInProgress or TryAgain; then no job is
        left.
        """
        file_name = parse_name(name)
        version = self.source.version(file_name)
        self._require_size(file_name, version.size)
        self.allowance.take(version.size)
        job = queued(uuid4().hex, file_name, options, version, self.now())
        # Store the job first: a worker must never receive the id of a job that is not stored.
        self.jobs.put(job)
        try:
            self.queue.send([Message(job.id, record=job)])
        except CsvsumError:
            self.jobs.remove_unsent(job.id)
            raise
        log_event("accepted", job, bytes=version.size)
        return job

    def _require_size(self, file_name: str, size: int) -> None:
        if is_gzip(file_name) and size > self.max_gzip_bytes:
            limit = f"a .gz file may have at most {self.max_gzip_bytes:,}"
            raise GzipTooLarge(file_name, size, limit)
