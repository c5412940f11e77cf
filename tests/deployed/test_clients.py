"""Clients of the packaged service: who gets in, whose jobs they see, and how many they may have."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.jobs.client import Client, Role
from chalicelib.jobs.tokens import new_token
from chalicelib.settings import Auth
from deploy.credentials import credentials
from infra.tokens import create, revoke_text
from tests.deployed.deployment import Deployment

JOB = f"/jobs/{'0' * 32}"


@pytest.fixture
def closed(deployment: Deployment) -> Deployment:
    if deployment.settings.auth is not Auth.TOKEN:
        pytest.skip("this deployment asks for no tokens")
    return deployment


def challenge(headers: dict[str, str]) -> str:
    """Return the header of a 401, which API Gateway renames."""
    found = {name.lower(): value for name, value in headers.items()}
    return found.get("www-authenticate") or found["x-amzn-remapped-www-authenticate"]


@pytest.mark.parametrize("path", ["/csv_name=x.csv", "/storage/get_counter", JOB])
def test_nobody_gets_in_without_a_token(closed: Deployment, path: str) -> None:
    anybody = replace(closed.api, token="")
    reply = anybody.get(path)
    assert (reply.status, reply.json["code"]) == (401, "unauthorized")
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert challenge(reply.headers) == 'Bearer realm="csvsum"'


def test_nobody_gets_in_with_a_token_that_this_stage_does_not_know(closed: Deployment) -> None:
    reply = replace(closed.api, token=new_token()).get("/storage/get_counter")
    assert (reply.status, reply.json["code"]) == (401, "invalid_token")
    assert challenge(reply.headers) == 'Bearer realm="csvsum", error="invalid_token"'


def test_a_job_is_its_clients(closed: Deployment, unique: Callable[[str], str]) -> None:
    finance, sales = (closed.as_client(unique(name)) for name in ("finance", "sales"))
    job_id = finance.submit(closed.put(unique("own") + ".csv", b"a\n1\n"))
    assert finance.ended(job_id)["exact"] == {"a": "1"}
    assert closed.api.get(f"/jobs/{job_id}").status == 200
    for path in (f"/jobs/{job_id}", f"/storage/get_json/{job_id}"):
        assert (sales.get(path).status, sales.get(path).json["code"]) == (404, "unknown_job")


def test_a_client_may_have_as_many_jobs_as_the_limit(
    closed: Deployment, unique: Callable[[str], str]
) -> None:
    limited, other = (closed.as_client(unique(name)) for name in ("limited", "other"))
    body = json.dumps({"csv": closed.put(unique("limit") + ".csv", b"a\n1\n")}).encode()
    with closed.with_variable("MAX_JOBS_PER_CLIENT", "3"), closed.without_worker("work_job"):
        ids = [limited.post("/jobs", body).json["id"] for _ in range(3)]
        refused = limited.post("/jobs", body)
        assert (refused.status, refused.json["code"]) == (429, "too_many_jobs")
        assert refused.headers["Retry-After"] == "60"
        ids_of_other = [other.post("/jobs", body).json["id"]]
        assert limited.get("/storage/get_counter?mine=true").json == {"ongoing_tasks": 3}
    for job_id in ids:
        limited.ended(job_id)
    for job_id in ids_of_other:
        other.ended(job_id)
    assert limited.get("/storage/get_counter?mine=true").json == {"ongoing_tasks": 0}
    limited.ended(limited.post("/jobs", body).json["id"])


def test_an_expired_and_a_revoked_token_are_refused(
    closed: Deployment, unique: Callable[[str], str]
) -> None:
    expired, _ = create(closed.tokens, Client(unique("late")), timedelta(seconds=-1))
    assert replace(closed.api, token=expired).get("/storage/get_counter").status == 401
    name = unique("leaver")
    leaver = closed.as_client(name)
    assert "Revoked" in revoke_text(closed.tokens, name, "")
    assert leaver.get("/storage/get_counter").status == 401


def test_the_commands_of_the_operator_have_a_token_while_they_run_and_leave_none(
    closed: Deployment,
) -> None:
    before = closed.tokens.all()
    with credentials(closed.settings, None, closed.client("dynamodb")) as headers:
        (own,) = [token for token in closed.tokens.all() if token not in before]
        assert (own.client.name, own.client.role) == ("smoke", Role.ADMIN)
        token = headers("GET", "", b"")["Authorization"].removeprefix("Bearer ")
        assert replace(closed.api, token=token).get("/storage/get_counter").status == 200
    assert set(closed.tokens.all()) == set(before)
