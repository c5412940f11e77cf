"""Holds replies to the OpenAPI document: status, headers, content type and body."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any

from jsonschema import Draft202012Validator

from chalicelib.web.openapi import codes
from chalicelib.web.openapi.document import document

PROBLEM = "application/problem+json"
#: Headers of HTTP itself, and those with which API Gateway marks its replies.
OF_HTTP = {"connection", "content-length", "content-type", "date", "server", "via"}
OF_AWS = re.compile("x-amz|x-ministack|x-localstack|x-cache")
#: Codes that belong to no operation: a path without one, a method without one, no HTTP.
ELSEWHERE = {404: "no_such_page", 405: "method_not_allowed"}
NOT_HTTP = "bad_http"


@dataclass(frozen=True)
class Answer:
    """A reply, and the request that it answers. The names of headers are in small letters."""

    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes


def require_documented(
    method: str, path: str, status: int, headers: Mapping[str, str], body: bytes
) -> None:
    """Fail for a reply that the document does not have."""
    small = {name.lower(): value for name, value in headers.items()}
    answer = Answer(method, path.partition("?")[0].removesuffix("/") or "/", status, small, body)
    found = [*violations(answer)]
    assert not found, f"{method} {path[:200]}: {status} {body[:300]!r}: {'; '.join(found)}"


def violations(answer: Answer) -> Iterator[str]:
    """Yield what of a reply the document does not have."""
    operation = operation_of(answer.method, answer.path)
    if operation is None:
        yield from _without_operation(answer)
        return
    reply = operation["responses"].get(str(answer.status))
    if reply is None:
        yield f"the status {answer.status} is not documented"
        return
    yield from _of_headers(answer, reply["headers"])
    yield from _of_body(answer, reply.get("content", {}))


def operation_of(method: str, path: str) -> Any:
    """Return the operation of a request; None if there is none."""
    for template, item in document()["paths"].items():
        if _pattern(template).fullmatch(path):
            return item.get(method.lower())
    return None


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"{\w+}", template)
    return re.compile("[^/]*".join(map(re.escape, parts)))


def _without_operation(answer: Answer) -> Iterator[str]:
    if answer.method == "OPTIONS" and answer.status == 204:
        return
    if answer.headers.get("content-type") != PROBLEM:
        yield "it is not a problem document"
    elif answer.method != "HEAD" and _code(answer) not in _codes_elsewhere(answer.status):
        yield f"its code {_code(answer)!r} does not belong to its status"


def _codes_elsewhere(status: int) -> tuple[str, ...]:
    of_path = (ELSEWHERE[status],) if status in ELSEWHERE else ()
    return of_path + codes.COMMON.get(HTTPStatus(status), ())


def _code(answer: Answer) -> object:
    return json.loads(answer.body)["code"]


def _of_headers(answer: Answer, documented: Mapping[str, Any]) -> Iterator[str]:
    known = {name.lower(): _resolved(header) for name, header in documented.items()}
    for name, header in known.items():
        if name in answer.headers:
            yield from _of_value(header["schema"], answer.headers[name], name)
        elif header["required"]:
            yield f"the header {name} is missing"
    for name in answer.headers.keys() - known.keys() - OF_HTTP:
        if not OF_AWS.match(name):
            yield f"the header {name} is not documented"


def _of_body(answer: Answer, content: Mapping[str, Any]) -> Iterator[str]:
    if not content or answer.method == "HEAD":
        if answer.body:
            yield "it has a body"
        return
    kind = answer.headers.get("content-type", "")
    if kind not in content:
        yield f"the content type {kind!r} is not documented"
        return
    value = json.loads(answer.body) if "json" in kind else answer.body.decode()
    yield from _of_value(content[kind]["schema"], value, "body")


def _of_value(schema: Mapping[str, Any], value: object, what: str) -> Iterator[str]:
    validator = Draft202012Validator(
        {**schema, "components": document()["components"]},
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
    for error in validator.iter_errors(value):
        yield f"{what}: {error.message[:300]}"


def _resolved(header: Any) -> Any:
    name = header.get("$ref", "").rpartition("/")[2]
    return document()["components"]["headers"][name] if name else header
