"""The codes of problems: of requests by their status, and of failed jobs."""

from http import HTTPStatus

Codes = dict[HTTPStatus, tuple[str, ...]]

#: What may happen to any request. API Gateway replies ``forbidden``, ``throttled``,
#: ``quota_exceeded`` and ``timeout`` by itself.
COMMON: Codes = {
    HTTPStatus.UNAUTHORIZED: ("unauthorized", "invalid_token"),
    HTTPStatus.FORBIDDEN: ("not_signed", "forbidden"),
    HTTPStatus.TOO_MANY_REQUESTS: ("throttled", "quota_exceeded"),
    HTTPStatus.INTERNAL_SERVER_ERROR: ("misconfigured", "internal_error"),
    HTTPStatus.SERVICE_UNAVAILABLE: ("unavailable", "try_again"),
    HTTPStatus.GATEWAY_TIMEOUT: ("timeout",),
}
BAD_REQUEST: Codes = {HTTPStatus.BAD_REQUEST: ("bad_request",)}
BODY: Codes = {**BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("body_too_large",)}
UNKNOWN_JOB: Codes = {HTTPStatus.NOT_FOUND: ("unknown_job",)}
ALREADY_ENDED: Codes = {HTTPStatus.CONFLICT: ("already_ended",)}
NO_SUCH_PAGE: Codes = {HTTPStatus.NOT_FOUND: ("no_such_page",)}
FILES: Codes = {
    HTTPStatus.FORBIDDEN: ("listing_is_off", "may_not_list"),
    HTTPStatus.UNPROCESSABLE_ENTITY: ("folder_too_large",),
}
UPLOAD: Codes = {
    HTTPStatus.FORBIDDEN: ("uploads_are_off",),
    HTTPStatus.UNPROCESSABLE_ENTITY: ("upload_too_large",),
}
FILE_MISSING: Codes = {HTTPStatus.NOT_FOUND: ("file_missing",)}
#: The formats of compressed files, and what may be wrong with one: the code without an end means
#: that it is whole, but not of a kind that is read.
FORMATS = ("gzip", "bz2", "xz", "zst", "zip")
ENDS = ("", "_damaged", "_truncated", "_ratio", "_too_large")
COMPRESSED = (*(f"{name}{end}" for name in FORMATS for end in ENDS), "xz_window", "zst_window")
#: What may be wrong with a file when it is submitted, or with the key of the request.
SUBMISSION: Codes = {
    **FILE_MISSING,
    HTTPStatus.UNPROCESSABLE_ENTITY: (
        "archived",
        "encrypted",
        *(f"{name}_too_large" for name in FORMATS),
        "idempotency_key_reused",
    ),
    HTTPStatus.TOO_MANY_REQUESTS: ("too_many_jobs", "too_much_in_progress"),
}
#: Why a job failed.
JOB = (
    *COMPRESSED,
    "ambiguous_delimiter",
    "archived",
    "bad_name",
    "bad_options",
    "empty_file",
    "encrypted",
    "file_changed",
    "file_gone",
    "given_up",
    "header_looks_like_data",
    "lone_carriage_return",
    "looks_like_a_number",
    "misconfigured",
    "no_column",
    "no_numbers",
    "not_a_number",
    "not_csv",
    "not_utf8",
    "nul_byte",
    "number_too_long",
    "out_of_range",
    "ragged_row",
    "result_too_large",
    "row_too_long",
    "text_after_quote",
    "too_many_fields",
    "too_many_skipped",
    "too_many_sums",
    "too_slow",
    "unclosed_quote",
    "utf_16",
    "utf_32",
)
#: Why there are no sums.
SUMS = (*JOB, "cancelled")
