"""Step 7: files that change or go while their parts wait."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from smoke.errors import Failed, Skipped
from smoke.load import MIN_BLOCK_BYTES, make_large
from smoke.report import Step
from smoke.target import Target

SWITCH_SECONDS = 120


def overwrite_a_file(target: Target) -> str:
    def overwrite(bucket: str, key: str) -> None:
        target.client("s3").put_object(Bucket=bucket, Key=key, Body=b"other\n")

    return _meanwhile(target, overwrite, "file_changed")


def delete_a_file(target: Target) -> str:
    def delete(bucket: str, key: str) -> None:
        target.client("s3").delete_object(Bucket=bucket, Key=key)

    return _meanwhile(target, delete, "file_gone")


def _meanwhile(target: Target, change: Callable[[str, str], None], code: str) -> str:
    """Change a file after it was cut and before its parts are read."""
    if target.csv_bucket is None:
        raise Skipped("the files are in a folder")
    name, _ = make_large(target, max(4 * target.part_bytes, 2 * MIN_BLOCK_BYTES))
    with _no_parts(target):
        job_id = target.submit(name, header=False)
        target.wait(lambda: target.job(job_id), lambda job: job["progress"]["parts"] > 1)
        change(target.bucket, target.key(name))
    job = target.final(job_id)
    found = job.get("error", {}).get("code")
    if found != code:
        raise Failed(f"expected {code}: {job['status']}, {job.get('error')}")
    return f"failed with {found}"


@contextmanager
def _no_parts(target: Target) -> Iterator[None]:
    """Meanwhile work_part gets no messages."""
    functions = target.client("lambda")
    mapping = functions.list_event_source_mappings(FunctionName=f"{target.prefix}-work_part")[
        "EventSourceMappings"
    ][0]["UUID"]
    _switch(target, mapping, on=False)
    try:
        yield
    finally:
        _switch(target, mapping, on=True)


def _switch(target: Target, mapping: str, *, on: bool) -> None:
    functions, wanted = target.client("lambda"), "Enabled" if on else "Disabled"
    functions.update_event_source_mapping(UUID=mapping, Enabled=on)
    until = time.monotonic() + SWITCH_SECONDS
    while functions.get_event_source_mapping(UUID=mapping)["State"] != wanted:
        if time.monotonic() > until:
            raise TimeoutError(f"the mapping of work_part is not {wanted}")
        time.sleep(1)
    if not on:
        time.sleep(2)  # a poll that is under way may still take a message


STEPS = (
    Step("7a", "a file that is overwritten fails its job", 600, 0.05, overwrite_a_file),
    Step("7b", "a file that is deleted fails its job", 600, 0.05, delete_a_file),
)
