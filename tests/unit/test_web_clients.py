"""HTTP with clients: who gets in, whose jobs they see, and how many they may have."""

import json
import logging
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from chalice.test import HTTPResponse

from chalicelib.errors import ServiceDown
from chalicelib.jobs.client import Client, Role
from chalicelib.jobs.job import as_text
from chalicelib.jobs.tokens import StoredToken, new_token
from chalicelib.settings import Auth
from chalicelib.web import clients
from tests.adapters_in_memory import MemoryTokens
from tests.harness import World
from tests.imports import ROOT
from tests.log_lines import captured_log
from tests.site import Site, problem_of, serving

FINANCE, SALES = Client("finance"), Client("sales")
OPERATOR = Client("operator", Role.ADMIN)
JOB_ID = "0" * 32
REQUESTS: dict[str, Callable[[Site], HTTPResponse]] = {
    "GET /csv_name": lambda site: site.get("/csv_name=x.csv"),
    "GET /anything": lambda site: site.get("/favicon.ico"),
    "GET /storage/get_counter": lambda site: site.get("/storage/get_counter"),
    "GET /storage/get_json": lambda site: site.get(f"/storage/get_json/{JOB_ID}"),
    "POST /jobs": lambda site: site.post({"csv": "x.csv"}),
    "POST /uploads": lambda site: site.post({"name": "x.csv"}, "/uploads"),
    "GET /files": lambda site: site.get("/files"),
    "HEAD /files": lambda site: site.send("HEAD", "/files"),
    "POST /preview": lambda site: site.post({"csv": "x.csv"}, "/preview"),
    "GET /jobs": lambda site: site.get("/jobs"),
    "GET /jobs/id": lambda site: site.get(f"/jobs/{JOB_ID}"),
    "GET /jobs/id/parts": lambda site: site.get(f"/jobs/{JOB_ID}/parts"),
    "DELETE /jobs/id": lambda site: site.send("DELETE", f"/jobs/{JOB_ID}"),
    "GET /me": lambda site: site.get("/me"),
    "GET /openapi.json": lambda site: site.get("/openapi.json"),
    "HEAD /csv_name": lambda site: site.send("HEAD", "/csv_name=x.csv"),
    "HEAD /storage/get_counter": lambda site: site.send("HEAD", "/storage/get_counter"),
    "HEAD /storage/get_json": lambda site: site.send("HEAD", f"/storage/get_json/{JOB_ID}"),
    "HEAD /jobs": lambda site: site.send("HEAD", "/jobs"),
    "HEAD /jobs/id": lambda site: site.send("HEAD", f"/jobs/{JOB_ID}"),
    "HEAD /jobs/id/parts": lambda site: site.send("HEAD", f"/jobs/{JOB_ID}/parts"),
    "HEAD /me": lambda site: site.send("HEAD", "/me"),
    "HEAD /openapi.json": lambda site: site.send("HEAD", "/openapi.json"),
}
#: Routes that need no token, since they say nothing about any client.
PUBLIC = ("/health", "/", "/page/{version}/{file}", "/page/{version}/views/{file}")


@pytest.fixture
def site() -> Iterator[Site]:
    """A site that asks for tokens; its requests have none yet."""
    with serving(World(auth=Auth.TOKEN)) as site:
        yield site


def with_token(site: Site, client: Client) -> Site:
    """Return the site as a client uses it."""
    return Site(site.world, f"Bearer {site.world.issue(client)}")


@pytest.mark.parametrize("name", REQUESTS)
def test_every_route_asks_for_a_token_before_it_does_anything(site: Site, name: str) -> None:
    reply = REQUESTS[name](site)
    assert problem_of(reply, 401)["code"] == "unauthorized"
    assert reply.headers["WWW-Authenticate"] == 'Bearer realm="csvsum"'
    assert (site.world.jobs.records, site.world.queue.sent) == ({}, [])


def test_the_routes_above_are_all_that_there_are() -> None:
    from app import app

    routes = [
        (path, method)
        for path, methods in app.routes.items()
        for method in methods
        if method != "OPTIONS" and path not in PUBLIC
    ]
    assert len(routes) == len(REQUESTS) - 1  # a name, and anything else, are one route


@pytest.mark.parametrize("name", REQUESTS)
def test_no_route_takes_a_token_that_is_not_valid(site: Site, name: str) -> None:
    reply = REQUESTS[name](Site(site.world, f"Bearer {new_token()}"))
    assert problem_of(reply, 401)["code"] == "invalid_token"
    assert reply.headers["WWW-Authenticate"] == 'Bearer realm="csvsum", error="invalid_token"'


@pytest.mark.parametrize("authorization", ["", "Bearer x"])
def test_the_health_of_the_service_needs_no_token(site: Site, authorization: str) -> None:
    site.authorization = authorization
    reply = site.get("/health")
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert (reply.status_code, reply.json_body) == (200, {"status": "ok", "version": version})
    assert site.world.tokens.reads == 0


@pytest.mark.parametrize("client", [FINANCE, OPERATOR])
def test_a_client_learns_its_name_its_role_and_when_its_token_expires(
    site: Site, client: Client
) -> None:
    token = site.world.issue(client, days=7)
    assert Site(site.world, f"Bearer {token}").get("/me").json_body == {
        "client": client.name,
        "role": client.role,
        "expires_at": as_text(site.world.clock() + timedelta(days=7)),
    }


def test_who_needs_no_token_has_none_that_expires() -> None:
    with serving(World()) as site:
        assert site.get("/me").json_body == {"client": "open", "role": "admin", "expires_at": None}


def test_a_preflight_request_needs_no_token(site: Site) -> None:
    asked = {"Origin": "https://page.example", "Access-Control-Request-Method": "POST"}
    assert site.send("OPTIONS", "/jobs", asked).status_code == 204


def test_an_expired_token_is_refused(site: Site) -> None:
    finance = with_token(site, FINANCE)
    assert finance.get("/storage/get_counter").status_code == 200
    site.world.clock.advance(days=90)
    assert problem_of(finance.get("/storage/get_counter"), 401)["code"] == "invalid_token"


@pytest.mark.parametrize("path", ["/jobs/{}", "/storage/get_json/{}"])
def test_a_job_is_there_for_its_client_and_admins_alone(site: Site, path: str) -> None:
    finance, sales, operator = (with_token(site, each) for each in (FINANCE, SALES, OPERATOR))
    job_id = finance.post({"csv": "x.csv"}).json_body["id"]
    site.world.run()
    assert finance.get(path.format(job_id)).status_code == 200
    assert operator.get(path.format(job_id)).status_code == 200
    missing = problem_of(sales.get(path.format(JOB_ID)), 404)
    assert problem_of(sales.get(path.format(job_id)), 404) == missing


def test_the_first_endpoint_submits_for_its_client_too(site: Site) -> None:
    finance = with_token(site, FINANCE)
    job_id = finance.get("/csv_name=x.csv").json_body["Task started, your id"]
    assert site.world.jobs.get(job_id).client == "finance"


def count(site: Site, query: str = "") -> Any:
    return site.get(f"/storage/get_counter{query}").json_body["ongoing_tasks"]


def test_the_counter_counts_all_jobs_or_ones_own(site: Site) -> None:
    finance, sales, operator = (with_token(site, each) for each in (FINANCE, SALES, OPERATOR))
    for _ in range(2):
        finance.post({"csv": "x.csv"})
    sales.post({"csv": "x.csv"})
    for each, own in ((finance, 2), (sales, 1), (operator, 0)):
        assert (count(each), count(each, "?mine=false")) == (3, 3)
        assert (count(each, "?mine=true"), count(each, "?mine=1")) == (own, own)
    site.world.run()
    assert count(finance, "?mine=true") == 0


@pytest.mark.parametrize("value", ["", "yes", "TRUE", "x" * 1000])
def test_what_is_neither_true_nor_false_is_refused(site: Site, value: str) -> None:
    reply = with_token(site, FINANCE).get(f"/storage/get_counter?mine={value}")
    problem = problem_of(reply, 400)
    assert problem["code"] == "bad_request"
    assert len(problem["detail"]) < 100


def test_where_nobody_is_authenticated_all_jobs_are_ones_own() -> None:
    with serving(World()) as site:
        site.post({"csv": "x.csv"})
        assert count(site) == count(site, "?mine=true") == 1


def test_a_client_with_too_many_jobs_waits_and_others_do_not() -> None:
    with serving(World(auth=Auth.TOKEN, max_jobs_per_client=2)) as site:
        finance, sales = (with_token(site, each) for each in (FINANCE, SALES))
        assert [finance.post({"csv": "x.csv"}).status_code for _ in range(2)] == [202, 202]
        for reply in (finance.post({"csv": "x.csv"}), finance.get("/csv_name=x.csv")):
            assert problem_of(reply, 429)["code"] == "too_many_jobs"
            assert reply.headers["Retry-After"] == "60"
        assert sales.post({"csv": "x.csv"}).status_code == 202
        site.world.run()
        assert finance.post({"csv": "x.csv"}).status_code == 202


def test_a_refused_job_takes_no_bytes_from_other_clients() -> None:
    with serving(World(auth=Auth.TOKEN, max_jobs_per_client=1)) as site:
        site.world.use_cases.submit.allowance.max_bytes = 1000
        finance, sales = (with_token(site, each) for each in (FINANCE, SALES))
        for _ in range(1000):
            finance.post({"csv": "x.csv"})
        assert sales.post({"csv": "x.csv"}).status_code == 202


def test_old_clients_of_an_open_service_notice_nothing() -> None:
    with serving(World(max_jobs_per_client=1)) as site:
        for authorization in ("", "Bearer x", "Basic x", f"Bearer {new_token()}"):
            client = Site(site.world, authorization)
            assert client.get("/csv_name=x.csv").status_code == 200
        assert site.world.tokens.reads == 0


def test_a_job_of_before_clients_were_known_is_an_admins(site: Site) -> None:
    job = site.world.submit(b"a\n1\n")
    assert with_token(site, OPERATOR).get(f"/jobs/{job.id}").status_code == 200
    assert with_token(site, FINANCE).get(f"/jobs/{job.id}").status_code == 404


class BrokenTokens(MemoryTokens):
    """A store that fails with the digest, or the token, in the text of its error."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def find(self, digest: str) -> StoredToken | None:
        raise self.error


@pytest.mark.parametrize("kind", [RuntimeError, ServiceDown])
def test_nobody_gets_in_if_the_store_of_tokens_fails(kind: type[Exception]) -> None:
    status = 503 if kind is ServiceDown else 500
    world = World(auth=Auth.TOKEN, tokens=BrokenTokens(kind("It failed.")))
    with serving(world) as site:
        reply = Site(world, f"Bearer {new_token()}").post({"csv": "x.csv"})
    assert (reply.status_code, site.world.jobs.records) == (status, {})


@pytest.mark.parametrize("text", [None, "It failed for {}.", "It does not answer."])
def test_no_token_gets_into_the_log_or_a_reply(
    text: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = new_token()
    kind = RuntimeError if text and token in text.format(token) else ServiceDown
    tokens = BrokenTokens(kind(text.format(token))) if text else MemoryTokens()
    world, replies = World(auth=Auth.TOKEN, tokens=tokens), []
    with captured_log(logging.DEBUG) as lines, serving(world):
        known = world.issue(FINANCE)
        for header in (f"Bearer {token}", f"Bearer {known}", token, f"Bearer {token}x"):
            client = Site(world, header)
            replies += [request(client).body.decode() for request in REQUESTS.values()]
    written = [json.dumps(lines), *replies, *(record.getMessage() for record in caplog.records)]
    for each in (token, known):
        assert each[7:37] not in "".join(written)


@dataclass
class Received:
    """A request as Chalice passes it on."""

    context: dict[str, Any]
    headers: dict[str, str]


def test_the_caller_is_what_api_gateway_says_and_not_what_a_header_says() -> None:
    arn = "arn:aws:iam::123456789012:user/alice"
    signed = Received({"identity": {"userArn": arn}}, {"authorization": "AWS4-HMAC-SHA256 …"})
    assert clients.credentials_of(signed).caller == arn
    for context in ({}, {"identity": None}, {"identity": {"userArn": None}}):
        forged = Received(context, {"userarn": arn, "x-amzn-userarn": arn})
        assert clients.credentials_of(forged).caller == ""


def test_with_signatures_a_request_that_api_gateway_did_not_check_is_refused() -> None:
    with serving(World(auth=Auth.IAM)) as site:
        assert problem_of(site.get("/storage/get_counter"), 403)["code"] == "not_signed"


SWAGGER = """
import json, sys
from chalice.deploy.swagger import CFNSwaggerGenerator
from app import app
paths = CFNSwaggerGenerator().generate_swagger(app)["paths"]
checked = [methods for path, methods in paths.items() if path not in sys.argv[1:]]
methods = [method for path in checked for method in path.items()]
print(json.dumps([value.get("security") for name, value in methods if name != "options"]))
assert all("security" not in value for name, value in methods if name == "options")
open = [value for path in sys.argv[1:] for value in paths[path].values()]
assert open and all("security" not in value for value in open)
"""


@pytest.mark.parametrize(
    ("variables", "security"),
    [
        ({"AUTH": "iam"}, [{"sigv4": []}]),
        ({"AUTH": "token"}, None),
        ({"AUTH": "token", "API_KEY_REQUIRED": "true"}, [{"api_key": []}]),
    ],
)
def test_what_is_deployed_has_api_gateway_check_every_route_but_the_page_or_none(
    variables: dict[str, str], security: Any
) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SWAGGER, *PUBLIC],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(ended.stdout) == [security] * (len(REQUESTS) - 1)
