"""Requests that submit files: one in the path, one in the body, or several in the body."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import NamedTuple, Protocol

from chalice.app import Response

from chalicelib.errors import BadRequest, CsvsumError
from chalicelib.jobs.client import Client
from chalicelib.jobs.job import Job
from chalicelib.jobs.options import Options, parse_submission
from chalicelib.jobs.preview import Preview
from chalicelib.web import requests, responses

MAX_SUBMISSIONS = 100


class SubmitOnce(Protocol):
    def __call__(
        self, name: object, options: Options, client: Client, key: str | None, fresh: bool
    ) -> Job:
        """Return the job of a request: a new one, or the one of its first time."""
        ...


class Submission(NamedTuple):
    """What a client submits: the name of a file, and how it is to be summed."""

    name: object
    options: Options
    #: Whether no earlier result may answer it.
    fresh: bool

    def by(self, submit_once: SubmitOnce, key: str | None) -> Job:
        return submit_once(self.name, self.options, requests.client(), key, self.fresh)


def submit_in_path(submit_once: SubmitOnce, segment: str) -> Response:
    """Submit the file of ``csv_name=<name>``; any other segment is no page."""
    name = requests.name_in_path(segment)
    if name is None:
        return responses.no_such_page()
    key, submission = requests.idempotency_key(), Submission(name, *requests.options_in_query())
    return responses.legacy_accepted(submission.by(submit_once, key))


def check_in_path(check: Callable[[object, Options, Client], Job], segment: str) -> Response:
    """Reply as ``submit_in_path`` would, but submit nothing."""
    name = requests.name_in_path(segment)
    if name is None:
        return responses.no_such_page()
    requests.idempotency_key()  # a wrong one is refused, although nothing is stored under it
    options, _ = requests.options_in_query()
    return responses.legacy_accepted(check(name, options, requests.client()))


def submit_in_body(submit_once: SubmitOnce) -> Response:
    """Submit the file of the body, or each file of a list."""
    given, key = requests.body(), requests.idempotency_key()
    if isinstance(given, list):
        return _submit_each(submit_once, given, key)
    job = _submission(given).by(submit_once, key)
    return responses.accepted(job, requests.path())


def preview_in_body(preview: Callable[[object, Options, Client], Preview]) -> Response:
    """Return how the file of the body would be read. No job is made."""
    given = requests.body()
    if isinstance(given, list):
        raise BadRequest('The body must be a JSON object, like {"csv": "data.csv"}.')
    submission = _submission(given)
    return responses.previewed(preview(submission.name, submission.options, requests.client()))


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
        job = _submission(submission).by(submit_once, key)
    except CsvsumError as error:
        responses.log_problem(error)
        problem = {"code": error.code, "detail": error.detail}
        return {"status": responses.status_of(error).value, "error": problem}
    return {"status": HTTPStatus.ACCEPTED.value, "job": responses.submitted_json(job)}


def _submission(given: object) -> Submission:
    if not isinstance(given, Mapping):
        raise BadRequest('A submission must be a JSON object, like {"csv": "data.csv"}.')
    members = dict(given)
    name = members.pop("csv", None)
    return Submission(name, *parse_submission(members))
