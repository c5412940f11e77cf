"""Jobs for the tests of the page: some as the service makes them, some as large as none is here."""

import json
import os
import re
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route

from tests.functional.stack import Api, Stack
from tests.page.browser import Visitor

#: What the page asks of the API about one job.
OF_A_JOB = re.compile(r"/jobs/[0-9a-f]{32}")
MADE_UP = "0123456789abcdef" * 2


def api_of(stack: Stack, visitor: Visitor) -> Api:
    return replace(stack.api, token=visitor.token)


def submitted(api: Api, csv: str, **options: Any) -> str:
    job_id: str = api.post("/jobs", json.dumps({"csv": csv, **options}).encode()).json["id"]
    return job_id


def ended(api: Api, csv: str, **options: Any) -> str:
    """Return the id of a new job that has ended."""
    job_id = submitted(api, csv, **options)
    api.ended(job_id)
    return job_id


def work_until(workers: list[int], is_enough: Callable[[], bool], page: Page) -> None:
    """Let a stopped worker work in small steps until it is enough, for a minute at most."""
    deadline = time.monotonic() + 60
    while not is_enough():
        assert time.monotonic() < deadline, "the worker makes no progress"
        os.kill(workers[0], signal.SIGCONT)
        page.wait_for_timeout(20)
        os.kill(workers[0], signal.SIGSTOP)


def answer(page: Page, pattern: str, reply: object) -> None:
    """Let the page get a reply that is made up."""

    def fulfil(route: Route) -> None:
        route.fulfill(status=200, json=reply, headers={"ETag": '"made-up"'})

    page.route(re.compile(pattern), fulfil)


def made_up(sums: dict[str, str], **members: Any) -> dict[str, Any]:
    """Return a job with these sums, as the API returns one that has succeeded."""
    cells = {"values": 1, "missing": 0, "skipped": 0}
    options = {"step": 1, "first": 0, "columns": None, "delimiter": "auto", "encoding": "auto"}
    return {
        "id": MADE_UP,
        "csv": "made-up.csv",
        "bytes": 1000,
        "options": options,
        "status": "succeeded",
        "progress": {"parts_done": 1, "parts": 1, "bytes": 1000},
        "submitted_at": "2026-11-24T17:12:36.435Z",
        "started_at": "2026-11-24T17:12:36.481Z",
        "finished_at": "2026-11-24T17:12:36.666Z",
        "summed": list(sums),
        "result": {},
        "exact": sums,
        "cells": dict.fromkeys(sums, cells),
        "left_out": [],
        "warnings": [],
        "ledger": {
            "rows": 1,
            "bytes": 1000,
            "parts": 1,
            "etag": "e",
            "seconds": 0.2,
            "kernel": "native",
        },
        **members,
    }


def show(page: Page, job: dict[str, Any]) -> None:
    """Show the page of a job that is made up."""
    answer(page, rf"/jobs/{job['id']}(\?|$)", job)
    page.evaluate("id => { location.hash = `#/jobs/${id}` }", job["id"])


def saved(page: Page, button: str) -> str:
    """Return the text of the file that a button saves."""
    with page.expect_download() as download:
        page.get_by_role("button", name=button, exact=True).click()
    return Path(download.value.path()).read_bytes().decode()
