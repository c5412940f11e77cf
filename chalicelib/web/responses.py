"""What goes out over HTTP: jobs, results and problems (RFC 9457) as JSON."""

import json
import logging
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, ParamSpec

from chalice.app import Response

from chalicelib.errors import BadRequest, CsvsumError, FileMissing, TryAgain, UnknownJob
from chalicelib.jobs.job import Job, Problem, Result, Status, as_text
from chalicelib.settings import settings

P = ParamSpec("P")
log = logging.getLogger("csvsum")

RETRY_SECONDS = "1"
# A Lambda replies with at most 6 MB, in which the body is a JSON string once more.
MAX_REPLY_BYTES = 5_500_000
Publish = Callable[[Job, str, str], str]
NEEDS_AWS = (
    "`chalice local` is the API alone and needs an AWS with the resources of its stage: start "
    "`make run` for all of csvsum, or set AWS_ENDPOINT_URL (docs/deploy.md, Chalice's commands)."
)
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
STATUS_OF: tuple[tuple[type[CsvsumError], HTTPStatus], ...] = (
    (BadRequest, HTTPStatus.BAD_REQUEST),
    (FileMissing, HTTPStatus.NOT_FOUND),
    (UnknownJob, HTTPStatus.NOT_FOUND),
    (TryAgain, HTTPStatus.SERVICE_UNAVAILABLE),
)


def reply(
    status: HTTPStatus,
    content: object,
    headers: dict[str, str] | None = None,
    kind: str = "application/json",
) -> Response:
    text = json.dumps(content, ensure_ascii=False, separators=(", ", ": "))
    return Response(
        body=text,
        status_code=status.value,
        headers={"Content-Type": kind, **HEADERS, **(headers or {})},
    )


def problem(status: HTTPStatus, code: str, detail: str, **more: object) -> Response:
    content = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "code": code,
        "detail": detail,
        **more,
    }
    return reply(status, content, _retry_header(status), "application/problem+json")


def problem_responses(view: Callable[P, Response]) -> Callable[P, Response]:
    """Stands under @app.route: errors of the service become problems. Chalice makes replies of what views raise before
    any middleware sees it, so this has to be here."""

    @wraps(view)
    def respond(*args: P.args, **kwargs: P.kwargs) -> Response:
        try:
            return view(*args, **kwargs)
        except CsvsumError as error:
            status, hint = _status_of(error), ""
            if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                hint = f" {NEEDS_AWS}" if settings().chalice_command else ""
                log.warning("%s: %r%s", error.code, error.__cause__, hint)
            return problem(status, error.code, error.detail + hint)

    return respond


def no_such_page() -> Response:
    return problem(
        HTTPStatus.NOT_FOUND,
        "no_such_page",
        "There is nothing here; see GET /csv_name=<name> and POST /jobs.",
    )


def legacy_accepted(job: Job) -> Response:
    return reply(HTTPStatus.OK, {"Task started, your id": job.id})


def accepted(job: Job) -> Response:
    return reply(HTTPStatus.ACCEPTED, as_json(job), {"Location": f"/jobs/{job.id}"})


def counter(in_progress: int) -> Response:
    return reply(HTTPStatus.OK, {"ongoing_tasks": in_progress})


def full_job(job: Job, publish: Publish) -> Response:
    headers = None if job.status.is_final else {"Retry-After": RETRY_SECONDS}
    return _or_elsewhere(reply(HTTPStatus.OK, as_json(job), headers), job, "job", publish)


def sums(job: Job, publish: Publish) -> Response:
    """The sums alone, or why there are none."""
    if job.status is Status.SUCCEEDED and job.result:
        return _or_elsewhere(reply(HTTPStatus.OK, job.result.numbers()), job, "sums", publish)
    if job.status is Status.FAILED and job.problem:
        return problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            job.problem.code,
            job.problem.detail,
            **_place(job.problem),
        )
    return reply(HTTPStatus.ACCEPTED, as_json(job), {"Retry-After": RETRY_SECONDS})


def _or_elsewhere(response: Response, job: Job, name: str, publish: Publish) -> Response:
    """The response, or where it is when it is larger than a Lambda can give."""
    if len(json.dumps(response.body)) <= MAX_REPLY_BYTES:
        return response
    return reply(
        HTTPStatus.SEE_OTHER,
        {"id": job.id, "status": job.status.value},
        {"Location": publish(job, name, response.body)},
    )


def as_json(job: Job) -> dict[str, Any]:
    """The job as its user sees it; members that say nothing yet are left out."""
    members: dict[str, Any] = {
        "id": job.id,
        "csv": job.csv,
        "options": job.options.as_dict(),
        "status": job.status.value,
        "progress": {"parts_done": job.parts_done, "parts": job.parts, "bytes": job.bytes_done},
        "submitted_at": as_text(job.submitted_at),
        "started_at": as_text(job.started_at) if job.started_at else None,
        "finished_at": as_text(job.finished_at) if job.finished_at else None,
    }
    if job.result:
        members["result"] = job.result.numbers()
        members["exact"] = job.result.exact()
        members["cells"] = _cells(job.result)
    if job.problem:
        members["error"] = {
            "code": job.problem.code,
            "detail": job.problem.detail,
            **_place(job.problem),
        }
    if job.ledger:
        ledger = job.ledger
        members["ledger"] = {
            "rows": ledger.rows,
            "bytes": ledger.bytes,
            "parts": ledger.parts,
            "etag": job.file.etag,
            "seconds": ledger.seconds,
            "kernel": ledger.kernel,
        }
    return members


def _cells(result: Result) -> dict[str, dict[str, int]]:
    counts = zip(result.names, result.values, result.missing, result.skipped, strict=True)
    return {
        name: {"values": values, "missing": missing, "skipped": skipped}
        for name, values, missing, skipped in counts
    }


def _place(problem: Problem) -> dict[str, int | str]:
    place = {"line": problem.line, "column": problem.column, "byte_offset": problem.byte_offset}
    return {name: value for name, value in place.items() if value is not None}


def _status_of(error: CsvsumError) -> HTTPStatus:
    return next(
        (status for kind, status in STATUS_OF if isinstance(error, kind)),
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )


def _retry_header(status: HTTPStatus) -> dict[str, str]:
    return {"Retry-After": RETRY_SECONDS} if status is HTTPStatus.SERVICE_UNAVAILABLE else {}
