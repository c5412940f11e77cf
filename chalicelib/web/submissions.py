"""Requests that submit files: one in the path, one in the body, or several in the body."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Protocol

from chalice.app import Response

from chalicelib.errors import BadRequest, CsvsumError
from chalicelib.jobs.client import Client
from chalicelib.jobs.job import Job
from chalicelib.jobs.options import Options, parse_options
from chalicelib.jobs.preview import Preview
from chalicelib.web import requests, responses
from chalicelib.web.job_json import job_json

MAX_SUBMISSIONS = 100


class SubmitOnce(Protocol):
    def __call__(self, name: object, options: Options, client: Client, key: str | None) -> Job:
        """Return the job of a request: a new one, or the one of its first time."""
        ...


def submit_in_path(submit_once: SubmitOnce, segment: str) -> Response:
    """Submit the file of ``csv_name=<name>``; any other segment is no page."""
    name = requests.name_in_path(segment)
    if name is None:
        return responses.no_such_page()
    key, options = requests.idempotency_key(), requests.options_in_query()
    return responses.legacy_accepted(submit_once(name, options, requests.client(), key))


def check_in_path(check: Callable[[object, Options, Client], Job], segment: str) -> Response:
    """Reply as ``submit_in_path`` would, but submit nothing."""
    name = requests.name_in_path(segment)
    if name is None:
        return responses.no_such_page()
    return responses.legacy_accepted(check(name, requests.options_in_query(), requests.client()))


def submit_in_body(submit_once: SubmitOnce) -> Response:
    """Submit the file of the body, or each file of a list."""
    given, key = requests.body(), requests.idempotency_key()
    if isinstance(given, list):
        return _submit_each(submit_once, given, key)
    job = submit_once(*_name_and_options(given), requests.client(), key)
    return responses.accepted(job, requests.path())


def preview_in_body(preview: Callable[[object, Options, Client], Preview]) -> Response:
    """Return how the file of the body would be read. No job is made."""
    given = requests.body()
    if isinstance(given, list):
        raise BadRequest('The body must be a JSON object, like {"csv": "data.csv"}.')
    return responses.previewed(preview(*_name_and_options(given), requests.client()))


def _submit_each(
    submit_once: SubmitOnce, submissions: Sequence[object], key: str | None
) -> Response:
    """Return a list with a status, and a job or an error, for each submission.

    A suffix distinguishes the files of one request under its idempotency key.
    """
    if not 1 <= len(submissions) <= MAX_SUBMISSIONS:
        raise BadRequest(
            f"The list has {len(submissions)} submissions; it must have 1 to {MAX_SUBMISSIONS}."
        )
    answers = [
        _answer(submit_once, one, key and f"{key}/{index}") for index, one in enumerate(submissions)
    ]
    return responses.reply(HTTPStatus.OK, answers)


def _answer(submit_once: SubmitOnce, submission: object, key: str | None) -> Mapping[str, object]:
    try:
        job = submit_once(*_name_and_options(submission), requests.client(), key)
    except CsvsumError as error:
        responses.log_problem(error)
        problem = {"code": error.code, "detail": error.detail}
        return {"status": responses.status_of(error).value, "error": problem}
    return {"status": HTTPStatus.ACCEPTED.value, "job": job_json(job)}


def _name_and_options(submission: object) -> tuple[object, Options]:
    if not isinstance(submission, Mapping):
        raise BadRequest('A submission must be a JSON object, like {"csv": "data.csv"}.')
    members = dict(submission)
    name = members.pop("csv", None)
    return name, parse_options(members)
