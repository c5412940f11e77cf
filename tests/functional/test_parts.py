"""Large files through the running service: parts small enough that small files have many."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.eventually import eventually
from tests.functional.stack import Stack

TEXT = '"several lines,\nwith ""quotes"" and, delimiters,\n1,2\n"'


@pytest.fixture(scope="module")
def cutting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    running = Stack(tmp_path_factory.mktemp("cutting"), PART_BYTES="20000", VISIBILITY_SECONDS="2")
    yield running
    running.stop()
    assert "Traceback" not in running.log.read_text(), running.log.read_text()


def progress_beyond(stack: Stack, job_id: str, parts: int) -> dict[str, Any]:
    """Return the job once more than so many of its parts are done."""

    def beyond() -> dict[str, Any] | None:
        job = stack.api.job(job_id)
        return job if job["progress"]["parts_done"] > parts else None

    return eventually(beyond, pause=0.01)


def rows(count: int, text: str = TEXT) -> bytes:
    return b"a,b\n" + f"0.1,{text}\n".encode() * count


def test_a_cut_file_has_the_sums_of_one_read(cutting: Stack, unique: Callable[[str], str]) -> None:
    name = cutting.put(unique("cut") + ".csv", rows(20_000))
    job = cutting.api.ended(cutting.api.submit(name), 120)
    size = (cutting.data / name).stat().st_size
    assert (job["status"], job["exact"], job["ledger"]["rows"]) == (
        "succeeded",
        {"a": "2000"},
        20_000,
    )
    assert job["ledger"]["parts"] == -(-(size - 4) // 20_000)
    assert job["progress"] == {
        "parts_done": job["ledger"]["parts"],
        "parts": job["ledger"]["parts"],
        "bytes": size,
    }


def test_progress_says_how_many_parts_are_done(
    cutting: Stack, unique: Callable[[str], str]
) -> None:
    job_id = cutting.api.submit(cutting.put(unique("grows") + ".csv", rows(300_000)))
    progress_beyond(cutting, job_id, 0)
    with cutting.stopped_workers():
        replies = [cutting.api.get(f"/storage/get_json/{job_id}") for _ in range(2)]
    for reply in replies:
        assert reply.status == 202
        assert 0 < reply.json["progress"]["parts_done"] < reply.json["progress"]["parts"]
    job = cutting.api.ended(job_id, 120)
    assert job["result"] == {"a": 30_000.0}
    assert job["progress"]["parts_done"] == job["progress"]["parts"] == job["ledger"]["parts"]


@pytest.mark.parametrize("bad_row", [2_001, 7_001, 19_999])
def test_the_first_error_in_file_order_is_reported_with_its_line(
    cutting: Stack, unique: Callable[[str], str], bad_row: int
) -> None:
    lines = [f"{number},x" for number in range(20_000)]
    for number in range(bad_row, 20_000):
        lines[number] = "oops,x"
    name = cutting.put(unique("wrong") + ".csv", ("a,b\n" + "\n".join(lines) + "\n").encode())
    error = cutting.api.ended(cutting.api.submit(name))["error"]
    byte = 4 + sum(len(line) + 1 for line in lines[:bad_row])
    assert (error["code"], error["line"], error["byte_offset"], error["column"]) == (
        "not_a_number",
        bad_row + 2,
        byte,
        "a",
    )


def test_an_open_quote_in_the_middle_ends_every_part_and_is_reported(
    cutting: Stack, unique: Callable[[str], str]
) -> None:
    good = b"1,x\n" * 20_000
    name = cutting.put(unique("open") + ".csv", b"a,b\n" + good + b'2,"x\n' + good)
    error = cutting.api.ended(cutting.api.submit(name), 120)["error"]
    assert (error["code"], error["line"], error["byte_offset"]) == (
        "unclosed_quote",
        20_002,
        4 + len(good) + 2,
    )


def test_workers_killed_in_the_middle_of_parts_lose_and_repeat_nothing(
    cutting: Stack, unique: Callable[[str], str]
) -> None:
    job_id = cutting.api.submit(cutting.put(unique("killed") + ".csv", rows(400_000)))
    parts = 0
    for _ in range(3):
        parts = progress_beyond(cutting, job_id, parts)["progress"]["parts_done"]
        for pid in cutting.processes("local.worker"):
            os.kill(pid, signal.SIGKILL)
        assert cutting.api.job(job_id)["status"] == "running"
    job = cutting.api.ended(job_id, 180)
    assert (job["status"], job["exact"], job["ledger"]["rows"]) == (
        "succeeded",
        {"a": "40000"},
        400_000,
    )
    assert cutting.api.ongoing() == 0


def test_small_jobs_do_not_wait_for_one_of_two_thousand_parts(
    cutting: Stack, unique: Callable[[str], str]
) -> None:
    small = [cutting.put(f"{unique('small')}.csv", b"a,b\n1,2\n3,4\n") for _ in range(100)]
    huge = rows(700_000, "x" * 60)
    parts = -(-(len(huge) - 4) // 20_000)
    large_id = cutting.api.submit(cutting.put(unique("huge") + ".csv", huge))
    progress_beyond(cutting, large_id, 0)
    with cutting.stopped_workers():
        ids = [cutting.api.submit(name) for name in small]
    assert all(cutting.api.ended(job_id, 120)["result"] == {"a": 4} for job_id in ids)
    still = cutting.api.job(large_id)
    assert (still["status"], still["progress"]["parts"]) == ("running", parts)
    job = cutting.api.ended(large_id, 400)
    assert (job["exact"], job["ledger"]["rows"], job["ledger"]["parts"]) == (
        {"a": "70000"},
        700_000,
        parts,
    )


def test_a_million_columns_have_a_hundred_thousand_sums_by_a_link(
    stack: Stack, unique: Callable[[str], str]
) -> None:
    header = ",".join(f"a name that is long {index}" for index in range(1_000_000))
    row = ",".join(str(index) for index in range(1_000_000))
    name = stack.put(unique("wide") + ".csv", f"{header}\n{row}\n{row}\n".encode())
    job_id = stack.api.submit(name)
    eventually(lambda: stack.api.get(f"/storage/get_json/{job_id}").status != 202, 120)
    # urllib follows the 303 to the results bucket
    sums = stack.api.get(f"/storage/get_json/{job_id}")
    assert sums.status == 200
    assert len(sums.json) == 100_000
    assert sums.json["a name that is long 999990"] == 2 * 999_990
    job = stack.api.get(f"/jobs/{job_id}")
    assert len(job.body) > 6_000_000
    assert json.loads(job.body)["exact"]["a name that is long 10"] == "20"


@pytest.mark.parametrize(
    ("length", "code"), [(64 * 1024 * 1024, None), (64 * 1024 * 1024 + 1, "row_too_long")]
)
def test_a_row_of_64_mib_is_read_and_a_longer_one_is_not(
    stack: Stack, unique: Callable[[str], str], length: int, code: str | None
) -> None:
    name = stack.put(
        unique("row") + ".csv", b"a,b\n" + b"1,2\n" + b"3," + b"x" * (length - 3) + b"\n4,5\n"
    )
    job = stack.api.ended(stack.api.submit(name), 120)
    if code:
        assert (job["error"]["code"], job["error"]["line"]) == (code, 3)
    else:
        assert job["result"] == {"a": 8}
