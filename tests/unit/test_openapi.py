"""The OpenAPI document: valid, complete, and noticed when it is not."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from openapi_spec_validator import validate

from app import app
from chalicelib.engine.formats import Compression
from chalicelib.engine.options import Options
from chalicelib.jobs.job import Status
from chalicelib.jobs.options import NAMES
from chalicelib.web.openapi import codes, options, schemas
from chalicelib.web.openapi.document import document
from chalicelib.web.openapi.replies import HEADERS
from infra.gateway_responses import GATEWAY_RESPONSES
from tests import openapi
from tests.harness import World
from tests.markdown import Page, code
from tests.openapi import require_documented, violations
from tests.site import Site, serving

API = Page("docs/api.md")
TABLES = (codes.COMMON, codes.BODY, codes.UNKNOWN_JOB, codes.ALREADY_ENDED, codes.SUBMISSION)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(World()) as site:
        yield site


def shape(path: str) -> str:
    """Return a path with ``{}`` for its variables; ``/csv_name={name}`` is one segment."""
    return re.sub(r"(csv_name=)?{\w+}", "{}", path)


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document()["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def test_the_document_is_valid_openapi() -> None:
    validate(document())


def test_the_document_has_exactly_the_routes_of_the_application() -> None:
    real = {(method, shape(path)) for path, methods in app.routes.items() for method in methods}
    assert {(method.upper(), shape(path)) for path, method, _ in operations()} == real


def test_each_operation_has_a_name_of_its_own() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(names)) == len(names)


def test_the_document_is_served_as_it_is(site: Site) -> None:
    assert site.get("/openapi.json").json_body == json.loads(json.dumps(document()))


def test_the_document_has_the_codes_of_failed_jobs_that_the_api_page_has() -> None:
    rows = API.rows("code", "what to do")
    assert {code(row["code"])[0] for row in rows} <= set(codes.SUMS)


def test_the_document_has_the_codes_of_requests_that_the_api_page_has() -> None:
    documented = {
        (code(row["code"])[0], status)
        for row in API.rows("code", "status")
        for status in re.findall(r"\d{3}", row["status"])
    }
    written = {
        (name, str(status.value))
        for table in (
            codes.COMMON,
            codes.BODY,
            codes.UNKNOWN_JOB,
            codes.ALREADY_ENDED,
            codes.SUBMISSION,
            codes.UPLOAD,
            codes.FILES,
        )
        for status, names in table.items()
        for name in names
    }
    elsewhere = {(name, str(status)) for status, name in openapi.ELSEWHERE.items()}
    of_servers = {(openapi.NOT_HTTP, status) for status in ("400", "431", "501", "505")}
    unused = {("unsupported_media_type", "415")}  # every path takes any type
    assert documented <= written | elsewhere | of_servers | unused


def test_the_document_has_what_api_gateway_replies_by_itself() -> None:
    known = {
        (name, reply)
        for _, _, operation in operations()
        for reply, each in operation["responses"].items()
        for name in _codes(each)
    } | {(name, str(status)) for status, name in openapi.ELSEWHERE.items()}
    unused = {"unsupported_media_type"}  # every path takes any
    for response in GATEWAY_RESPONSES.values():
        if response.code not in unused:
            assert (response.code, str(response.status.value)) in known
        assert json.loads(response.body)["detail"].endswith(".")


def _codes(reply: Any) -> list[str]:
    schema = reply.get("content", {}).get("application/problem+json", {}).get("schema", {})
    names: list[str] = schema.get("properties", {}).get("code", {}).get("enum", [])
    return names


def test_the_document_has_every_option_and_every_status_of_a_job() -> None:
    assert set(options.GIVEN) == set(NAMES)
    assert set(options.OF_JOB) == set(Options().as_dict())
    assert set(codes.FORMATS) == set(Compression)
    assert set(schemas.STATUSES) == {status.value for status in Status}


def test_every_header_of_the_document_is_used() -> None:
    text = json.dumps(document()["paths"])
    for name in HEADERS:
        assert f'"#/components/headers/{name}"' in text


def good(site: Site) -> openapi.Answer:
    """Return a reply that the document has."""
    reply = site.get(f"/jobs/{site.finished().id}")
    headers = {name.lower(): str(value) for name, value in reply.headers.items()}
    return openapi.Answer("GET", "/jobs/x", reply.status_code, headers, reply.body)


def test_a_reply_that_is_documented_has_no_violation(site: Site) -> None:
    assert list(violations(good(site))) == []


@pytest.mark.parametrize("member", ["id", "status", "result", "cells", "ledger", "progress"])
def test_a_member_that_is_missing_is_a_violation(site: Site, member: str) -> None:
    answer = good(site)
    members = json.loads(answer.body)
    del members[member]
    assert list(violations(with_body(answer, members)))


@pytest.mark.parametrize("place", [(), ("options",), ("progress",), ("ledger",), ("cells", "id")])
def test_a_member_that_is_not_documented_is_a_violation(site: Site, place: tuple[str, ...]) -> None:
    answer = good(site)
    members = json.loads(answer.body)
    inner = members
    for name in place:
        inner = inner[name]
    inner["surprise"] = 1
    assert list(violations(with_body(answer, members)))


def with_body(answer: openapi.Answer, members: object) -> openapi.Answer:
    body = json.dumps(members).encode()
    return openapi.Answer(answer.method, answer.path, answer.status, answer.headers, body)


@pytest.mark.parametrize(
    ("status", "headers", "what"),
    [
        (418, {}, "the status 418 is not documented"),
        (200, {"x-surprise": "1"}, "the header x-surprise is not documented"),
        (200, {"cache-control": "public"}, "cache-control"),
        (200, {"content-type": "text/plain"}, "the content type 'text/plain' is not documented"),
    ],
)
def test_another_status_header_or_type_is_a_violation(
    site: Site, status: int, headers: dict[str, str], what: str
) -> None:
    answer = good(site)
    changed = openapi.Answer(
        answer.method, answer.path, status, {**answer.headers, **headers}, answer.body
    )
    (found,) = violations(changed)
    assert what in found


def test_a_header_that_is_missing_is_a_violation(site: Site) -> None:
    answer = good(site)
    headers = deepcopy(dict(answer.headers))
    del headers["cache-control"]
    with pytest.raises(AssertionError, match="cache-control is missing"):
        require_documented("GET", "/jobs/x", answer.status, headers, answer.body)


def test_a_path_or_method_without_an_operation_needs_a_problem_document() -> None:
    with pytest.raises(AssertionError, match="not a problem document"):
        require_documented("GET", "/nothing/here", 403, {"Content-Type": "application/json"}, b"{}")
