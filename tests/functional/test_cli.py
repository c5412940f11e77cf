"""The commands that talk to the service, against one that runs."""

import json
import re
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from cli.failures import Exit
from tests.cli.running import Ended, Run, on_terminal
from tests.cli.scripted_server import Answer, Asked, ScriptedServer
from tests.eventually import eventually
from tests.functional.conftest import SALES
from tests.functional.stack import Stack

BROKEN = b"id,amount\n1,2\n2,oops\n3,4\n4,5\n"


def submitted(csvsum: Run, name: str, *options: str) -> str:
    ended = csvsum("submit", name, *options)
    assert ended.code == Exit.DONE, ended.err
    return ended.out.strip()


def test_run_prints_the_sums_of_a_file_in_the_source(csvsum: Run, sales: str) -> None:
    ended = csvsum("run", sales, "--columns", "price,tax")
    assert (ended.code, ended.out) == (Exit.DONE, "price\t1234569.09\ntax\t-2.5\n")
    assert f"{sales}: comma, UTF-8, header; 2 summed\n" in ended.err
    assert re.search(r"^2 rows, 1 part.*/#/jobs/[0-9a-f]{32}$", ended.err, re.M)


def test_run_writes_what_sum_writes_as_json_and_as_csv(csvsum: Run, sales: str, home: Path) -> None:
    in_json = json.loads(csvsum("run", sales, "--step", "1", "--json").out)
    in_csv = csvsum("run", sales, "--step", "1", "--csv").out
    (home / sales).write_bytes(SALES)
    here = json.loads(csvsum("sum", sales, "--step", "1", "--json").out)
    assert re.fullmatch("[0-9a-f]{32}", in_json.pop("job"))
    assert in_json == here
    assert in_csv == csvsum("sum", sales, "--step", "1", "--csv").out


def test_a_file_that_cannot_be_summed_is_shown_with_its_line_and_what_to_type(
    csvsum: Run, stack: Stack, unique: Callable[[str], str]
) -> None:
    name = stack.put(unique("broken") + ".csv", BROKEN)
    ended = csvsum("run", name, "--step", "1")
    assert (ended.code, ended.out) == (Exit.FILE, "")
    assert f"csvsum: {name}, line 3, column 2 ('amount'): 'oops' is not a number" in ended.err
    assert "    3 | 2,oops\n      |   ^^^^\n" in ended.err
    assert f"csvsum run {name} --step 1 --non-numeric skip" in ended.err
    as_json = csvsum("run", name, "--step", "1", "--json")
    assert json.loads(as_json.out)["error"]["code"] == "not_a_number"


def test_on_a_terminal_numbers_are_grouped_and_their_points_aligned(
    csvsum: Run, sales: str
) -> None:
    shown = on_terminal("run", sales, "--step", "1", NO_COLOR="1")
    assert "  price  1,234,569.09\n  tax           -2.5\n" in shown
    assert "\x1b[3" not in shown


def test_a_job_is_submitted_waited_for_and_shown(csvsum: Run, sales: str) -> None:
    job_id = submitted(csvsum, sales, "--step", "1")
    waited = csvsum("wait", job_id)
    assert (waited.code, waited.out) == (Exit.DONE, "price\t1234569.09\ntax\t-2.5\n")
    assert csvsum("result", job_id).out == waited.out
    status = dict(line.split("\t") for line in csvsum("status", job_id).out.splitlines())
    assert (status["Job"], status["File"], status["Status"]) == (job_id, sales, "succeeded")
    assert status["Options"] == "--step 1"
    assert status["Page"].endswith(f"/#/jobs/{job_id}")
    assert json.loads(csvsum("status", job_id, "--json").out)["ledger"]["rows"] == 2


def test_the_sums_of_an_earlier_job_are_said_to_be_that_unless_they_are_to_be_fresh(
    csvsum: Run, sales: str
) -> None:
    def reused() -> Ended | None:  # a result can be used some moments after its job
        ended = csvsum("run", sales, "--step", "1")
        return ended if "The sums are those of job " in ended.err else None

    again = eventually(reused)
    assert "; --fresh sums the file once more.\n" in again.err
    fresh = csvsum("run", sales, "--step", "1", "--fresh")
    assert fresh.out == again.out == "price\t1234569.09\ntax\t-2.5\n"
    assert "The sums are those" not in fresh.err


def test_several_files_are_several_jobs(csvsum: Run, sales: str) -> None:
    ended = csvsum("submit", sales, sales)
    assert len(set(ended.out.split())) == 2
    assert ended.err.count("/#/jobs/") == 2


def test_the_start_of_an_id_and_the_url_of_a_page_name_a_job(csvsum: Run, sales: str) -> None:
    job_id = submitted(csvsum, sales)
    csvsum("wait", job_id)
    for name in (job_id[:12], job_id.upper(), f"http://x/#/jobs/{job_id}"):
        assert json.loads(csvsum("status", name, "--json").out)["id"] == job_id


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        ("abc", Exit.USAGE, "too short"),
        ("f" * 31, Exit.MISSING, "no job begins with"),
        ("0" * 32, Exit.MISSING, "there is no job 000"),
        ("nonsense", Exit.MISSING, "not the id of a job"),
    ],
)
def test_a_job_that_is_not_there_is_a_sentence_and_advice(
    csvsum: Run, given: str, code: Exit, words: str
) -> None:
    ended = csvsum("status", given)
    assert (ended.code, ended.out) == (code, "")
    assert words in ended.err
    assert len(ended.err.splitlines()) >= 2


def test_a_mistyped_id_finds_the_nearest_job(csvsum: Run, sales: str) -> None:
    job_id = submitted(csvsum, sales)
    mistyped = job_id[:-1] + ("0" if job_id[-1] != "0" else "1")
    assert f"Did you mean {job_id[:8]} ({sales}, " in csvsum("result", mistyped).err
    assert f"The newest job of this file is {job_id[:8]}" in csvsum("result", sales).err


def test_a_job_in_progress_has_no_sums_yet_and_can_be_cancelled(
    csvsum: Run, stack: Stack, sales: str
) -> None:
    with stack.stopped_workers():
        job_id = submitted(csvsum, sales)
        early = csvsum("result", job_id)
        assert early.code == Exit.MISSING
        assert f"csvsum wait {job_id[:8]} waits" in early.err
        assert int(csvsum("count").out) >= 1
        assert json.loads(csvsum("count", "--mine", "--json").out)["ongoing_tasks"] >= 1
        cancelled = csvsum("cancel", job_id)
        assert (cancelled.code, cancelled.out) == (Exit.DONE, "")
        assert "is cancelled" in cancelled.err
    ended = csvsum("wait", job_id)
    assert (ended.code, "was cancelled" in ended.err) == (Exit.MISSING, True)


def test_a_job_that_has_ended_cannot_be_cancelled(csvsum: Run, sales: str) -> None:
    job_id = submitted(csvsum, sales)
    csvsum("wait", job_id)
    assert csvsum("cancel", job_id).code == Exit.REFUSED


def test_jobs_are_listed_and_filtered_page_by_page(
    csvsum: Run, stack: Stack, sales: str, unique: Callable[[str], str]
) -> None:
    ids = [submitted(csvsum, sales) for _ in range(3)]
    for job_id in ids:
        csvsum("wait", job_id)
    first = csvsum("list", "--file", sales, "--limit", "2")
    assert [line.split("\t")[0] for line in first.out.splitlines()] == ["JOB", *ids[:0:-1]]
    (cursor,) = re.findall(r"--cursor (\S+)", first.err)
    rest = csvsum("list", "--file", sales, "--limit", "2", "--cursor", cursor, "--json")
    assert [job["id"] for job in json.loads(rest.out)["jobs"]] == ids[:1]
    broken = stack.put(unique("broken") + ".csv", BROKEN)
    csvsum("run", broken, "--step", "1")
    failed = csvsum("list", "--file", broken, "--status", "failed").out
    assert failed.endswith("line 3, column 2 ('amount'): 'oops' is not a number\n")
    assert csvsum("list", "--file", broken, "--status", "succeeded").out == ""
    assert csvsum("list", "--since", "soon").code == Exit.USAGE


def test_two_jobs_are_compared_digit_for_digit(csvsum: Run, stack: Stack, sales: str) -> None:
    before = submitted(csvsum, sales, "--step", "1")
    same = submitted(csvsum, sales, "--step", "1")
    csvsum("wait", before)
    csvsum("wait", same)
    stack.put(sales, SALES.replace(b"1234567.09", b"1234567.0900000000000000001"))
    after = submitted(csvsum, sales, "--step", "1")
    csvsum("wait", after)
    equal = csvsum("compare", before, same)
    assert (equal.code, equal.err) == (Exit.DONE, "0 of 2 columns differ; 2 rows in both.\n")
    different = csvsum("compare", before, after, "--changed")
    assert different.code == Exit.DIFFERENT
    assert different.out.splitlines()[1:] == [
        "price\t1234569.09\t1234569.0900000000000000001\t+0.0000000000000000001"
    ]
    (column,) = json.loads(csvsum("compare", before, after, "--changed", "--json").out)["columns"]
    assert column["difference"] == "0.0000000000000000001"


def test_a_file_that_is_nowhere_is_not_submitted(csvsum: Run, sales: str) -> None:
    ended = csvsum("run", sales.replace("sales", "slaes"))
    assert (ended.code, ended.out) == (Exit.MISSING, "")
    assert "neither on this machine nor in the service's source" in ended.err
    nowhere = csvsum("run", "../nowhere.csv")
    assert (nowhere.code, "there is no file ../nowhere.csv" in nowhere.err) == (Exit.MISSING, True)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--step", "0"), "--step must be"),
        (("--stpe", "1"), "Did you mean --step?"),
        (("--columns", "a", "--step", "2"), "exclude each other"),
    ],
)
def test_a_wrong_option_is_a_sentence_before_anything_is_sent(
    csvsum: Run, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], words: str
) -> None:
    monkeypatch.setenv("CSVSUM_URL", "http://127.0.0.1:1")
    ended = csvsum("run", "x.csv", *options)
    assert (ended.code, words in ended.err) == (Exit.USAGE, True), ended.err


@pytest.fixture
def lossy(stack: Stack) -> Iterator[ScriptedServer]:
    """A way to the service on which the reply to the first submission is lost."""

    def forward(asked: Asked) -> Answer:
        connection = HTTPConnection("127.0.0.1", stack.port, timeout=60)
        connection.request(asked.method, asked.path, asked.body, dict(asked.headers))
        reply = connection.getresponse()
        answer = Answer(reply.status, reply.read(), dict(reply.headers))
        connection.close()
        return answer

    def lose(asked: Asked) -> Answer:
        assert forward(asked).status == 202
        return Answer(0)

    with ScriptedServer(lose, forward).running() as server:
        yield server


def test_a_submission_whose_reply_is_lost_makes_one_job(
    csvsum: Run, lossy: ScriptedServer, sales: str
) -> None:
    job_id = submitted(csvsum, sales, "--url", lossy.url)
    assert [asked.method for asked in lossy.asked] == ["POST", "POST"]
    listed = json.loads(csvsum("list", "--file", sales, "--json").out)["jobs"]
    assert [job["id"] for job in listed] == [job_id]
