"""Takes the pictures of the documentation: python -m tests.page.pictures, or `make pictures`.

It starts the service with files and jobs that are made up, and writes to docs/pictures/.
"""

import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Browser, Page

from tests.functional.stack import ROOT, Stack
from tests.page.browser import PHONE, Visitor, chromium, command
from tests.page.files import payments

FOLDER = ROOT / "docs" / "pictures"
WIDE = (1180, 760)
#: The typeface, if the machine has it: the system's own differs from machine to machine.
TYPEFACE = "document.documentElement.style.setProperty('--sans', 'Inter, system-ui, sans-serif')"
PAYMENTS = "sales/payments-2026-q3.csv"
ENDED: list[tuple[str, dict[str, Any]]] = [
    ("sales/2026-11-24.csv", {}),
    ("rates/2026-q3.csv", {}),
    ("weather/stations.csv", {"columns": ["rain", "wind", "sun"]}),
    ("sales/2026-11-23.csv", {}),
    ("elections/2026/district-04.csv", {"step": 1}),
]
RUNNING = ["telemetry/2026-11.csv", "sensors/north/2026-47.csv"]


def numbers(names: list[str], rows: int) -> bytes:
    """Return a table of numbers with two digits after the point."""
    dice = random.Random(len(names) * rows)
    lines = [",".join(f"{dice.random() * 900:.2f}" for _ in names) for _ in range(rows)]
    return "\n".join([",".join(names), *lines, ""]).encode()


def rates() -> bytes:
    """Return a table in which one number has a comma in place of the point."""
    lines = [f"2026-07-{day:02},EUR,1.{day}" for day in range(10, 20)]
    lines[6] = lines[6].replace("1.16", "1,16")
    return "\n".join(["day,currency,rate", *lines, ""]).encode()


def put_files(stack: Stack) -> None:
    """Write the files, the larger ones so that they are cut into some parts."""
    sales = [f"store {number:02}" for number in range(41)]
    stack.put("sales/2026-11-23.csv", numbers(sales, 21_000))
    stack.put("sales/2026-11-24.csv", numbers(sales, 22_000))
    stack.put(PAYMENTS, payments(5000))
    stack.put("weather/stations.csv", numbers(["station", "rain", "wind", "sun"], 4000))
    stack.put("elections/2026/district-04.csv", numbers([f"list {n}" for n in range(1, 8)], 900))
    stack.put("rates/2026-q3.csv", rates())
    for name in ("budget-2027.csv", "invoices-november.csv"):
        stack.put(name, numbers(["amount", "tax"], 4000))
    stack.put(RUNNING[0], numbers([f"sensor {number}" for number in range(20)], 110_000))
    stack.put(RUNNING[1], numbers(["value"], 40_000))


def submit(stack: Stack, csv: str, options: dict[str, Any]) -> str:
    job_id: str = stack.api.post("/jobs", json.dumps({"csv": csv, **options}).encode()).json["id"]
    return job_id


def sum_some(stack: Stack, workers: list[int], job_id: str, parts: int) -> None:
    """Let one worker go on until some parts of a job are summed, for a minute at most."""
    deadline = time.monotonic() + 60
    while stack.api.job(job_id)["progress"]["parts_done"] < parts:
        assert time.monotonic() < deadline, "the worker makes no progress"
        os.kill(workers[0], signal.SIGCONT)
        time.sleep(0.03)
        os.kill(workers[0], signal.SIGSTOP)


def take(page: Page, name: str, ready: str) -> None:
    """Take a picture once this is there."""
    page.evaluate(TYPEFACE)
    page.locator(ready).first.wait_for()
    page.wait_for_timeout(300)
    page.screenshot(path=FOLDER / f"{name}.png")
    page.context.close()


def take_all(browser: Browser, stack: Stack) -> None:
    """Take the pictures of the views, from the first visit to jobs in progress."""
    visitor = Visitor(browser, stack.api.base)
    take(visitor.open("#/", WIDE), "first-visit", ".hero")
    for csv, options in reversed(ENDED):
        stack.api.ended(submit(stack, csv, options))
    preview = f"#/new?csv={quote(PAYMENTS, safe='')}"
    take(visitor.open(preview, WIDE), "preview", ".pv")
    take(visitor.open(preview, WIDE, "dark"), "preview-dark", ".pv")
    take(visitor.open("#/new?csv=rates%2F2026-q3.csv", WIDE), "fault", ".code .at")
    with stack.stopped_workers() as workers:
        running = submit(stack, RUNNING[0], {})
        sum_some(stack, workers, running, 60)
        submit(stack, RUNNING[1], {})
        row = ".runs li:nth-child(2)"
        take(visitor.open("#/", WIDE), "overview", row)
        take(visitor.open("#/", WIDE, "dark"), "overview-dark", row)
        take(visitor.open("#/", PHONE), "overview-phone", row)


def main() -> int:
    """Write all pictures. Return the exit status."""
    if command() is None:
        print("There is no Chromium: apt-get install chromium", file=sys.stderr)
        return 2
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        stack = Stack(Path(folder), PART_BYTES="100000")
        try:
            put_files(stack)
            take_all(browser, stack)
        finally:
            stack.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
