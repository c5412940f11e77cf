"""The use case: submit a file."""

from dataclasses import dataclass
from uuid import uuid4

from chalicelib.engine.formats import Compression, identify
from chalicelib.engine.options import Options
from chalicelib.errors import CompressedTooLarge, CsvsumError
from chalicelib.jobs.allowance import Allowance
from chalicelib.jobs.events import log_event
from chalicelib.jobs.file_names import parse_name
from chalicelib.jobs.job import FileVersion, Job, queued, utc_now
from chalicelib.jobs.ports import Clock, Jobs, Message, Queue, Source


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

        Raise BadRequest, FileMissing, FileError, TooMuchInProgress, Misconfigured or TryAgain; then
        no job is left.
        """
        file_name = parse_name(name)
        version = self._readable(file_name)
        self.allowance.take(version.size)
        job = queued(uuid4().hex, file_name, options, version, self.now())
        # Store the job first: a worker must never receive the id of a job that is not stored.
        self.jobs.put(job)
        try:
            self.queue.send([Message(job.id)])
        except CsvsumError:
            self.jobs.remove_unsent(job.id)
            raise
        log_event("accepted", job, bytes=version.size)
        return job

    def _readable(self, file_name: str) -> FileVersion:
        """Return the version of a file whose first bytes can be read."""
        version, head = self.source.probe(file_name)
        found = identify(head)
        if isinstance(found, Compression) and version.size > self.max_gzip_bytes:
            limit = f"a compressed file may have at most {self.max_gzip_bytes:,}"
            raise CompressedTooLarge(file_name, version.size, limit, found)
        return version
