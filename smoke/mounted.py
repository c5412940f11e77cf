"""Step 9: a mounted folder whose files change, and what a closed network still lets out."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from smoke.errors import Failed, Skipped
from smoke.report import Step
from smoke.target import Target

OLD, NEW = b"a\n" + b"1\n" * 5000, b"a\n" + b"2\n" * 5000
SUMS = (5000, 10000)
JOBS = 20
REWRITE_SECONDS = 0.05


def rewrite_a_file_in_a_loop(target: Target) -> str:
    """Any sum that is neither the old nor the new one was made of two versions."""
    if target.csv_bucket is not None:
        raise Skipped("the files are in a bucket; deploy a stage with a mounted folder for this")
    if target.folder is None:
        raise Skipped("needs --folder: the mounted folder, on a machine that mounts it too")
    name = target.put("rewritten.csv", OLD)
    ends: dict[str, int] = {}
    with _rewriting(target.folder / name):
        for _ in range(JOBS):
            job = target.final(target.submit(name))
            if job["status"] == "succeeded" and job["result"]["a"] not in SUMS:
                raise Failed(f"a sum of two versions: {job['result']}")
            end = job.get("error", {}).get("code", job["status"])
            ends[end] = ends.get(end, 0) + 1
    if not set(ends) <= {"succeeded", "file_changed"}:
        raise Failed(f"jobs ended as {ends}")
    return f"{JOBS} jobs ended as {ends}; no sum was of two versions"


@contextmanager
def _rewriting(path: Path) -> Iterator[None]:
    stop = threading.Event()

    def rewrite() -> None:
        while not stop.is_set():
            for data in (NEW, OLD):
                path.write_bytes(data)
                stop.wait(REWRITE_SECONDS)

    thread = threading.Thread(target=rewrite)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def look_for_logs(target: Target) -> str:
    """A function in a VPC without an endpoint for logs must have its logs all the same."""
    if not target.function("work_job").get("VpcConfig", {}).get("VpcId"):
        raise Skipped("the functions are in no VPC")
    target.final(target.submit(target.put("sample.csv", OLD)))
    since = int((time.time() - 600) * 1000)
    group = f"/aws/lambda/{target.prefix}-work_job"
    events = target.wait(
        lambda: target.client("logs").filter_log_events(logGroupName=group, startTime=since)[
            "events"
        ],
        bool,
    )
    return f"{len(events)} log events of the last ten minutes"


STEPS = (
    Step(
        "9a", "a mounted file that is rewritten all the time", 600, 0.05, rewrite_a_file_in_a_loop
    ),
    Step("9b", "logs from a VPC", 180, 0.01, look_for_logs),
)
