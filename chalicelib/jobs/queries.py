"""What clients ask about jobs. Nothing here changes a job."""

from chalicelib.errors import UnknownJob
from chalicelib.jobs.job import Job, is_id
from chalicelib.jobs.ports import Jobs, ReplyStore


def find_job(jobs: Jobs, job_id: str) -> Job:
    """Return a job. Raises UnknownJob, also for a text that cannot be an id."""
    if not is_id(job_id):
        raise UnknownJob
    return jobs.get(job_id)


def publish_reply(replies: ReplyStore, job: Job, name: str, text: str) -> str:
    """Store a reply about a job that is too large for HTTP, and return its URL."""
    return replies.publish(f"{job.id}/{name}.json", text)
