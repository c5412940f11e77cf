"""`make run` itself: how it starts, what it survives, how it stops."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from tests.functional.stack import ROOT, Stack, callers_environment, command_line, free_port


@pytest.fixture
def own_stack(tmp_path: Path) -> Iterator[Stack]:
    (tmp_path / "data").mkdir()
    running = Stack(tmp_path / "data", tmp_path / "log.txt", VISIBILITY_SECONDS="2")
    yield running
    if running.process.poll() is None:
        running.stop()


def signal_the_supervisor(stack: Stack, number: int) -> None:
    """As a person does: Ctrl-C reaches make and what it runs, SIGTERM make alone; SIGKILL is the worst of accidents."""
    if number == signal.SIGINT:
        os.killpg(stack.process.pid, number)
    elif number == signal.SIGTERM:
        stack.process.send_signal(number)
    else:
        (supervisor,) = [
            pid for pid in stack.processes() if command_line(pid).endswith("-m local ")
        ]
        os.kill(supervisor, number)
    stack.process.wait(30)


def rows(count: int) -> bytes:
    return b"a,b\n" + b"0.1,2\n" * count


def test_a_job_whose_worker_is_killed_ends_right_and_the_worker_is_replaced(
    own_stack: Stack,
) -> None:
    # Numbers too large for the native kernel, which Python adds one by one: so that there is time to kill somebody.
    own_stack.put("slow.csv", b"a,b\n" + b"1e30,2\n" * 600_000)
    ids = [own_stack.api.submit("slow.csv") for _ in range(3)]
    for _ in range(2):
        wait_for_status(own_stack, ids, "running")
        workers = own_stack.processes("local.worker")
        assert len(workers) == 2
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        wait_for_workers(own_stack, 2, other_than=workers)
    for job_id in ids:
        job = own_stack.api.ended(job_id, 90)
        assert (job["status"], job["exact"], job["ledger"]["rows"]) == (
            "succeeded",
            {"a": "6" + "0" * 35},
            600_000,
        )
    assert own_stack.api.ongoing() == 0


def wait_for_status(stack: Stack, ids: list[str], status: str) -> None:
    deadline = time.monotonic() + 30
    while not any(stack.api.get(f"/jobs/{job_id}").json["status"] == status for job_id in ids):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def wait_for_workers(stack: Stack, count: int, other_than: list[int]) -> None:
    deadline = time.monotonic() + 30
    while len(set(stack.processes("local.worker")) - set(other_than)) < count:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_whatever_stops_it_leaves_no_process(own_stack: Stack, number: int) -> None:
    pids = {pid: command_line(pid) for pid in own_stack.processes()}
    assert len(pids) >= 4, "the API, two workers, the scheduler"
    signal_the_supervisor(own_stack, number)
    deadline = time.monotonic() + 10
    while alive := {pid: command for pid, command in pids.items() if command_line(pid) == command}:
        assert time.monotonic() < deadline, alive
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("setting", "word"),
    [
        ("DATA=/nonexistent", "/nonexistent"),
        ("PORT=http", "PORT"),
        ("WORKERS=0", "WORKERS"),
        ("CSV_SOURCE=ftp://x", "CSV_SOURCE"),
    ]
    + [("STALE_SECONDS=soon", "STALE_SECONDS"), ("LOG_LEVEL=loud", "LOG_LEVEL")],
)
def test_a_wrong_setting_is_one_sentence(setting: str, word: str) -> None:
    ended = subprocess.run(
        ["make", "run", f"PORT={free_port()}", setting],
        cwd=ROOT,
        env=callers_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode != 0
    told = [line for line in ended.stderr.splitlines() if not line.startswith("make: ***")]
    assert len(told) == 1
    assert word in told[0]


def test_a_busy_port_is_one_sentence(stack: Stack) -> None:
    ended = subprocess.run(
        ["make", "run", f"PORT={stack.port}"],
        cwd=ROOT,
        env=callers_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode != 0
    assert f"{stack.port} cannot be used" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_it_listens_on_the_loopback_alone(own_stack: Stack) -> None:
    listening = [
        line.split()[1]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if line.split()[3] == "0A"
    ]
    assert f"0100007F:{own_stack.port:04X}" in listening
    assert f"00000000:{own_stack.port:04X}" not in listening


def test_a_bucket_is_a_source_as_well(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    running = Stack(tmp_path / "data", tmp_path / "log.txt", CSV_SOURCE="s3://csv-in/daily")
    try:
        s3 = boto3.client(
            "s3",
            endpoint_url=running.aws_endpoint,
            region_name="us-east-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",
        )
        s3.create_bucket(Bucket="csv-in")
        s3.put_object(Bucket="csv-in", Key="daily/sub/a b.csv", Body=rows(1000))
        job = running.api.ended(running.api.submit("sub/a b.csv"))
        assert (job["exact"], job["ledger"]["rows"]) == ({"a": "100"}, 1000)
        assert running.api.get("/csv_name=missing.csv").status == 404
    finally:
        running.stop()
