"""What happens to a job while a command waits for it."""

import json
import os
import signal
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest

from cli.failures import Exit
from tests.cli.running import Run, start
from tests.cli.scripted_server import Answer, Asked, ScriptedServer

JOB_ID = "9f2c41aa" * 4
PROGRESS = {"parts_done": 6, "parts": 15, "bytes": 402_000_000}
SUCCEEDED: dict[str, Any] = {
    "result": {"price": 0.3},
    "exact": {"price": "0.3"},
    "cells": {"price": {"values": 2, "missing": 0, "skipped": 0}},
    "left_out": [],
    "warnings": [],
    "ledger": {"rows": 2, "parts": 15, "seconds": 3.1},
}


def job(status: str, tag: str, **more: object) -> Answer:
    finished_at = "2026-11-26T03:00:00.000Z" if status == "succeeded" else None
    more["finished_at"] = finished_at
    members = {"id": JOB_ID, "csv": "x.csv", "status": status, "progress": PROGRESS, **more}
    return Answer(200, {"options": {}, **members}, {"ETag": f'"{tag}"'})


class Patient:
    """Holds the second request of a job until ``go_on`` is set."""

    def __init__(self, *answers: Answer) -> None:
        self.waits, self.go_on = Event(), Event()
        self.server = ScriptedServer(job("running", "1"), self.hold, *answers)

    def hold(self, asked: Asked) -> Answer:
        self.waits.set()
        self.go_on.wait(30)
        return job("running", "2")


@pytest.fixture
def patient() -> Iterator[Patient]:
    held = Patient(job("succeeded", "3", **SUCCEEDED))
    with held.server.running():
        yield held
        held.go_on.set()


@pytest.mark.parametrize("command", ["wait", "run"])
def test_ctrl_c_says_that_the_job_goes_on_and_how_to_see_or_stop_it(
    patient: Patient, command: str
) -> None:
    if command == "run":
        patient.server.answers.insert(0, job("queued", "0"))
    arguments = ("x.csv", "--source") if command == "run" else (JOB_ID,)
    process = start(command, *arguments, "--url", patient.server.url)
    assert patient.waits.wait(30)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (Exit.INTERRUPTED, b"")
    assert err.decode().splitlines() == [
        "csvsum: interrupted; the job goes on",
        "  csvsum wait 9f2c41aa shows it again.",
        "  csvsum cancel 9f2c41aa stops it.",
    ]


def test_a_command_waits_with_one_request_for_each_change(patient: Patient, run: Run) -> None:
    patient.go_on.set()
    ended = run("wait", JOB_ID, "--url", patient.server.url, "--json")
    assert json.loads(ended.out)["exact"] == {"price": "0.3"}
    assert [asked.headers.get("If-None-Match") for asked in patient.server.asked] == [
        None,
        '"1"',
        '"2"',
    ]


def test_a_service_that_goes_away_does_not_take_the_job_with_it(run: Run) -> None:
    busy = Answer(503, {"detail": "The table did not respond."}, {"Retry-After": "3600"})
    with ScriptedServer(job("running", "1"), busy).running() as server:
        ended = run("wait", JOB_ID, "--url", server.url)
    assert ended.code == Exit.UNREACHABLE
    assert "the table did not respond" in ended.err
    assert "csvsum wait 9f2c41aa shows it again." in ended.err
