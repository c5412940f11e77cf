"""The use case: submit a file."""

from dataclasses import dataclass, replace
from uuid import uuid4

from chalicelib.engine.formats import Compression, identify
from chalicelib.engine.options import Options
from chalicelib.errors import CompressedTooLarge, CsvsumError
from chalicelib.jobs.allowance import Allowance
from chalicelib.jobs.announcing import Announcer
from chalicelib.jobs.client import Client
from chalicelib.jobs.client_ports import History
from chalicelib.jobs.earlier import EarlierResults, answered
from chalicelib.jobs.events import log_event
from chalicelib.jobs.job import Job, queued, utc_now
from chalicelib.jobs.ports import Clock, Jobs, Message, Probe, Queue, Source
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
    earlier: EarlierResults
    announcer: Announcer
    now: Clock = utc_now

    def __call__(
        self,
        name: object,
        options: Options,
        client: Client,
        job_id: str | None = None,
        fresh: bool = False,
    ) -> Job:
        """Store a client's job for the file's present version, send it, and return it.

        If an earlier job has its result, it succeeds at once, unless it is to be ``fresh``.

        Raise BadRequest, FileMissing, FileError, TooManyJobs, TooMuchInProgress, Misconfigured or
        TryAgain; then no job is left, unless its id was given: another request may have returned it
        already.
        """
        checked = self.check(name, options, client)
        job = replace(checked, id=job_id or checked.id, client=client.name)
        earlier = None if fresh else self.earlier.find(job)
        if earlier is not None:
            done = answered(job, earlier)
            if self._put_answered(done):
                return done
        return self._send(job, may_remove=job_id is None)

    def check(self, name: object, options: Options, client: Client) -> Job:
        """Return the job that a submission would store. Store and send nothing.

        Raise as a submission would, but do not ask how much is in progress.
        """
        file_name = parse_name_for(client, name)
        probe = self._readable(file_name)
        job = queued(uuid4().hex, file_name, options, probe.version, self.now())
        return replace(job, is_reusable=probe.is_settled)

    def _put_answered(self, job: Job) -> bool:
        """Store a job that has its result already. It is never in progress, so no limit holds.

        Return False if there is a job with its id: a repeat of the request was faster.
        """
        self.history.add_client(job.client)
        if not self.jobs.put_ended(job):
            return False
        log_event("accepted", job, bytes=job.version.size, client=job.client)
        log_event("cached", job, cached_from=job.cached_from)
        self.announcer.announce(job)
        return True

    def _send(self, job: Job, may_remove: bool) -> Job:
        """Store a job and send it. ``may_remove``: remove it if it cannot be sent."""
        self.allowance.require_room()
        self.history.add_client(job.client)
        # Store the job first: a worker must never receive the id of a job that is not stored.
        if not self._put(job):
            job = self.jobs.get(job.id)
        self.allowance.take(job.version.size)
        try:
            self.queue.send([Message(job.id, record=job)])
        except CsvsumError:
            if may_remove:
                self.jobs.remove_unsent(job.id)
            raise
        log_event("accepted", job, bytes=job.version.size, client=job.client)
        return job

    def _put(self, job: Job) -> bool:
        if self.max_jobs is None:
            return self.jobs.put(job)
        return self.jobs.put_within(job, self.max_jobs)

    def _readable(self, file_name: str) -> Probe:
        """Return what is known of a file whose first bytes can be read."""
        probe = self.source.probe(file_name)
        found, size = identify(probe.head), probe.version.size
        if isinstance(found, Compression) and size > self.max_gzip_bytes:
            limit = f"a compressed file may have at most {self.max_gzip_bytes:,}"
            raise CompressedTooLarge(file_name, size, limit, found)
        return probe
