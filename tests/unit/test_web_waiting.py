"""Waiting for a job, tags of replies, lists of submissions, and idempotency keys, over HTTP."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.harness import START, World
from tests.site import Site, problem_of, serving


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(World()) as site:
        yield site


def get(site: Site, path: str, **headers: str) -> Any:
    return site.http.get(path, headers={name.replace("_", "-"): v for name, v in headers.items()})


def post(site: Site, body: object, key: str = "") -> Any:
    headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
    return site.http.post("/jobs", headers=headers, body=json.dumps(body).encode())


@pytest.mark.parametrize("path", ["/jobs/{}?wait=20", "/storage/get_json/{}?wait=20"])
def test_a_request_that_waits_is_answered_when_the_job_ends(site: Site, path: str) -> None:
    job = site.submitted()
    reply = get(site, path.format(job.id))
    assert reply.status_code == 200
    assert reply.json_body.get("result", reply.json_body) == {"id": 3}
    assert site.world.clock.now - START < timedelta(seconds=1)


def test_a_wait_ends_when_its_time_is_over(site: Site) -> None:
    job = site.submitted()
    site.world.queue.sent.clear()
    reply = get(site, f"/jobs/{job.id}?wait=7")
    assert (reply.status_code, reply.json_body["status"]) == (200, "queued")
    assert timedelta(seconds=7) <= site.world.clock.now - START < timedelta(seconds=7.1)
    assert get(site, f"/storage/get_json/{job.id}?wait=1").status_code == 202


@pytest.mark.parametrize("query", ["wait=-1", "counts=true&wait=-1"])
def test_a_list_refuses_a_wrong_wait_also_where_it_would_not_wait(site: Site, query: str) -> None:
    assert "wait must be" in problem_of(get(site, f"/jobs?{query}"), 400)["detail"]


@pytest.mark.parametrize("wait", ["26", "-1", "1.5", "x", "", "999999999"])
def test_only_some_seconds_can_be_waited_for(site: Site, wait: str) -> None:
    job = site.finished()
    detail = problem_of(get(site, f"/jobs/{job.id}?wait={wait}"), 400)["detail"]
    must = "wait must be a whole number of seconds from 0 to 25"
    assert detail == f"{must}, not {wait!r}."


@pytest.mark.parametrize("path", ["/jobs/{}", "/storage/get_json/{}"])
def test_a_reply_that_the_client_knows_is_not_sent_again(site: Site, path: str) -> None:
    job = site.finished()
    tag = get(site, path.format(job.id)).headers["ETag"]
    for known in (tag, f'"other", W/{tag}', "*"):
        reply = get(site, path.format(job.id), If_None_Match=known)
        assert (reply.status_code, reply.body, reply.headers["ETag"]) == (304, b"", tag)
    assert get(site, path.format(job.id), If_None_Match='"other"').status_code == 200


def test_a_request_that_knows_the_job_waits_for_news_of_it(site: Site) -> None:
    job = site.submitted()
    tag = get(site, f"/jobs/{job.id}").headers["ETag"]
    site.world.queue.sent.clear()
    assert get(site, f"/jobs/{job.id}?wait=3", If_None_Match=tag).status_code == 304
    site.world.jobs.start(job.id, site.world.clock())
    before = site.world.clock.now
    reply = get(site, f"/jobs/{job.id}?wait=3", If_None_Match=tag)
    assert (reply.status_code, reply.json_body["status"]) == (200, "running")
    assert site.world.clock.now == before


def test_a_request_that_knows_the_list_of_jobs_waits_for_news_of_it(site: Site) -> None:
    tag = get(site, "/jobs").headers["ETag"]
    begun = site.world.clock.now
    assert get(site, "/jobs?wait=3", If_None_Match=tag).status_code == 304
    assert timedelta(seconds=3) <= site.world.clock.now - begun < timedelta(seconds=3.1)
    job = site.submitted()
    before = site.world.clock.now
    reply = get(site, "/jobs?wait=3", If_None_Match=tag)
    assert [each["id"] for each in reply.json_body["jobs"]] == [job.id]
    assert site.world.clock.now == before


def test_a_request_that_knows_no_list_does_not_wait(site: Site) -> None:
    before = site.world.clock.now
    assert get(site, "/jobs?wait=3").status_code == 200
    assert site.world.clock.now == before


def test_a_list_is_answered_one_by_one(site: Site) -> None:
    given = [{"csv": "x.csv"}, {"csv": "none.csv"}, {"csv": "x.csv", "step": 0}, "x.csv"]
    reply = post(site, given)
    assert reply.status_code == 200
    assert [answer["status"] for answer in reply.json_body] == [202, 404, 400, 400]
    codes = [answer.get("error", {}).get("code") for answer in reply.json_body]
    assert codes == [None, "file_missing", "bad_request", "bad_request"]
    assert list(site.world.jobs.records) == [reply.json_body[0]["job"]["id"]]


@pytest.mark.parametrize(("count", "status"), [(0, 400), (1, 200), (100, 200), (101, 400)])
def test_a_list_has_one_to_a_hundred_submissions(site: Site, count: int, status: int) -> None:
    assert post(site, [{"csv": "x.csv"}] * count).status_code == status
    assert len(site.world.jobs.records) == (count if status == 200 else 0)


@pytest.mark.parametrize("quoted", ["{}", '"{}"'])
def test_a_repeated_request_gives_the_same_job(site: Site, quoted: str) -> None:
    first = post(site, {"csv": "x.csv"}, quoted.format("k1"))
    again = post(site, {"csv": "x.csv"}, "k1")
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json_body == again.json_body
    other = problem_of(post(site, {"csv": "x.csv", "step": 2}, "k1"), 422)
    assert other["code"] == "idempotency_key_reused"


def test_the_first_endpoint_takes_a_key_as_well(site: Site) -> None:
    replies = [get(site, "/csv_name=x.csv", Idempotency_Key="k1").body for _ in range(2)]
    assert replies[0] == replies[1]


def test_a_repeated_list_gives_the_same_jobs(site: Site) -> None:
    given = [{"csv": "x.csv"}, {"csv": "x.csv"}]
    replies = [post(site, given, "k1").json_body for _ in range(2)]
    assert replies[0] == replies[1]
    assert len(site.world.jobs.records) == 2


@pytest.mark.parametrize("key", ["k" * 256, "schlüssel", "a\tb", '""', '"'])
def test_a_key_that_is_empty_too_long_or_no_ascii_is_refused(site: Site, key: str) -> None:
    for body in ({"csv": "x.csv"}, [{"csv": "x.csv"}], [5]):
        assert "Idempotency-Key" in problem_of(post(site, body, key), 400)["detail"]


def test_a_check_of_a_file_refuses_a_wrong_key_as_a_submission_would(site: Site) -> None:
    reply = site.send("HEAD", "/csv_name=x.csv", {"Idempotency-Key": "k" * 256})
    assert reply.status_code == 400
