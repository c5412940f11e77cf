"""Requests for a job or its sums. They may wait, and name a reply that the client knows."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Protocol

from chalice.app import Response

from chalicelib.jobs.client import Client
from chalicelib.jobs.job import Job
from chalicelib.jobs.listing import ListJobs, Page
from chalicelib.jobs.part_states import JobParts
from chalicelib.web import requests, responses
from chalicelib.web.caching import conditional, is_known, tag_of
from chalicelib.web.job_json import job_json
from chalicelib.web.lists import wanted_jobs
from chalicelib.web.responses import Publish


class WaitForJob(Protocol):
    def __call__(
        self, job_id: str, client: Client, seconds: float, is_wanted: Callable[[Job], bool]
    ) -> Job:
        """Return a job as it is wanted, or as it is after ``seconds``."""
        ...


class WaitForJobs(Protocol):
    def __call__(
        self, find: Callable[[], Page], seconds: float, is_wanted: Callable[[Page], bool]
    ) -> Page:
        """Return the page that ``find`` returns as it is wanted, or as it is after ``seconds``."""
        ...


class WaitForParts(Protocol):
    def __call__(
        self, job_id: str, client: Client, seconds: float, is_wanted: Callable[[JobParts], bool]
    ) -> JobParts:
        """Return the parts of a job as they are wanted, or as they are after ``seconds``."""
        ...


def jobs(list_jobs: ListJobs, wait_for_jobs: WaitForJobs) -> Response:
    """Return a page of the client's jobs, once it is not the known one, or the wait is over."""
    (wanted, cursor), client = wanted_jobs(requests.query()), requests.client()
    known, seconds = requests.header("if-none-match"), requests.seconds_to_wait()
    if requests.switch("counts"):
        counts = list_jobs.count(client, wanted)
        return conditional(responses.counted_jobs(list_jobs(client, wanted, cursor), counts), known)

    def is_wanted(page: Page) -> bool:
        return not (known and is_known(tag_of(responses.page_of_jobs(page).body), known))

    def find() -> Page:
        return list_jobs(client, wanted, cursor)

    page = wait_for_jobs(find, seconds, is_wanted)
    return conditional(responses.page_of_jobs(page), known)


def job(wait_for_job: WaitForJob, publish: Publish, job_id: str) -> Response:
    """Return a job, once it has ended, is not the known one any more, or the wait is over."""
    known = requests.header("if-none-match")

    def is_wanted(job: Job) -> bool:
        return job.status.is_final or (bool(known) and not is_known(_tag(job), known))

    found = wait_for_job(job_id, requests.client(), requests.seconds_to_wait(), is_wanted)
    return conditional(responses.full_job(found, publish), known)


def parts(wait_for_parts: WaitForParts, job_id: str) -> Response:
    """Return the states of a job's parts, as ``job`` returns the job."""
    known = requests.header("if-none-match")

    def is_wanted(parts: JobParts) -> bool:
        is_news = bool(known) and not is_known(tag_of(responses.parts(parts).body), known)
        return parts.status.is_final or is_news

    found = wait_for_parts(job_id, requests.client(), requests.seconds_to_wait(), is_wanted)
    return conditional(responses.parts(found), known)


def sums(wait_for_job: WaitForJob, publish: Publish, job_id: str) -> Response:
    """Return the sums of a job, once it has ended or the wait is over."""
    found = wait_for_job(job_id, requests.client(), requests.seconds_to_wait(), _is_final)
    return conditional(responses.sums(found, publish), requests.header("if-none-match"))


def _is_final(job: Job) -> bool:
    return job.status.is_final


def _tag(job: Job) -> str:
    return tag_of(responses.reply(HTTPStatus.OK, job_json(job)).body)
