"""Creates HTTP responses: jobs, results and problems (RFC 9457), all as JSON."""

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from http import HTTPStatus
from typing import Any, ParamSpec

from chalice.app import Response

from chalicelib.errors import (
    AlreadyEnded,
    BadRequest,
    CsvsumError,
    FileError,
    FileMissing,
    FolderTooLarge,
    InvalidToken,
    KeyReused,
    ListingIsOff,
    MayNotList,
    Misconfigured,
    NotSigned,
    TooManyJobs,
    TooMuchInProgress,
    TryAgain,
    Unauthorized,
    UnknownJob,
    UploadsAreOff,
    UploadTooLarge,
)
from chalicelib.jobs.job import Job, Status
from chalicelib.jobs.listing import Counts, Page
from chalicelib.jobs.part_states import JobParts
from chalicelib.jobs.preview import Preview
from chalicelib.settings import settings
from chalicelib.web.job_json import advice_json, job_json, place_json
from chalicelib.web.preview_json import preview_json

P = ParamSpec("P")
log = logging.getLogger("csvsum")

RETRY_SECONDS = "1"
# After an error that passes.
RETRY_AFTER = {HTTPStatus.SERVICE_UNAVAILABLE: RETRY_SECONDS, HTTPStatus.TOO_MANY_REQUESTS: "60"}
# RFC 6750, section 3: a request without a token gets no error code.
CHALLENGES = {
    Unauthorized.code: 'Bearer realm="csvsum"',
    InvalidToken.code: 'Bearer realm="csvsum", error="invalid_token"',
}
# A Lambda replies with at most 6 MB, in which the body is a JSON string once more.
MAX_REPLY_BYTES = 5_500_000
# Of a job in the reply to its submission, as a JSON string: 100 of them are one reply.
MAX_SUBMITTED_BYTES = 50_000
Publish = Callable[[Job, str, str], str]
"""Stores a reply about a job under a name, and returns its URL."""
NEEDS_AWS = (
    "`chalice local` runs only the API, and needs an AWS with the resources of its stage: use "
    "`make run` for all of csvsum, or set AWS_ENDPOINT_URL (docs/deploy.md, With Chalice, by hand)."
)
# Python 3.13 changed the phrase of this status; the reply stays the same.
TITLES = {HTTPStatus.UNPROCESSABLE_ENTITY: "Unprocessable Entity"}
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    # Should a browser take a reply for a page, nothing of it is run, loaded or framed.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
}
STATUS_OF: tuple[tuple[type[CsvsumError], HTTPStatus], ...] = (
    (BadRequest, HTTPStatus.BAD_REQUEST),
    (Unauthorized, HTTPStatus.UNAUTHORIZED),
    (NotSigned, HTTPStatus.FORBIDDEN),
    (FileMissing, HTTPStatus.NOT_FOUND),
    (UnknownJob, HTTPStatus.NOT_FOUND),
    (FolderTooLarge, HTTPStatus.UNPROCESSABLE_ENTITY),
    (ListingIsOff, HTTPStatus.FORBIDDEN),
    (MayNotList, HTTPStatus.FORBIDDEN),
    (UploadTooLarge, HTTPStatus.UNPROCESSABLE_ENTITY),
    (UploadsAreOff, HTTPStatus.FORBIDDEN),
    (AlreadyEnded, HTTPStatus.CONFLICT),
    (KeyReused, HTTPStatus.UNPROCESSABLE_ENTITY),
    (FileError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (Misconfigured, HTTPStatus.INTERNAL_SERVER_ERROR),
    (TooManyJobs, HTTPStatus.TOO_MANY_REQUESTS),
    (TooMuchInProgress, HTTPStatus.TOO_MANY_REQUESTS),
    (TryAgain, HTTPStatus.SERVICE_UNAVAILABLE),
)


def reply(
    status: HTTPStatus,
    content: object,
    headers: dict[str, str] | None = None,
    kind: str = "application/json",
) -> Response:
    """Return a response with JSON content and the headers that every reply has."""
    text = json.dumps(content, ensure_ascii=False, separators=(", ", ": "))
    return Response(
        body=text,
        status_code=status.value,
        headers={"Content-Type": kind, **HEADERS, **(headers or {})},
    )


def problem(status: HTTPStatus, code: str, detail: str, **more: object) -> Response:
    """Return a problem document."""
    content = {
        "type": "about:blank",
        "title": TITLES.get(status, status.phrase),
        "status": status.value,
        "code": code,
        "detail": detail,
        **more,
    }
    headers = _retry_header(status) | _challenge(code)
    return reply(status, content, headers, "application/problem+json")


def problem_responses(view: Callable[P, Response]) -> Callable[P, Response]:
    """Decorator below @app.route: return errors of the service as problem documents.

    Chalice turns what a view raises into a reply before any middleware sees it.
    """

    @wraps(view)
    def respond(*args: P.args, **kwargs: P.kwargs) -> Response:
        try:
            return view(*args, **kwargs)
        except CsvsumError as error:
            log_problem(error, kwargs.get("job_id"))
            return problem(status_of(error), error.code, error.detail + _hint(error))

    return respond


def log_problem(error: CsvsumError, job_id: object = None) -> None:
    """Log that a client got a problem in place of what it asked for: the code, not the detail."""
    if not _is_ours(error):
        log.info("a request was refused", extra={"action": "refused", "code": error.code})
        return
    members = {"action": "unavailable", "code": error.code, "cause": repr(error.__cause__)}
    if job_id is not None:
        members["job"] = str(job_id)
    log.warning("a request could not be answered%s", _hint(error), extra=members)


def _hint(error: CsvsumError) -> str:
    return f" {NEEDS_AWS}" if _is_ours(error) and settings().chalice_command else ""


def _is_ours(error: CsvsumError) -> bool:
    """Return whether the service is to blame, and not the request."""
    return status_of(error) >= HTTPStatus.INTERNAL_SERVER_ERROR


def status_of(error: CsvsumError) -> HTTPStatus:
    """Return the HTTP status of an error; 500 for errors that no request should cause."""
    for kind, status in STATUS_OF:
        if isinstance(error, kind):
            return status
    return HTTPStatus.INTERNAL_SERVER_ERROR


def no_such_page() -> Response:
    return problem(
        HTTPStatus.NOT_FOUND,
        "no_such_page",
        "There is nothing at this path; see GET /csv_name=<name> and POST /jobs.",
    )


def legacy_accepted(job: Job) -> Response:
    """Return the reply that ``GET /csv_name=<name>`` has had since the first version."""
    return reply(HTTPStatus.OK, {"Task started, your id": job.id})


def accepted(job: Job, path: str) -> Response:
    """Return a job that was just submitted to ``path``, and its location.

    The location is relative to the URL of the request: a stage, a domain's base path or a proxy may
    add a prefix to the path or remove one, and only the client knows its own URL.
    """
    location = job.id if path.endswith("/") else f"jobs/{job.id}"
    return reply(HTTPStatus.ACCEPTED, submitted_json(job), {"Location": location})


def submitted_json(job: Job) -> dict[str, Any]:
    """Return a job that was just submitted; without its results, as in a list, if they are long."""
    members = job_json(job)
    if job.result and len(json.dumps(json.dumps(members))) > MAX_SUBMITTED_BYTES:
        return job_json(replace(job, result=None))
    return members


def previewed(preview: Preview) -> Response:
    """Return how a file would be read."""
    return reply(HTTPStatus.OK, preview_json(preview))


def counter(in_progress: int) -> Response:
    """Return how many jobs are in progress."""
    return reply(HTTPStatus.OK, {"ongoing_tasks": in_progress})


def full_job(job: Job, publish: Publish) -> Response:
    """Return the complete job."""
    headers = None if job.status.is_final else {"Retry-After": RETRY_SECONDS}
    return _or_link(reply(HTTPStatus.OK, job_json(job), headers), job, "job", publish)


def parts(parts: JobParts) -> Response:
    """Return the states of a job's parts."""
    members = {
        "status": parts.status.value,
        "parts": len(parts.states),
        "part_bytes": parts.part_bytes,
        "reruns": parts.reruns,
        "states": parts.states,
    }
    headers = None if parts.status.is_final else {"Retry-After": RETRY_SECONDS}
    return reply(HTTPStatus.OK, members, headers)


def page_of_jobs(page: Page) -> Response:
    """Return the jobs of a page without their results, and what continues the list."""
    return reply(HTTPStatus.OK, _page_json(page))


def counted_jobs(page: Page, counts: Counts) -> Response:
    """Return the jobs of a page, and how many jobs have each status."""
    members = {"counts": counts.by_status, "counts_complete": counts.complete}
    return reply(HTTPStatus.OK, _page_json(page) | members)


def _page_json(page: Page) -> dict[str, object]:
    return {"jobs": [job_json(job) for job in page.jobs], "next": page.cursor}


def cancelled(job: Job) -> Response:
    """Return a job that was cancelled, now or before."""
    return reply(HTTPStatus.ACCEPTED, job_json(job))


def sums(job: Job, publish: Publish) -> Response:
    """Return only the sums; or the problem or the job, if there are no sums."""
    if job.status is Status.SUCCEEDED and job.result:
        return _or_link(reply(HTTPStatus.OK, job.result.numbers()), job, "sums", publish)
    if job.status is Status.FAILED and job.problem:
        why = job.problem
        more = place_json(why) | advice_json(why)
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, why.code, why.detail, **more)
    if job.status is Status.CANCELLED:
        detail = "The job was cancelled, so it has no sums; submit the file again."
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "cancelled", detail)
    return reply(HTTPStatus.ACCEPTED, job_json(job), {"Retry-After": RETRY_SECONDS})


def _or_link(response: Response, job: Job, name: str, publish: Publish) -> Response:
    """Return the response, or a link to it if it is larger than a Lambda can return."""
    if len(json.dumps(response.body)) <= MAX_REPLY_BYTES:
        return response
    content = {"id": job.id, "status": job.status.value}
    return reply(HTTPStatus.SEE_OTHER, content, {"Location": publish(job, name, response.body)})


def _retry_header(status: HTTPStatus) -> dict[str, str]:
    return {"Retry-After": RETRY_AFTER[status]} if status in RETRY_AFTER else {}


def _challenge(code: str) -> dict[str, str]:
    return {"WWW-Authenticate": CHALLENGES[code]} if code in CHALLENGES else {}
