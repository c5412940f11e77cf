"""The use case: submit a file."""

from dataclasses import dataclass, replace
from uuid import uuid4

from chalicelib.engine.formats import Compression, identify
from chalicelib.engine.options import Options
from chalicelib.errors import CompressedTooLarge, CsvsumError
from chalicelib.jobs.allowance import Allowance
from chalicelib.jobs.client import Client
from chalicelib.jobs.client_ports import History
from chalicelib.jobs.events import log_event
from chalicelib.jobs.job import FileVersion, Job, queued, utc_now
from chalicelib.jobs.ports import Clock, Jobs, Message, Queue, Source
from chalicelib.jobs.uploads import parse_name_for


@dataclass(eq=False)
class Submit:
    """Accepts a file as a job, and sends the job's message to the workers."""

    jobs: Jobs
    queue: Queue
    source: Source
    max_gzip_bytes: int
    #: How many jobs of a client may be in progress; None: no limit.
    max_jobs: int | None
    allowance: Allowance
    history: History
    now: Clock = utc_now

    def __call__(
        self, name: object, options: Options, client: Client, job_id: str | None = None
    ) -> Job:
        """Store a client's job for the file's present version, send it, and return it.

        Raise BadRequest, FileMissing, FileError, TooManyJobs, TooMuchInProgress, Misconfigured or
        TryAgain; then no job is left, unless its id was given: another request may have returned it
        already.
        """
        checked = self.check(name, options, client)
        self.allowance.require_room()
        job = replace(checked, id=job_id or checked.id, client=client.name)
        self.history.add_client(client.name)
        # Store the job first: a worker must never receive the id of a job that is not stored.
        if not self._put(job):
            job = self.jobs.get(job.id)
        self.allowance.take(job.version.size)
        try:
            self.queue.send([Message(job.id, record=job)])
        except CsvsumError:
            if job_id is None:
                self.jobs.remove_unsent(job.id)
            raise
        log_event("accepted", job, bytes=job.version.size, client=job.client)
        return job

    def check(self, name: object, options: Options, client: Client) -> Job:
        """Return the job that a submission would store. Store and send nothing.

        Raise as a submission would, but do not ask how much is in progress.
        """
        file_name = parse_name_for(client, name)
        return queued(uuid4().hex, file_name, options, self._readable(file_name), self.now())

    def _put(self, job: Job) -> bool:
        if self.max_jobs is None:
            return self.jobs.put(job)
        return self.jobs.put_within(job, self.max_jobs)

    def _readable(self, file_name: str) -> FileVersion:
        """Return the version of a file whose first bytes can be read."""
        version, head = self.source.probe(file_name)
        found = identify(head)
        if isinstance(found, Compression) and version.size > self.max_gzip_bytes:
            limit = f"a compressed file may have at most {self.max_gzip_bytes:,}"
            raise CompressedTooLarge(file_name, version.size, limit, found)
        return version
