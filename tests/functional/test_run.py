"""`make run` itself: how it starts, what it survives, how it stops."""

import gzip
import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.eventually import eventually
from tests.functional.stack import ROOT, Stack, command_line, run_in_vain


def signal_the_supervisor(stack: Stack, number: int) -> None:
    """Send what a person, a service manager or an accident sends. Ctrl-C reaches make as well."""
    if number == signal.SIGINT:
        os.killpg(stack.process.pid, number)
    elif number == signal.SIGTERM:
        stack.process.send_signal(number)
    else:
        (supervisor,) = [pid for pid in stack.processes() if "-m local " in command_line(pid)]
        os.kill(supervisor, number)
    stack.process.wait(60)


def rows(count: int) -> bytes:
    return b"a,b\n" + b"0.1,2\n" * count


def slow_file() -> tuple[bytes, int]:
    """Return a gzip file that takes a second or so to unpack and sum, and its number of rows."""
    random = Random(1)
    count = 20_000
    texts = (f"0.5,{random.getrandbits(64) if row % 20 == 0 else 2}\n" for row in range(count))
    member = gzip.compress("".join(texts).encode())
    return gzip.compress(b"a,b\n") + member * 5_000, 5_000 * count


def wait_for_other_workers(stack: Stack, dead: list[int]) -> None:
    eventually(lambda: len(set(stack.processes("local.worker")) - set(dead)) == len(dead))


def test_a_job_whose_worker_is_killed_ends_right_and_the_worker_is_replaced(
    start: Callable[..., Stack],
) -> None:
    stack = start(VISIBILITY_SECONDS="2")
    data, count = slow_file()
    job_id = stack.api.submit(stack.put("slow.csv.gz", data))
    for _ in range(2):
        eventually(lambda: stack.api.job(job_id)["status"] == "running")
        workers = stack.processes("local.worker")
        assert len(workers) == 2
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        assert stack.api.job(job_id)["status"] == "running"
        wait_for_other_workers(stack, workers)
    job = stack.api.ended(job_id, 120)
    assert (job["status"], job["ledger"]["rows"]) == ("succeeded", count)
    assert job["result"] == {"a": count / 2}
    assert stack.api.ongoing() == 0


@contextmanager
def hangups(action: signal.Handlers) -> Iterator[None]:
    """Return a context in which processes start with an action for a closed terminal."""
    before = signal.signal(signal.SIGHUP, action)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


STOPS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL]


@pytest.mark.parametrize("number", STOPS)
def test_whatever_stops_it_leaves_no_process_and_no_temporary_file(
    start: Callable[..., Stack], number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    with hangups(signal.SIG_DFL):  # the tests themselves may run under nohup
        stack = start()
    pids = {pid: command_line(pid) for pid in stack.processes()}
    assert len(pids) >= 5, "the embedded AWS, the API, two workers, the scheduler"
    signal_the_supervisor(stack, number)
    eventually(lambda: all(command_line(pid) != command for pid, command in pids.items()))
    assert list(temporary.iterdir()) == []
    assert (stack.state / "run").exists() == (number == signal.SIGKILL)


def test_it_starts_on_the_same_port_right_after_it_was_killed(start: Callable[..., Stack]) -> None:
    killed = start()
    signal_the_supervisor(killed, signal.SIGKILL)
    assert start(PORT=str(killed.port)).port == killed.port


def test_it_goes_on_when_its_terminal_is_closed_if_it_was_started_with_nohup(
    start: Callable[..., Stack],
) -> None:
    with hangups(signal.SIG_IGN):  # as nohup does
        stack = start()
    (supervisor,) = [pid for pid in stack.processes() if "-m local " in command_line(pid)]
    os.kill(supervisor, signal.SIGHUP)
    assert stack.answers()
    assert "Stopping" not in stack.log.read_text()


@pytest.mark.parametrize("name", ["the embedded AWS", "the API", "the scheduler"])
def test_each_process_is_replaced_when_it_dies(start: Callable[..., Stack], name: str) -> None:
    module = {"the embedded AWS": "embedded_aws", "the API": "api", "the scheduler": "scheduler"}
    stack = start()
    stack.put("x.csv", rows(10))
    (pid,) = stack.processes(f"local.{module[name]}")
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: f"{name} ended (-9); restarting it" in stack.log.read_text())
    eventually(lambda: stack.answers() and stack.api.get("/csv_name=x.csv").status == 200)
    assert stack.api.ended(stack.api.submit("x.csv"))["exact"] == {"a": "1"}


WRONG = {
    "DATA": "/nonexistent",
    "PORT": "http",
    "WORKERS": "0",
    "CSV_SOURCE": "ftp://x",
    "STALE_SECONDS": "soon",
    "LOG_LEVEL": "loud",
    "STATE": str(ROOT / "tests"),
    "JOBS_QUEUE": "a b",
    "RESULTS_BUCKET": "X_Y",
    "CORS_ORIGINS": "page.example",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_setting_is_one_sentence(name: str, tmp_path: Path) -> None:
    given = {"STATE": str(tmp_path), name: WRONG[name]}
    assert run_in_vain(**given).startswith(f"csvsum: {name}")


def test_a_misspelled_setting_is_refused_with_the_right_name() -> None:
    assert run_in_vain(WORKRES="4").endswith("did you mean WORKERS?")


def test_a_busy_port_and_a_state_in_use_are_one_sentence(stack: Stack) -> None:
    assert f"{stack.port} cannot be used" in run_in_vain(PORT=str(stack.port))
    assert "another `make run` uses" in run_in_vain(STATE=str(stack.state))


def test_a_line_says_how_each_job_ended(stack: Stack, unique: Callable[[str], str]) -> None:
    good, bad = unique("good") + ".csv", unique("bad") + ".csv"
    stack.put(good, rows(10))
    stack.put(bad, b"a,b\n1,2\nx,3\n")
    done, failed = (stack.api.ended(stack.api.submit(name)) for name in (good, bad))

    def lines(job: dict[str, Any]) -> list[str]:
        return [line for line in stack.log.read_text().splitlines() if job["id"] in line]

    (line,) = eventually(lambda: lines(done))
    assert re.fullmatch(rf"done    {done['id']}  {good}  \d+\.\d\d s", line)
    (line,) = eventually(lambda: lines(failed))
    assert line.startswith(f"FAILED  {failed['id']}  {bad}  ")
    assert line.endswith("s  not_a_number (line 3, byte 8)")


def test_it_listens_on_the_loopback_alone(stack: Stack) -> None:
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    listening = {line.split()[1] for line in lines if line.split()[3] == "0A"}
    assert f"0100007F:{stack.port:04X}" in listening
    assert f"00000000:{stack.port:04X}" not in listening


def test_a_bucket_is_a_source_as_well(start: Callable[..., Stack]) -> None:
    stack = start(CSV_SOURCE="s3://csv-in/daily")
    assert "WARNING: the embedded AWS has no bucket csv-in" in stack.log.read_text()
    s3 = stack.aws("s3")
    s3.create_bucket(Bucket="csv-in")
    s3.put_object(Bucket="csv-in", Key="daily/sub/a b.csv", Body=rows(1000))
    job = stack.api.ended(stack.api.submit("sub/a b.csv"))
    assert (job["exact"], job["ledger"]["rows"]) == ({"a": "100"}, 1000)
    assert stack.api.get("/csv_name=missing.csv").status == 404


def test_pages_of_the_set_origins_may_call_it_and_no_others(
    start: Callable[..., Stack], stack: Stack
) -> None:
    origin = "https://page.example"
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    api = start(CORS_ORIGINS=f"{origin},http://localhost:3000").api
    preflight = api.send("OPTIONS", "/jobs", headers=asked)
    assert preflight.headers["Access-Control-Allow-Origin"] == origin
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    for path in ("/storage/get_counter", "/jobs/x"):
        reply = api.send("GET", path, headers={"Origin": origin})
        assert reply.headers["Access-Control-Allow-Origin"] == origin
    other = api.send("GET", "/jobs/x", headers={"Origin": "https://other.example"})
    assert "Access-Control-Allow-Origin" not in other.headers
    by_default = stack.api.send("OPTIONS", "/jobs", headers=asked)
    assert "Access-Control-Allow-Origin" not in by_default.headers


def test_it_suggests_a_file_that_is_there(start: Callable[..., Stack], tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "50% off&.csv").write_bytes(rows(10))
    stack = start()
    assert "WARNING" not in stack.log.read_text()
    (line,) = [line for line in stack.log.read_text().splitlines() if "/csv_name=" in line]
    reply = stack.api.get(line.strip().removeprefix(f"curl {stack.api.base}"))
    assert stack.api.ended(reply.json["Task started, your id"])["csv"] == "50% off&.csv"
