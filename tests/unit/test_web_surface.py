"""HTTP over adapters in memory: what holds for every route."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from chalice.app import Response
from chalice.test import HTTPResponse

from app import app
from chalicelib.engine.options import Options
from chalicelib.errors import BadRequest
from chalicelib.jobs.client import OPEN
from chalicelib.settings import BadSetting, Settings
from chalicelib.web.cors import cors
from chalicelib.web.surface import problems_of_chalice
from tests.harness import World
from tests.log_lines import LogLines
from tests.site import Site, problem_of, serving

ALLOWED = {
    "/": "GET, HEAD, OPTIONS",
    "/page/0/app.js": "GET, HEAD, OPTIONS",
    "/page/0/views/overview.js": "GET, HEAD, OPTIONS",
    "/csv_name=x.csv": "GET, HEAD, OPTIONS",
    "/favicon.ico": "GET, HEAD, OPTIONS",
    "/storage/get_counter": "GET, HEAD, OPTIONS",
    f"/storage/get_json/{'0' * 32}": "GET, HEAD, OPTIONS",
    "/jobs": "GET, HEAD, OPTIONS, POST",
    f"/jobs/{'0' * 32}": "DELETE, GET, HEAD, OPTIONS",
    f"/jobs/{'0' * 32}/parts": "GET, HEAD, OPTIONS",
    "/preview": "OPTIONS, POST",
    "/health": "GET, HEAD, OPTIONS",
    "/me": "GET, HEAD, OPTIONS",
    "/uploads": "OPTIONS, POST",
    "/files": "GET, HEAD, OPTIONS",
    "/openapi.json": "GET, HEAD, OPTIONS",
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
GETS = [path for path, methods in ALLOWED.items() if "GET" in methods]


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(World()) as site:
        yield site


def test_every_route_is_here() -> None:
    assert len(ALLOWED) - 1 == len(app.routes)  # two of the paths are one route


@pytest.mark.parametrize("path", ALLOWED)
def test_options_lists_the_methods_of_a_path(site: Site, path: str) -> None:
    reply = site.send("OPTIONS", path)
    assert (reply.status_code, reply.headers["Allow"], reply.body) == (204, ALLOWED[path], b"")


@pytest.mark.parametrize("path", ALLOWED)
@pytest.mark.parametrize("method", METHODS)
def test_a_method_that_a_path_does_not_have_is_a_405_with_those_that_it_has(
    site: Site, path: str, method: str
) -> None:
    if method in ALLOWED[path].split(", "):
        return
    reply = site.send(method, path)
    assert problem_of(reply, 405)["code"] == "method_not_allowed"
    assert reply.headers["Allow"] == ALLOWED[path]


def heading(reply: HTTPResponse) -> tuple[int, dict[str, str]]:
    return reply.status_code, reply.headers


@pytest.mark.parametrize("path", [*GETS, "/csv_name=none.csv", "/csv_name=x.csv?step=0", "/jobs/x"])
def test_head_replies_as_get_does(site: Site, path: str) -> None:
    assert heading(site.send("HEAD", path)) == heading(site.get(path))


def test_head_submits_nothing(site: Site) -> None:
    assert site.send("HEAD", "/csv_name=x.csv").status_code == 200
    assert site.world.jobs.records == {}
    assert site.world.adapters.queue.sent == []


@pytest.mark.parametrize("path", GETS)
def test_a_get_may_have_any_content_type(site: Site, path: str) -> None:
    reply = site.send("GET", path, {"Content-Type": "text/plain"})
    assert reply.status_code != 415


def chalices(status: int) -> Response:
    return Response(body={"Code": "Bad", "Message": "words"}, status_code=status)


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "bad_request"), (415, "unsupported_media_type"), (500, "internal_error")],
)
def test_what_chalice_replies_by_itself_becomes_a_problem_document(status: int, code: str) -> None:
    reply = problems_of_chalice(None, lambda _: chalices(status))
    problem = json.loads(reply.body)
    assert (reply.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["detail"].endswith(".")
    assert reply.headers["Content-Type"] == "application/problem+json"


def test_an_error_before_any_view_is_a_500_and_logged(log_lines: LogLines) -> None:
    def fail(_: Any) -> Response:
        raise RuntimeError("a secret")

    reply = problems_of_chalice(None, fail)
    assert json.loads(reply.body)["code"] == "internal_error"
    assert log_lines[-1]["error"] == "RuntimeError"
    assert "secret" not in json.dumps(log_lines)


ORIGIN, OTHER = "https://app.example.com", "https://evil.example.com"


class Request:
    """As much of a request as the middleware reads."""

    def __init__(self, method: str, **headers: str) -> None:
        self.method = method
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def headers_of(request: Request, *origins: str) -> dict[str, Any]:
    """Return the headers that the middleware adds."""
    reply = cors(frozenset(origins))(request, lambda _: Response("", {"Allow": "GET, OPTIONS"}))
    return {name: value for name, value in reply.headers.items() if name != "Allow"}


def test_without_origins_nothing_is_said_of_cors() -> None:
    assert headers_of(Request("GET", origin=ORIGIN)) == {}


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
@pytest.mark.parametrize("headers", [{}, {"origin": OTHER}, {"origin": "null"}, {"origin": ""}])
def test_another_origin_or_none_may_not_read_a_reply(method: str, headers: dict[str, str]) -> None:
    assert headers_of(Request(method, **headers), ORIGIN) == {"Vary": "Origin"}


def test_a_page_of_an_origin_may_read_replies_and_their_headers() -> None:
    given = headers_of(Request("GET", origin=ORIGIN), ORIGIN, OTHER)
    assert (given["Access-Control-Allow-Origin"], given["Vary"]) == (ORIGIN, "Origin")
    assert "Location" in given["Access-Control-Expose-Headers"]


def test_a_preflight_request_has_the_methods_and_headers_that_a_page_may_send() -> None:
    request = Request("OPTIONS", origin=ORIGIN, access_control_request_method="POST")
    given = headers_of(request, ORIGIN)
    assert given["Access-Control-Allow-Methods"] == "GET, OPTIONS"
    assert "Authorization" in given["Access-Control-Allow-Headers"]
    assert int(given["Access-Control-Max-Age"]) > 0


def test_a_star_stands_for_all_origins() -> None:
    given = headers_of(Request("GET", origin=OTHER), "*")
    assert given["Access-Control-Allow-Origin"] == "*"
    assert "Vary" not in given


GOOD = ["*", "https://a.example", "http://localhost:3000", "https://[::1]:8443", "tauri://app"]
BAD = ["https://a.example/", "a.example", "https://A.example", "https://a.example:443", "null"]
BAD += ["http://a.example:80", "https://*.example.com", "https://a.example https://b.example"]


@pytest.mark.parametrize("origin", GOOD)
def test_origins_are_a_setting(origin: str) -> None:
    given = {"CORS_ORIGINS": f"{origin}, https://other.example"}
    assert Settings.from_env(given).cors_origins == {origin, "https://other.example"}


@pytest.mark.parametrize("origin", BAD)
def test_an_origin_that_no_browser_sends_is_one_sentence(origin: str) -> None:
    with pytest.raises(BadSetting, match="CORS_ORIGINS"):
        Settings.from_env({"CORS_ORIGINS": origin})


BODIES = {
    b'{"csv": ["a.csv"]}': "csv must be a string, not a list.",
    b'{"csv": {"a": 1}}': "csv must be a string, not an object.",
    b'{"csv": 5}': "csv must be a string, not a number.",
    b'{"csv": 5.5}': "csv must be a string, not a number.",
    b'{"csv": true}': "csv must be a string, not a boolean.",
    b'{"csv": null}': "The name of a CSV file is missing",
    b'{"csv": "\\ud800.csv"}': "lone surrogate",
    b'{"csv": "\xfc.csv"}': "not valid UTF-8: its byte 9 is 0xFC",
    b"\xff\xfe{\x00}\x00": "not valid UTF-8: its byte 0 is 0xFF",
    b'{"csv": "s3://b/k.csv"}': "relative to the source: give 'k.csv'",
    b'{"csv": "s3://b/d/k.csv"}': "relative to the source: give 'd/k.csv'",
}


@pytest.mark.parametrize("body", BODIES)
def test_a_wrong_type_or_text_is_a_400_that_names_it(site: Site, body: bytes) -> None:
    assert BODIES[body] in problem_of(site.post(body), 400)["detail"]


def test_the_url_of_an_object_is_no_name_in_a_path_either(site: Site) -> None:
    reply = site.get("/csv_name=s3%3A%2F%2Fb%2Fk.csv")
    assert "give 'k.csv'" in problem_of(reply, 400)["detail"]


def test_a_body_with_a_byte_order_mark_is_read(site: Site) -> None:
    assert site.post(b'\xef\xbb\xbf{"csv": "x.csv"}').status_code == 202


@pytest.mark.parametrize("number", ["5", "5.0", "5e0", "0.5e1"])
def test_an_integer_may_be_written_in_each_way_of_json(site: Site, number: str) -> None:
    reply = site.post(b'{"csv": "x.csv", "step": %s}' % number.encode())
    assert reply.json_body["options"]["step"] == 5


@pytest.mark.parametrize("number", ["5.5", "1e400", "-5.0", "NaN", "1e300"])
def test_another_number_is_no_step(site: Site, number: str) -> None:
    problem_of(site.post(b'{"csv": "x.csv", "step": %s}' % number.encode()), 400)


def test_what_head_would_refuse_stores_nothing(site: Site) -> None:
    with pytest.raises(BadRequest):
        site.world.use_cases.submit.check("../x", Options(), OPEN)
    assert site.world.jobs.records == {}
