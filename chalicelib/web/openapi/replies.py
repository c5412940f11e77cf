"""The replies of operations, with their headers."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from chalicelib.web.openapi import codes
from chalicelib.web.openapi.options import TEXT, Schema
from chalicelib.web.openapi.schemas import ADVICE, closed

Reply = dict[str, Any]
Codes = Mapping[HTTPStatus, tuple[str, ...]]


def header(description: str, schema: Schema | None = None, required: bool = True) -> Schema:
    return {"description": description, "required": required, "schema": schema or TEXT}


SECONDS: Schema = {"type": "string", "pattern": "^[0-9]+$"}
#: The headers of replies, which are there wherever a reply lists them unless not required.
HEADERS: dict[str, Schema] = {
    "Cache-Control": header(
        "Nothing may be stored; a job and its sums by their client, which must ask each time; "
        "files of the page for good.",
        {"enum": ["no-store", "private, no-cache", "public, max-age=31536000, immutable"]},
    ),
    "X-Content-Type-Options": header("The type is as it says.", {"const": "nosniff"}),
    "Content-Security-Policy": header("What may be run and loaded.", required=False),
    "Referrer-Policy": header("The URL of the page is sent nowhere.", required=False),
    "Retry-After": header("When to ask again, in seconds.", SECONDS),
    "Location": header("A URL, which may be relative.", {**TEXT, "format": "uri-reference"}),
    "Allow": header("The methods of the path."),
    "ETag": header("A tag of the reply, for If-None-Match.", {**TEXT, "pattern": '^"'}),
    # API Gateway gives it another name.
    "WWW-Authenticate": header("How to authenticate.", required=False),
    "Vary": header("Where CORS is set up.", required=False),
    **{
        f"Access-Control-{name}": header("For the origins of CORS_ORIGINS.", required=False)
        for name in (
            "Allow-Origin",
            "Expose-Headers",
            "Allow-Methods",
            "Allow-Headers",
            "Max-Age",
        )
    },
}
EVERYWHERE = (
    "Cache-Control",
    "X-Content-Type-Options",
    "Content-Security-Policy",
    "Referrer-Policy",
    "Vary",
    "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers",
)
#: The headers of problems, by their status.
OF_PROBLEMS: dict[HTTPStatus, tuple[str, ...]] = {
    HTTPStatus.UNAUTHORIZED: ("WWW-Authenticate",),
    HTTPStatus.TOO_MANY_REQUESTS: ("Retry-After",),
    HTTPStatus.SERVICE_UNAVAILABLE: ("Retry-After",),
    HTTPStatus.GATEWAY_TIMEOUT: ("Retry-After",),
}


def headers(*names: str) -> Schema:
    """Return these headers, and those of every reply. ``Retry-After?`` need not be there."""
    return {name.removesuffix("?"): _header(name) for name in (*EVERYWHERE, *names)}


def _header(name: str) -> Schema:
    if name.endswith("?"):
        return {**HEADERS[name.removesuffix("?")], "required": False}
    return {"$ref": f"#/components/headers/{name}"}


def reply(description: str, schema: Schema, *more_headers: str) -> Reply:
    """Return a reply with a JSON body."""
    return {
        "description": description,
        "headers": headers(*more_headers),
        "content": {"application/json": {"schema": schema}},
    }


def problems(*given: Codes) -> dict[str, Reply]:
    """Return the replies for the codes of these tables, and for those of any request."""
    merged: dict[HTTPStatus, tuple[str, ...]] = {}
    for table in (*given, codes.COMMON):
        for status, names in table.items():
            merged[status] = (*merged.get(status, ()), *names)
    return {str(status.value): _problem(status, names) for status, names in sorted(merged.items())}


def not_modified() -> Reply:
    """Return the reply that has no body, since the client knows it."""
    return {
        "description": "The reply is the one of If-None-Match.",
        "headers": headers("ETag", "Retry-After?"),
    }


def page_replies(*kinds: str) -> dict[str, Reply]:
    """Return the replies with a file of the page, of one of these content types."""
    file = {"description": "The file.", "headers": headers("ETag")}
    return {
        "200": {**file, "content": {kind: {"schema": TEXT} for kind in kinds}},
        "304": not_modified(),
        **problems(codes.NO_SUCH_PAGE),
    }


def file_problem(names: tuple[str, ...]) -> Reply:
    """Return the reply with what is wrong with a file."""
    return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, names, ADVICE)


def _problem(
    status: HTTPStatus, names: tuple[str, ...], optional: Mapping[str, Schema] | None = None
) -> Reply:
    members = {
        "type": {"const": "about:blank"},
        "title": TEXT,
        "status": {"const": status.value},
        "code": {"enum": list(names)},
        "detail": {**TEXT, "pattern": r"\.$"},
    }
    return {
        "description": f"{status.phrase}: {', '.join(names)}",
        "headers": headers(*OF_PROBLEMS.get(status, ())),
        "content": {"application/problem+json": {"schema": closed(members, dict(optional or {}))}},
    }
