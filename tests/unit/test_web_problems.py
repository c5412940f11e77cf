"""HTTP over adapters in memory: problem documents for all that can go wrong with a request."""

import json
from collections.abc import Iterator

import pytest

from chalicelib.errors import ServiceDown, TryAgain
from chalicelib.jobs.job import FileVersion, Job
from chalicelib.web.requests import MAX_BODY_BYTES
from tests.adapters_in_memory import MemoryJobs, MemorySource
from tests.harness import World
from tests.log_lines import LogLines
from tests.site import Site, problem_of, serving


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(World()) as site:
        yield site


def test_the_sums_of_a_job_that_failed_are_a_422_with_its_place(site: Site) -> None:
    job = site.finished(b"id,b\n1,x\noops,x\n")
    problem = problem_of(site.get(f"/storage/get_json/{job.id}"), 422)
    assert (problem["code"], problem["title"]) == ("not_a_number", "Unprocessable Entity")
    assert (problem["line"], problem["column"], problem["byte_offset"]) == (3, "id", 9)


def test_a_problem_without_a_place_has_no_members_for_it(site: Site) -> None:
    job = site.submitted()
    site.world.source.files.clear()
    site.world.run()
    problem = problem_of(site.get(f"/storage/get_json/{job.id}"), 422)
    assert set(problem) == {"type", "title", "status", "code", "detail"}


@pytest.mark.parametrize(
    "path",
    ["..%2foutside.csv", "..%5coutside.csv", "%2fetc%2fpasswd", "a%00.csv", "a%2f%2fx.csv", ""]
    + ["%ff.csv", "x.csv?step=0", "x.csv?stepp=1", "x.csv?delimiter=ab", "x.csv?header=maybe"]
    + ["x" * 1100],
)
def test_a_bad_name_or_option_is_a_400(site: Site, path: str) -> None:
    assert problem_of(site.get(f"/csv_name={path}"), 400)["code"] == "bad_request"
    assert site.world.jobs.records == {}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"x"', b"null", b"\xff\xfe", b"[" * 50_000]
    + [b'{"csv": 5}', b"{}", b'{"csv": "x.csv", "bogus": 1}', b'{"csv": "x.csv", "step": "x"}'],
)
def test_a_bad_body_is_a_400(site: Site, body: bytes) -> None:
    assert problem_of(site.post(body), 400)["code"] == "bad_request"
    assert site.world.jobs.records == {}


@pytest.mark.parametrize(("extra", "status"), [(0, 202), (1, 400)])
def test_a_body_may_have_64_kib(site: Site, extra: int, status: int) -> None:
    body = b'{"csv": "x.csv"}'
    padded = body + b" " * (MAX_BODY_BYTES - len(body) + extra)
    assert site.post(padded).status_code == status


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", ""])
def test_the_content_type_of_a_body_does_not_matter(site: Site, kind: str) -> None:
    assert site.post({"csv": "x.csv"}, kind=kind).status_code == 202


@pytest.mark.parametrize("name", ["missing.csv", "%252e%252e%252foutside.csv"])
def test_a_missing_file_is_a_404(site: Site, name: str) -> None:
    assert problem_of(site.get(f"/csv_name={name}"), 404)["code"] == "file_missing"


@pytest.mark.parametrize("path", ["/jobs/{}", "/storage/get_json/{}"])
@pytest.mark.parametrize("job_id", ["0" * 32, "x", "0" * 31 + "G", "%00", "..%2f", "a" * 3000])
def test_an_unknown_id_is_a_404(site: Site, path: str, job_id: str) -> None:
    assert problem_of(site.get(path.format(job_id)), 404)["code"] == "unknown_job"


@pytest.mark.parametrize("path", ["/favicon.ico", "/csv_name", "/CSV_NAME=x.csv"])
def test_any_other_page_is_a_404(site: Site, path: str) -> None:
    assert problem_of(site.get(path), 404)["code"] == "no_such_page"


class DownSource(MemorySource):
    def version(self, name: str) -> FileVersion:
        raise TryAgain("The folder did not answer.") from OSError("stale file handle")


class DownJobs(MemoryJobs):
    def get(self, job_id: str) -> Job:
        raise ServiceDown("The table does not answer.") from OSError("reset by peer")


def test_a_source_that_does_not_answer_is_a_503(log_lines: LogLines) -> None:
    with serving(World(source=DownSource())) as site:
        reply = site.get("/csv_name=x.csv")
    assert problem_of(reply, 503)["code"] == "try_again"
    assert reply.headers["Retry-After"] == "1"
    assert (log_lines[-1]["action"], log_lines[-1]["code"]) == ("unavailable", "try_again")


def test_a_table_that_does_not_answer_is_a_503_and_a_line_with_job_and_cause(
    log_lines: LogLines,
) -> None:
    job_id = "0" * 32
    with serving(World(jobs=DownJobs())) as site:
        assert problem_of(site.get(f"/jobs/{job_id}"), 503)["code"] == "unavailable"
    line = log_lines[-1]
    assert (line["level"], line["job"], line["code"]) == ("WARNING", job_id, "unavailable")
    assert line["cause"] == "OSError('reset by peer')"


class BrokenSource(MemorySource):
    def version(self, name: str) -> FileVersion:
        raise RuntimeError("a bug that quotes /home/user and a cell")


def test_a_bug_is_a_500_that_shows_and_logs_nothing_of_its_text(log_lines: LogLines) -> None:
    with serving(World(source=BrokenSource())) as site:
        reply = site.get("/csv_name=x.csv")
    assert problem_of(reply, 500)["code"] == "internal_error"
    assert b"quotes" not in reply.body
    assert log_lines[-1]["error"] == "RuntimeError"
    assert "quotes" not in json.dumps(log_lines)


def test_a_file_that_is_refused_for_a_while_is_a_429_that_says_when_to_come_back(
    site: Site,
) -> None:
    site.world.use_cases.submit.allowance.max_bytes = 1
    assert site.post({"csv": "x.csv"}).status_code == 202
    answer = site.post({"csv": "x.csv"})
    assert problem_of(answer, 429)["code"] == "too_much_in_progress"
    assert answer.headers["Retry-After"] == "60"
