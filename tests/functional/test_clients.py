"""`make run` that asks for tokens, and the commands that create, list and revoke them."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.functional.stack import ROOT, Api, Stack, callers_environment, make, run_in_vain


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A service that asks for tokens, and lets a client have two jobs."""
    settings = {"AUTH": "token", "MAX_JOBS_PER_CLIENT": "2", "CACHE": "off"}
    running = Stack(tmp_path_factory.mktemp("closed"), **settings)
    running.put("x.csv", b"a,b\n1,2\n")
    yield running
    running.stop()


def command(stack: Stack, target: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run one of make's targets beside the running service, as a person does."""
    return subprocess.run(
        make(target, STATE=str(stack.state), **settings),
        cwd=ROOT,
        env=callers_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def as_client(stack: Stack, name: str, **settings: str) -> Api:
    created = command(stack, "token", CLIENT=name, **settings)
    assert created.returncode == 0, created.stderr
    return replace(stack.api, token=created.stdout.splitlines()[-1])


def id_of(stack: Stack, name: str) -> str:
    (line,) = [line for line in command(stack, "tokens").stdout.splitlines() if name in line]
    return line.split()[0]


def test_nobody_gets_in_without_a_token(closed: Stack) -> None:
    for path in ("/csv_name=x.csv", "/storage/get_counter", f"/jobs/{'0' * 32}", "/favicon.ico"):
        reply = closed.api.get(path)
        assert (reply.status, reply.headers["WWW-Authenticate"]) == (401, 'Bearer realm="csvsum"')
        assert reply.headers["Content-Type"] == "application/problem+json"


def test_a_created_token_works_at_once_and_its_jobs_are_its_clients(closed: Stack) -> None:
    finance, sales = as_client(closed, "finance"), as_client(closed, "sales")
    operator = as_client(closed, "operator", ROLE="admin")
    job_id = finance.submit("x.csv")
    assert finance.ended(job_id)["exact"] == {"a": "1"}
    assert operator.get(f"/storage/get_json/{job_id}").json == {"a": 1}
    assert sales.get(f"/storage/get_json/{job_id}").status == 404
    assert sales.get(f"/jobs/{job_id}").json == sales.get(f"/jobs/{'0' * 32}").json


def test_a_client_may_have_two_jobs_and_the_counter_counts_its_own(closed: Stack) -> None:
    audit, other = as_client(closed, "audit"), as_client(closed, "other")
    with closed.stopped_workers():
        ids = [audit.submit("x.csv") for _ in range(2)]
        refused = audit.post("/jobs", json.dumps({"csv": "x.csv"}).encode())
        assert (refused.status, refused.headers["Retry-After"]) == (429, "60")
        assert refused.json["code"] == "too_many_jobs"
        ids_of_other = [other.submit("x.csv")]
        assert audit.get("/storage/get_counter?mine=true").json == {"ongoing_tasks": 2}
        assert other.get("/storage/get_counter?mine=true").json == {"ongoing_tasks": 1}
        assert other.get("/storage/get_counter").json == {"ongoing_tasks": 3}
    for job_id in ids:
        audit.ended(job_id)
    for job_id in ids_of_other:
        other.ended(job_id)
    assert audit.get("/storage/get_counter?mine=true").json == {"ongoing_tasks": 0}
    audit.ended(audit.submit("x.csv"))


def test_one_token_of_a_client_is_revoked_and_the_other_stays(closed: Stack) -> None:
    first = as_client(closed, "two")
    first_id = id_of(closed, "two")
    second = as_client(closed, "two")
    revoked = command(closed, "revoke", CLIENT="two", TOKEN=first_id)
    assert f"Revoked {first_id} of two" in revoked.stdout
    # Neither token was used before, so neither is in the API's cache.
    assert first.get("/storage/get_counter").status == 401
    assert second.get("/storage/get_counter").status == 200


def test_all_tokens_of_a_client_are_revoked_without_an_id(closed: Stack) -> None:
    tokens = [as_client(closed, "leaver") for _ in range(2)]
    assert command(closed, "revoke", CLIENT="leaver").returncode == 0
    assert [each.get("/storage/get_counter").status for each in tokens] == [401, 401]
    assert "leaver" not in command(closed, "tokens").stdout


def test_the_list_shows_no_token(closed: Stack) -> None:
    token = as_client(closed, "shown", DAYS="7").token
    listed = command(closed, "tokens").stdout
    assert re.search(
        r"^[0-9a-f]{8}  shown +client +\d{4}-\d\d-\d\d +\d{4}-\d\d-\d\d$", listed, re.M
    )
    assert token[7:37] not in listed


def test_no_token_is_in_what_make_run_prints_or_keeps(closed: Stack) -> None:
    client = as_client(closed, "quiet")
    client.ended(client.submit("x.csv"))
    kept = [closed.log, *(path for path in closed.state.rglob("*") if path.is_file())]
    assert len(kept) > 1
    for path in kept:
        assert client.token[7:37].encode() not in path.read_bytes(), path


@pytest.mark.parametrize(
    ("target", "settings", "words"),
    [
        ("token", {}, "CLIENT must be a name"),
        ("token", {"CLIENT": "open"}, "not 'open'"),
        ("token", {"CLIENT": "a b"}, "CLIENT must be a name"),
        ("token", {"CLIENT": "x", "ROLE": "root"}, "ROLE must be client, lister or admin"),
        ("token", {"CLIENT": "x", "DAYS": "0"}, "DAYS must be a whole number from 1 to 3650"),
        ("token", {"CLIENT": "x", "DYAS": "1"}, "did you mean DAYS?"),
        ("revoke", {"CLIENT": "nobody"}, "nobody has no token"),
        ("revoke", {"CLIENT": "nobody", "TOKEN": "1a2b3c4d"}, "nobody has no token 1a2b3c4d"),
    ],
)
def test_a_wrong_command_is_one_sentence(
    closed: Stack, target: str, settings: dict[str, str], words: str
) -> None:
    refused = command(closed, target, **settings)
    assert (refused.returncode, refused.stdout) == (2, "")
    (line,) = [line for line in refused.stderr.splitlines() if not line.startswith("make: ***")]
    assert words in line


def test_without_a_running_service_there_are_no_tokens(tmp_path: Path) -> None:
    refused = subprocess.run(
        make("tokens", STATE=str(tmp_path / "none")),
        cwd=ROOT,
        env=callers_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert refused.returncode == 2
    assert "No `make run` uses" in refused.stderr


def test_tokens_outlive_a_restart_and_not_the_state_of_another_run(
    start: Callable[..., Stack],
) -> None:
    first = start(AUTH="token")
    client = as_client(first, "finance")
    first.stop()
    assert "Stopping: no job is in progress." in first.log.read_text()
    assert "No `make run` uses" in command(first, "tokens").stderr
    second = start(AUTH="token")
    assert replace(second.api, token=client.token).get("/storage/get_counter").status == 200


def test_an_open_service_takes_requests_with_any_header(stack: Stack) -> None:
    assert replace(stack.api, token="x").get("/storage/get_counter").status == 200
    assert stack.api.get("/storage/get_counter?mine=true").status == 200


def test_an_open_service_listens_to_this_machine_alone() -> None:
    assert "set AUTH=token" in run_in_vain(HOST="0.0.0.0")
    assert "no API Gateway" in run_in_vain(AUTH="iam")
    assert "AUTH must be token, iam or open" in run_in_vain(AUTH="none")


def test_the_address_to_listen_on_can_be_chosen(start: Callable[..., Stack]) -> None:
    elsewhere = start(HOST="127.0.0.2")
    assert f"Ready: http://127.0.0.2:{elsewhere.port}\n" in elsewhere.log.read_text()
    assert Api(f"http://127.0.0.2:{elsewhere.port}").get("/storage/get_counter").status == 200
