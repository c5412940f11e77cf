"""The packaged service over HTTP, where it is deployed."""

import gzip
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import pytest

from tests.deployed.deployment import Deployment

SAMPLE = b"id,b,c,d,e,f,g,h,i,j,price,l\n1,,,,,,,,,,10.50,x\n2,,,,,,,,,,0.25,y\n"


def test_the_three_endpoints_of_the_old_service_answer_as_ever(
    deployment: Deployment, unique: Callable[[str], str]
) -> None:
    job_id = deployment.api.submit(deployment.put(unique("old") + ".csv", SAMPLE))
    assert deployment.api.ended(job_id)["status"] == "succeeded"
    sums = deployment.api.get(f"/storage/get_json/{job_id}")
    assert (sums.status, sums.json) == (200, {"id": 3, "price": 10.75})
    assert deployment.api.get("/storage/get_counter").json == {"ongoing_tasks": 0}


def test_a_job_may_be_posted_with_options(
    deployment: Deployment, unique: Callable[[str], str]
) -> None:
    name = deployment.put(f"{unique('sub')}/день.csv", b"a;b\n1;2\n3;oops\n")
    body = json.dumps({"csv": name, "step": 1, "delimiter": ";", "non_numeric": "skip"}).encode()
    reply = deployment.api.post("/jobs", body)
    assert reply.status == 202
    job = deployment.api.ended(reply.json["id"])
    assert (job["result"], job["cells"]["b"]["skipped"]) == ({"a": 4, "b": 2}, 1)


def test_a_compressed_file_is_summed(deployment: Deployment, unique: Callable[[str], str]) -> None:
    job = deployment.api.ended(
        deployment.api.submit(deployment.put(unique("packed") + ".csv.gz", gzip.compress(SAMPLE)))
    )
    assert job["exact"] == {"id": "3", "price": "10.75"}


def test_a_file_that_is_cut_has_the_sums_of_one_read(
    deployment: Deployment, unique: Callable[[str], str]
) -> None:
    row = b'0.1,"a quoted\nnewline"\n'
    rows = 3 * deployment.settings.part_bytes // len(row)
    job = deployment.api.ended(
        deployment.api.submit(deployment.put(unique("cut") + ".csv", b"a,b\n" + row * rows)), 120
    )
    assert (job["status"], Fraction(job["exact"]["a"]), job["ledger"]["rows"]) == (
        "succeeded",
        Fraction(rows, 10),
        rows,
    )
    assert job["progress"]["parts"] == job["progress"]["parts_done"] >= 3


def test_many_columns_have_their_sums_in_the_results_bucket(
    deployment: Deployment, unique: Callable[[str], str]
) -> None:
    header = ",".join(f"a rather long name {index}" for index in range(20_000)).encode()
    row = ",".join(map(str, range(20_000))).encode()
    job_id = deployment.api.submit(
        deployment.put(unique("wide") + ".csv", b"\n".join([header, row, row, b""]))
    )
    assert deployment.api.ended(job_id)["status"] == "succeeded"
    sums = deployment.api.get(f"/storage/get_json/{job_id}").json
    assert (len(sums), sums["a rather long name 19990"]) == (2000, 2 * 19990)


def test_parts_of_many_columns_are_put_together_from_the_results_bucket(
    deployment: Deployment, unique: Callable[[str], str]
) -> None:
    if deployment.settings.part_bytes > 1_000_000:
        pytest.skip("PART_BYTES is so large that this would be slow")
    row = ",".join(map(str, range(10_000))).encode() + b"\n"
    count = 3 * deployment.settings.part_bytes // len(row)
    name = deployment.put(unique("wide-cut") + ".csv", row.replace(b"0", b"a") + row * count)
    job = deployment.api.ended(deployment.api.submit(name), 120)
    assert (job["status"], job["ledger"]["rows"], job["ledger"]["parts"]) == ("succeeded", count, 3)


def test_a_bad_file_fails_with_the_place(
    deployment: Deployment, unique: Callable[[str], str]
) -> None:
    job_id = deployment.api.submit(deployment.put(unique("bad") + ".csv", b"a,b\n1,2\noops,3\n"))
    deployment.api.ended(job_id)
    reply = deployment.api.get(f"/storage/get_json/{job_id}")
    assert (reply.status, reply.headers["Content-Type"]) == (422, "application/problem+json")
    assert (
        reply.json["code"],
        reply.json["line"],
        reply.json["column"],
        reply.json["byte_offset"],
    ) == ("not_a_number", 3, "a", 8)


def test_what_is_not_there_is_reported(
    deployment: Deployment, unique: Callable[[str], str]
) -> None:
    assert deployment.api.get(f"/csv_name={unique('missing')}.csv").status == 404
    assert deployment.api.get(f"/storage/get_json/{'0' * 32}").status == 404
    assert deployment.api.get("/csv_name=a.csv?step=0").status == 400
    assert deployment.api.get("/favicon.ico").json["code"] == "no_such_page"


def test_the_page_is_served_with_its_files(deployment: Deployment) -> None:
    page = deployment.api.get("/")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    scripts = re.findall(rb'src="(page/[^"]+)"', page.body)
    assert scripts
    for script in scripts:
        file = deployment.api.get(f"/{script.decode()}")
        assert (file.status, file.headers["Content-Type"]) == (
            200,
            "text/javascript; charset=utf-8",
        )


PATHS = ("/storage/get_counter", "/jobs/x", "/csv_name=none.csv", "/openapi.json")


@pytest.mark.parametrize("path", PATHS)
def test_head_replies_as_get_does(deployment: Deployment, path: str) -> None:
    heading, got = deployment.api.send("HEAD", path), deployment.api.get(path)
    assert (heading.status, heading.body) == (got.status, b"")
    assert heading.headers["Content-Type"] == got.headers["Content-Type"]


def test_options_lists_the_methods_of_a_path(deployment: Deployment) -> None:
    reply = deployment.api.send("OPTIONS", "/jobs")
    assert (reply.status, reply.body) == (204, b"")
    assert reply.headers["Allow"] == "GET, HEAD, OPTIONS, POST"


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/csv_name=sub/dir/f.csv"), ("GET", "/a/b/c/d"), ("PUT", "/jobs")],
)
def test_a_path_or_method_that_there_is_not_is_a_problem_document(
    deployment: Deployment, method: str, path: str
) -> None:
    reply = deployment.api.send(method, path)
    assert (reply.status, reply.json["code"]) == (404, "no_such_page")
    assert "write each / as %2F" in reply.json["detail"]


def test_pages_of_the_set_origins_may_call_it(deployment: Deployment) -> None:
    for origin in deployment.settings.cors_origins:
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        preflight = deployment.api.send("OPTIONS", "/jobs", headers=asked)
        assert preflight.headers["Access-Control-Allow-Origin"] == origin
        assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
        reply = deployment.api.send("GET", "/jobs/x", headers={"Origin": origin})
        assert (reply.status, reply.headers["Access-Control-Allow-Origin"]) == (404, origin)
    other = deployment.api.send("GET", "/jobs/x", headers={"Origin": "https://other.example"})
    assert "Access-Control-Allow-Origin" not in other.headers


def test_replies_do_not_say_where_they_come_from(
    deployment: Deployment, unique: Callable[[str], str]
) -> None:
    for path in (f"/csv_name={unique('missing')}.csv", "/jobs/x", "/csv_name=%ff.csv"):
        body = deployment.api.get(path).body.decode()
        assert not any(
            word in body for word in ("arn:", "Traceback", "/var/task", "000000000000", "amazonaws")
        )


def test_thirty_jobs_at_once_all_end_right(
    deployment: Deployment, unique: Callable[[str], str]
) -> None:
    names = [
        deployment.put(f"{unique('many')}.csv", f"a,b\n{number}.5,x\n".encode())
        for number in range(30)
    ]
    with ThreadPoolExecutor(4) as clients:
        ids = list(clients.map(deployment.api.submit, names))
    jobs = [deployment.api.ended(job_id, 120) for job_id in ids]
    assert [job["exact"] for job in jobs] == [{"a": f"{number}.5"} for number in range(30)]
    assert deployment.api.ongoing() == 0
