"""What clients ask about jobs. Nothing here changes a job."""

from dataclasses import replace

from chalicelib.errors import UnknownJob
from chalicelib.jobs.client import OPEN, Client
from chalicelib.jobs.job import Job, is_id
from chalicelib.jobs.ports import Jobs, Parts, ReplyStore


def find_job(jobs: Jobs, parts: Parts, job_id: str, client: Client) -> Job:
    """Return a job with its done parts.

    Raise UnknownJob, also for a text that is not an id, and for a job that is another client's. The
    parts are read only while the job is cut and not final.
    """
    job = get_job(jobs, job_id, client)
    if job.plan is None or job.status.is_final:
        return job
    return replace(job, done_parts=parts.done(job.id, consistent=False))


def get_job(jobs: Jobs, job_id: str, client: Client) -> Job:
    """Return a job without its done parts. Raise UnknownJob as ``find_job`` does."""
    if not is_id(job_id):
        raise UnknownJob
    job = jobs.get(job_id)
    if not client.may_see(job.client):
        raise UnknownJob
    return job


def count_in_progress(jobs: Jobs, client: Client) -> int:
    """Return how many jobs of a client are in progress; of ``OPEN``, those of all clients."""
    return jobs.in_progress() if client == OPEN else jobs.in_progress_of(client.name)


def publish_reply(replies: ReplyStore, job: Job, name: str, text: str) -> str:
    """Store a reply about a job that is too large for HTTP, and return its URL."""
    return replies.publish(f"{job.id}/{name}.json", text)
