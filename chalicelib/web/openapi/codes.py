"""The codes of problems: of requests by their status, and of failed jobs."""

from http import HTTPStatus

#: What may happen to any request. API Gateway replies 403, 429 and 504 by itself.
COMMON: dict[HTTPStatus, tuple[str, ...]] = {
    HTTPStatus.FORBIDDEN: ("forbidden",),
    HTTPStatus.TOO_MANY_REQUESTS: ("throttled", "quota_exceeded"),
    HTTPStatus.INTERNAL_SERVER_ERROR: ("misconfigured", "internal_error"),
    HTTPStatus.SERVICE_UNAVAILABLE: ("unavailable", "try_again"),
    HTTPStatus.GATEWAY_TIMEOUT: ("timeout",),
}
BAD_REQUEST: dict[HTTPStatus, tuple[str, ...]] = {HTTPStatus.BAD_REQUEST: ("bad_request",)}
BODY: dict[HTTPStatus, tuple[str, ...]] = {
    **BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("body_too_large",),
}
UNKNOWN_JOB: dict[HTTPStatus, tuple[str, ...]] = {HTTPStatus.NOT_FOUND: ("unknown_job",)}
#: What may be wrong with a file when it is submitted.
FILE: dict[HTTPStatus, tuple[str, ...]] = {
    HTTPStatus.NOT_FOUND: ("file_missing",),
    HTTPStatus.UNPROCESSABLE_ENTITY: ("archived", "gzip_too_large"),
}
IN_PROGRESS: dict[HTTPStatus, tuple[str, ...]] = {
    HTTPStatus.TOO_MANY_REQUESTS: ("too_much_in_progress",)
}
#: Why a job failed.
JOB = (
    "archived",
    "empty_file",
    "encrypted",
    "file_changed",
    "file_gone",
    "given_up",
    "gzip",
    "gzip_damaged",
    "gzip_ratio",
    "gzip_too_large",
    "gzip_truncated",
    "lone_carriage_return",
    "misconfigured",
    "no_column",
    "not_a_number",
    "not_gzip",
    "not_utf8",
    "nul_byte",
    "number_too_long",
    "out_of_range",
    "ragged_row",
    "result_too_large",
    "row_too_long",
    "too_many_fields",
    "too_many_sums",
    "too_slow",
    "unclosed_quote",
    "utf_16",
    "zip",
)
