"""HTTP over adapters in memory: the successful replies of every route."""

import json
from collections.abc import Iterator
from urllib.parse import quote, urljoin

import pytest

from chalicelib.engine.options import Options
from chalicelib.jobs.job import Job, Ledger, Result, Status
from chalicelib.web.responses import MAX_REPLY_BYTES
from tests.findings import DIALECT
from tests.harness import World
from tests.site import ROWS, Site, problem_of, serving


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(World()) as site:
        yield site


def test_the_first_endpoint_takes_a_file_and_gives_an_id(site: Site) -> None:
    reply = site.get("/csv_name=x.csv")
    assert reply.status_code == 200
    (job,) = site.world.jobs.records.values()
    assert reply.body == json.dumps({"Task started, your id": job.id}).encode()
    assert job.file_name == "x.csv"


def test_the_second_endpoint_counts_jobs_in_progress(site: Site) -> None:
    assert site.get("/storage/get_counter").body == b'{"ongoing_tasks": 0}'
    site.submitted()
    assert site.get("/storage/get_counter").body == b'{"ongoing_tasks": 1}'
    site.world.run()
    assert site.get("/storage/get_counter").body == b'{"ongoing_tasks": 0}'


def test_the_third_endpoint_gives_the_sums_alone(site: Site) -> None:
    job = site.finished(b"id,price\n1,0.1\n2,0.2\n", step=1)
    reply = site.get(f"/storage/get_json/{job.id}")
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "application/json")
    assert reply.body == b'{"id": 3, "price": 0.3}'


def test_a_posted_job_is_accepted_and_returned(site: Site) -> None:
    reply = site.post({"csv": "x.csv", "step": 3, "header": False})
    assert reply.status_code == 202
    (job,) = site.world.jobs.records.values()
    assert reply.json_body == {
        "id": job.id,
        "csv": "x.csv",
        "bytes": 13,
        "options": Options.of({"step": 3, "header": False}).as_dict(),
        "status": "queued",
        "progress": {"parts_done": 0, "parts": 1, "bytes": 0},
        "submitted_at": "2026-11-24T12:00:00.000Z",
        "started_at": None,
        "finished_at": None,
    }


@pytest.mark.parametrize("fresh", [True, "true", "1"])
def test_the_same_file_is_answered_at_once_unless_the_request_wants_it_fresh(
    site: Site, fresh: object
) -> None:
    first = site.finished()
    again = site.post({"csv": "x.csv", "fresh": None}).json_body
    assert (again["status"], again["cached_from"]) == ("succeeded", first.id)
    assert again["result"] == site.get(f"/storage/get_json/{again['id']}").json_body == {"id": 3}
    assert site.get(f"/jobs/{again['id']}").json_body == again
    assert again["ledger"]["seconds"] == 0
    anew = site.post({"csv": "x.csv", "fresh": fresh}).json_body
    assert (anew["status"], "cached_from" in anew) == ("queued", False)
    assert "fresh" not in anew["options"]


def test_the_first_endpoint_is_answered_at_once_as_well(site: Site) -> None:
    first = site.finished()
    for query, cached in (("", first.id), ("?fresh=false", first.id), ("?fresh=true", None)):
        reply = site.get(f"/csv_name=x.csv{query}")
        job = site.world.jobs.get(reply.json_body["Task started, your id"])
        assert job.cached_from == cached


@pytest.mark.parametrize("fresh", ["yes", 2, "", [], {}])
def test_fresh_is_true_or_false(site: Site, fresh: object) -> None:
    reply = site.post({"csv": "x.csv", "fresh": fresh})
    assert "fresh must be true or false" in problem_of(reply, 400)["detail"]
    assert site.world.jobs.records == {}


def test_head_and_a_preview_take_fresh_and_submit_nothing(site: Site) -> None:
    assert site.send("HEAD", "/csv_name=x.csv?fresh=true").status_code == 200
    assert site.post({"csv": "x.csv", "fresh": True}, "/preview").status_code == 200
    assert site.world.jobs.records == {}


def test_long_results_of_an_answer_are_left_out_of_the_reply_to_its_submission(site: Site) -> None:
    names = ",".join(f"a rather long name {index}" for index in range(2000))
    data = f"{names}\n{','.join(['1'] * 2000)}\n".encode()
    site.finished(data, step=1)
    single = site.post({"csv": "x.csv", "step": 1})
    many = site.post([{"csv": "x.csv", "step": 1}] * 100)
    assert len(json.dumps(many.body.decode())) <= MAX_REPLY_BYTES
    for job in (single.json_body, many.json_body[99]["job"]):
        assert (job["status"], "result" in job) == ("succeeded", False)
        assert len(site.get(f"/jobs/{job['id']}").json_body["result"]) == 2000


@pytest.mark.parametrize("path", ["/jobs", "/jobs/"])
@pytest.mark.parametrize(
    "prefix", ["http://127.0.0.1:8000", "https://abc.execute-api.us-east-1.amazonaws.com/api"]
)
def test_the_location_of_a_posted_job_leads_to_it_behind_any_prefix(
    site: Site, prefix: str, path: str
) -> None:
    reply = site.post({"csv": "x.csv"}, path)
    url = urljoin(prefix + path, reply.headers["Location"])
    assert url == f"{prefix}/jobs/{reply.json_body['id']}"


def test_a_job_that_succeeded_is_returned_with_all_its_members(site: Site) -> None:
    job = site.finished(b"id,b\n1,x\nNA,x\nno,x\n", non_numeric="skip")
    reply = site.get(f"/jobs/{job.id}")
    assert reply.status_code == 200
    members = reply.json_body
    assert list(members)[-8:] == [
        "dialect",
        "summed",
        "result",
        "exact",
        "cells",
        "left_out",
        "warnings",
        "ledger",
    ]
    assert members["dialect"]["delimiter"]["found"] == ","
    assert (members["left_out"], members["warnings"]) == ([], [])
    assert (members["status"], members["result"]) == ("succeeded", {"id": 1})
    assert members["exact"] == {"id": "1"}
    assert members["cells"] == {"id": {"values": 1, "missing": 1, "skipped": 1}}
    assert members["progress"] == {"parts_done": 1, "parts": 1, "bytes": 19}
    assert members["ledger"] == {
        "rows": 3,
        "bytes": 19,
        "parts": 1,
        "etag": job.version.etag,
        "seconds": 0.0,
        "kernel": site.world.adapters.kernel.name,
    }


def test_a_job_that_failed_is_returned_with_its_error_and_place(site: Site) -> None:
    job = site.finished(b"id,b\n1,x\noops,x\n")
    reply = site.get(f"/jobs/{job.id}")
    assert (reply.status_code, reply.json_body["status"]) == (200, "failed")
    error = reply.json_body["error"]
    assert error.pop("detail").startswith("Line 3, column 1 ('id'): 'oops' is not a number.")
    skip = error.pop("suggestions")[0]
    assert (skip["code"], skip["options"]) == ("text", {"non_numeric": "skip"})
    assert error.pop("excerpt")["lines"] == [
        {"line": 2, "text": "1,x"},
        {"line": 3, "text": "oops,x"},
    ]
    assert error == {"code": "not_a_number", "line": 3, "column": "id", "byte_offset": 9}


@pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING])
def test_the_sums_of_a_job_in_progress_are_a_202_with_the_job(site: Site, status: Status) -> None:
    job = site.submitted()
    if status is Status.RUNNING:
        site.world.jobs.start(job.id, site.world.clock())
    reply = site.get(f"/storage/get_json/{job.id}")
    assert (reply.status_code, reply.headers["Retry-After"]) == (202, "1")
    assert (reply.json_body["id"], reply.json_body["status"]) == (job.id, status.value)


def test_only_a_job_in_progress_asks_its_client_to_come_back(site: Site) -> None:
    job = site.submitted()
    assert site.get(f"/jobs/{job.id}").headers["Retry-After"] == "1"
    site.world.run()
    assert "Retry-After" not in site.get(f"/jobs/{job.id}").headers


@pytest.mark.parametrize(
    "path",
    [
        "/csv_name=x.csv",
        "/csv_name=missing.csv",
        "/csv_name=",
        "/storage/get_counter",
        "/storage/get_json/x",
        "/jobs/x",
        "/favicon.ico",
    ],
)
def test_no_reply_is_cached_or_guessed_at(site: Site, path: str) -> None:
    headers = site.get(path).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "name",
    ["with space.csv", "plus+and&=?#.csv", "день/文件.csv", "sub/x.csv", "per%cent.csv", "😀.csv"],
)
def test_files_of_any_name_are_found_in_both_ways(site: Site, name: str) -> None:
    site.world.source.files[name] = ROWS
    assert site.get(f"/csv_name={quote(name, safe='')}").status_code == 200
    assert site.post({"csv": name}).json_body["csv"] == name
    assert {job.file_name for job in site.world.jobs.records.values()} == {name}


def test_a_query_and_a_body_give_the_same_options(site: Site) -> None:
    given = {"step": 5, "first": 1, "delimiter": ";", "header": False, "non_numeric": "skip"}
    query = "step=5&first=1&delimiter=%3B&header=false&non_numeric=skip"
    assert site.get(f"/csv_name=x.csv?{query}").status_code == 200
    assert site.post({"csv": "x.csv", **given}).status_code == 202
    options = Options.of(given)
    assert [job.options for job in site.world.jobs.records.values()] == [options, options]


def test_of_a_repeated_option_the_last_counts(site: Site) -> None:
    assert site.get("/csv_name=x.csv?step=2&step=7").status_code == 200
    (job,) = site.world.jobs.records.values()
    assert job.options.step == 7


def store_large(site: Site, name: str) -> Job:
    """Return a succeeded job with one column of this name."""
    job = site.submitted()
    site.world.jobs.start(job.id, site.world.clock())
    result = Result((name,), ("5",), (True,), (1,), (0,), (0,))
    return site.world.jobs.succeed(
        job.id, result, Ledger(1, 1, 1, 1, "x"), DIALECT, site.world.clock()
    )


def test_sums_too_large_for_a_reply_are_a_303_with_a_link_to_them(site: Site) -> None:
    job = store_large(site, "n" * MAX_REPLY_BYTES)
    reply = site.get(f"/storage/get_json/{job.id}")
    assert (reply.status_code, reply.headers["Location"]) == (303, f"memory:{job.id}/sums.json")
    assert reply.json_body == {"id": job.id, "status": "succeeded"}
    published = site.world.adapters.replies.published[f"{job.id}/sums.json"]
    assert json.loads(published) == {"n" * MAX_REPLY_BYTES: 5}


def test_a_job_too_large_for_a_reply_is_a_303_with_a_link_to_it(site: Site) -> None:
    job = store_large(site, "n" * (MAX_REPLY_BYTES // 3))
    reply = site.get(f"/jobs/{job.id}")
    assert (reply.status_code, reply.headers["Location"]) == (303, f"memory:{job.id}/job.json")
    published = json.loads(site.world.adapters.replies.published[f"{job.id}/job.json"])
    assert (published["id"], published["status"]) == (job.id, "succeeded")
    assert list(published["exact"].values()) == ["5"]


def test_a_job_is_cancelled_and_returned(site: Site) -> None:
    job = site.submitted()
    for _ in range(2):
        reply = site.http.delete(f"/jobs/{job.id}")
        assert (reply.status_code, reply.json_body["status"]) == (202, "cancelled")
    assert site.get("/storage/get_counter").json_body == {"ongoing_tasks": 0}
    refused = site.get(f"/storage/get_json/{job.id}")
    assert problem_of(refused, 422)["code"] == "cancelled"


def test_a_job_that_has_succeeded_is_not_cancelled(site: Site) -> None:
    job = site.finished()
    refused = problem_of(site.http.delete(f"/jobs/{job.id}"), 409)
    assert (refused["code"], "succeeded" in refused["detail"]) == ("already_ended", True)


@pytest.mark.parametrize(("extra", "status"), [(0, 200), (1, 303)])
def test_a_reply_may_have_as_many_bytes_as_a_lambda_returns(
    site: Site, extra: int, status: int
) -> None:
    # In a Lambda's reply the body {"n...": 5} is a JSON string, in which each quote has two bytes.
    around = len(json.dumps('{"": 5}'))
    job = store_large(site, "n" * (MAX_REPLY_BYTES - around + extra))
    assert site.get(f"/storage/get_json/{job.id}").status_code == status
