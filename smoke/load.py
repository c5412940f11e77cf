"""Step 4: one job of many parts, and small ones beside it."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from smoke.errors import Failed, Skipped
from smoke.names import DATA, SUMS
from smoke.report import Step
from smoke.target import FINAL, Target

MIB = 1024 * 1024
ROW = b"0.1,a,b,c,d,e,f,g,h,i,0.25\n"
ROW_SUMS = (Fraction(1, 10), Fraction(1, 4))
BLOCK_BYTES = 64 * MIB
MIN_BLOCK_BYTES = 5 * MIB  # the smallest part of a multipart upload
COPIES = 16  # of a block in what is copied from then on
# What a TB costs (docs/scale.md), and requests of copies, with room.
DOLLARS_A_TB = 1.0
BYTES_A_SECOND = 75 * MIB * 4


@dataclass
class Seen:
    """What was observed beside the job. Times in seconds."""

    samples: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    errors: list[int] = field(default_factory=list)
    dead: int = 0

    def __str__(self) -> str:
        slowest = max(self.waits, default=0.0)
        return (
            f"{len(self.waits)} small jobs, slowest {slowest:.1f} s; "
            f"{len(self.errors)} replies 5xx; "
            f"{self.dead} dead letters; last: {self.samples[-1] if self.samples else 'nothing'}"
        )


def step_of(size: int) -> Step:
    """Return the step for a file of ``size`` bytes."""
    seconds = 300 + 3 * size / BYTES_A_SECOND
    dollars = 0.02 + DOLLARS_A_TB * size / 1e12
    title = f"a job of {size / 1e9:g} GB, and small jobs beside it"
    return Step("4", title, seconds, dollars, lambda target: sum_many_parts(target, size))


def sum_many_parts(target: Target, size: int) -> str:
    name, rows = make_large(target, size)
    small = target.put("small.csv", DATA)
    dead_before = sum(target.queue_counts("DEAD_QUEUE"))
    job_id = target.submit(name, header=False)
    seen = Seen()
    job = _watch(target, job_id, small, seen)
    seen.dead = max(0, sum(target.queue_counts("DEAD_QUEUE")) - dead_before)
    if job["status"] != "succeeded":
        raise Failed(f"{job.get('error')}; {seen}")
    exact = [Fraction(text) for text in job["exact"].values()]
    if exact != [rows * each for each in ROW_SUMS]:
        raise Failed(f"wrong sums: {job['exact']} for {rows} rows; {seen}")
    if seen.dead or seen.errors:
        raise Failed(str(seen))
    return f"{job['progress']['parts']} parts in {job['ledger']['seconds']} s; {seen}"


def _watch(target: Target, job_id: str, small: str, seen: Seen) -> dict[str, Any]:
    """Look at the job until it ends; meanwhile have a small file summed, again and again."""
    while True:
        reply = target.get(f"/jobs/{job_id}")
        if reply.status >= 500:
            seen.errors.append(reply.status)
        elif reply.status == 200:
            seen.samples.append(
                f"{reply.json['progress']}, parts {target.queue_counts('PARTS_QUEUE')}"
            )
            if reply.json["status"] in FINAL:
                job: dict[str, Any] = reply.json
                return job
        if time.monotonic() > target.deadline:
            raise TimeoutError(str(seen))
        _sum_small(target, small, seen)


def _sum_small(target: Target, small: str, seen: Seen) -> None:
    started = time.monotonic()
    reply = target.post("/jobs", {"csv": small})
    if reply.status != 202:
        seen.errors.append(reply.status)
        time.sleep(1)
        return
    target.forget_later(reply.json["id"])
    job = target.final(reply.json["id"])
    if job.get("result") != SUMS:
        raise Failed(f"a small job beside the large one: {job}")
    seen.waits.append(time.monotonic() - started)


def make_large(target: Target, size: int) -> tuple[str, int]:
    """Make a file of about ``size`` bytes without a header; return its name and its rows.

    It is made by copies inside of S3: only one block goes over this machine's network.
    """
    if target.csv_bucket is None:
        count = max(1, size // len(ROW))
        return target.put("large.csv", ROW * count), count
    block = _block(size)
    rows = len(block) // len(ROW)
    pieces = max(1, size // len(block))
    base = target.key(target.put("block.csv", block))
    if pieces > COPIES:
        base = _copied(target, "base.csv", base, COPIES)
        rows, pieces = rows * COPIES, pieces // COPIES
    _copied(target, "large.csv", base, pieces)
    return target.full_name("large.csv"), rows * pieces


def _block(size: int) -> bytes:
    wanted = BLOCK_BYTES if size >= 4 * BLOCK_BYTES else MIN_BLOCK_BYTES
    if size < wanted:
        raise Skipped(f"a file of {size} bytes is too small for this step")
    return ROW * (wanted // len(ROW) + 1)


def _copied(target: Target, name: str, source: str, pieces: int) -> str:
    """Make an object of so many copies of another; return its key."""
    bucket, s3 = target.bucket, target.client("s3")
    key = target.key(target.full_name(name))
    upload = s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    place = {"Bucket": bucket, "Key": key, "UploadId": upload}
    target.at_end(lambda: s3.delete_object(Bucket=bucket, Key=key))

    def copy(number: int) -> dict[str, Any]:
        made = s3.upload_part_copy(
            **place, PartNumber=number, CopySource={"Bucket": bucket, "Key": source}
        )
        return {"PartNumber": number, "ETag": made["CopyPartResult"]["ETag"]}

    try:
        parts = _side_by_side(copy, pieces)
        s3.complete_multipart_upload(**place, MultipartUpload={"Parts": parts})
    except BaseException:
        s3.abort_multipart_upload(**place)
        raise
    return key


def _side_by_side(copy: Callable[[int], dict[str, Any]], pieces: int) -> list[dict[str, Any]]:
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(copy, range(1, pieces + 1)))
