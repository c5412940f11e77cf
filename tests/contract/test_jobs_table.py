"""What only the table does: retention, texts in the results bucket, and the cost of calls."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.adapters.clients import AwsClients
from chalicelib.adapters.job_item import SHARDS
from chalicelib.adapters.jobs_table import JobsTable
from chalicelib.adapters.results_bucket import ResultsBucket
from chalicelib.engine.options import Options
from chalicelib.errors import UnknownJob
from chalicelib.jobs.job import FileVersion, Job, Ledger, Problem, Result, Status, queued
from chalicelib.jobs.parts import Plan, Run
from tests.findings import DIALECT
from tests.harness import Clock

NOW = datetime(2026, 11, 24, 12, 0, 0, 250_000, UTC)
KEEP_DAYS = 30
RESULT = Result(("a",), ("87.20",), (False,), (2,), (1,), (0,))
LEDGER = Ledger(3, 120, 1, 0.25, "native")
PROBLEM = Problem("given_up", "Too late.")
PLAN = Plan(size=1000, part_bytes=10, data_start=7, data_line=1, fields=2)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def table(clients: AwsClients, resources: dict[str, str], clock: Clock) -> JobsTable:
    bucket = ResultsBucket(resources["ResultsBucket"], clients.s3)
    return JobsTable(
        resources["JobsTable"], bucket, KEEP_DAYS, clients.dynamodb, inline_bytes=0, now=clock
    )


def accepted(table: JobsTable, job_id: str = "") -> Job:
    job = queued(job_id or uuid4().hex, "x.csv", Options(), FileVersion(120, '"e"'), table.now())
    table.put(job)
    return job


def cut(table: JobsTable) -> Job:
    job = accepted(table)
    table.start(job.id, table.now())
    return table.plan(job.id, PLAN, DIALECT, table.now())


def succeeded(table: JobsTable) -> Job:
    job = accepted(table)
    table.start(job.id, table.now())
    return table.succeed(job.id, RESULT, LEDGER, DIALECT, table.now())


def delete_objects(table: JobsTable) -> None:
    s3 = table.results_bucket.s3()
    for each in s3.list_objects_v2(Bucket=table.results_bucket.bucket)["Contents"]:
        s3.delete_object(Bucket=table.results_bucket.bucket, Key=each["Key"])


# The table deletes an expired item within a few days:
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ttl-expired-items.html
def test_a_job_is_unknown_from_the_moment_it_expires(table: JobsTable, clock: Clock) -> None:
    job = succeeded(table)
    clock.advance(days=KEEP_DAYS, seconds=-1)
    assert table.find(job.id) == table.get(job.id) == job
    clock.advance(seconds=1)
    assert table.find(job.id) is None
    with pytest.raises(UnknownJob):
        table.get(job.id)


def test_an_expired_job_is_not_changed(table: JobsTable, clock: Clock) -> None:
    job = cut(table)
    clock.advance(days=KEEP_DAYS)
    changes: list[Callable[[], Job]] = [
        lambda: table.start(job.id, clock()),
        lambda: table.add_done_group(job.id, 1, Run.FIRST),
        lambda: table.succeed(job.id, RESULT, LEDGER, DIALECT, clock()),
        lambda: table.fail(job.id, PROBLEM, None, clock()),
    ]
    for change in changes:
        with pytest.raises(UnknownJob):
            change()
    clock.advance(days=-1)
    assert table.get(job.id) == job


def test_an_expired_job_is_not_taken_up(table: JobsTable, clock: Clock) -> None:
    accepted(table)
    clock.advance(days=KEEP_DAYS)
    assert table.not_updated_since(clock()) == []


def test_a_job_whose_result_has_expired_is_unknown(table: JobsTable) -> None:
    job = succeeded(table)
    delete_objects(table)
    with pytest.raises(UnknownJob):
        table.get(job.id)


def test_an_answer_keeps_its_result_when_that_of_the_earlier_job_is_gone(
    table: JobsTable, clock: Clock
) -> None:
    earlier = succeeded(table)
    clock.advance(days=KEEP_DAYS - 1)
    answer = replace(earlier, id=uuid4().hex, submitted_at=clock(), cached_from=earlier.id)
    table.put_ended(answer)
    s3, bucket = table.results_bucket.s3(), table.results_bucket.bucket
    s3.delete_object(Bucket=bucket, Key=f"{earlier.id}/result.json")
    clock.advance(days=KEEP_DAYS, seconds=-1)
    assert table.find(earlier.id) is None
    assert table.get(answer.id) == answer
    clock.advance(seconds=1)
    assert table.find(answer.id) is None


def test_a_job_from_before_there_were_clients_is_everybodys(table: JobsTable) -> None:
    job = replace(accepted(table), client="open")
    table.dynamodb().update_item(
        TableName=table.table,
        Key={"pk": {"S": job.id}, "sk": {"S": "job"}},
        UpdateExpression="REMOVE client",
    )
    assert table.get(job.id) == job


class Together:
    """Lets calls pass only when so many are under way at the same time."""

    def __init__(self, table: JobsTable, operation: str, count: int) -> None:
        self.barrier = threading.Barrier(count)
        self.calls = 0
        self.event = f"provide-client-params.dynamodb.{operation}"
        table.dynamodb().meta.events.register(self.event, self._wait)

    def _wait(self, **_: Any) -> None:
        self.calls += 1
        self.barrier.wait(timeout=10)


def in_every_shard(table: JobsTable) -> list[Job]:
    return [accepted(table, f"{shard:08x}{uuid4().hex[8:]}") for shard in range(len(SHARDS))]


def test_all_shards_are_counted_at_the_same_time(table: JobsTable) -> None:
    in_every_shard(table)
    together = Together(table, "Query", len(SHARDS))
    assert table.in_progress() == len(SHARDS)
    assert together.calls == len(SHARDS)


def test_jobs_that_nothing_touched_are_found_and_read_at_the_same_time(
    table: JobsTable, clock: Clock
) -> None:
    stale = in_every_shard(table)
    clock.advance(hours=1)
    queries = Together(table, "Query", len(SHARDS))
    reads = Together(table, "GetItem", len(SHARDS))
    found = table.not_updated_since(clock())
    assert {job.id for job in found} == {job.id for job in stale}
    assert (queries.calls, reads.calls) == (len(SHARDS), len(stale))


def test_a_job_that_has_ended_is_not_stale_although_the_index_still_has_it(
    table: JobsTable, clock: Clock
) -> None:
    job = succeeded(table)
    table.dynamodb().update_item(
        TableName=table.table,
        Key={"pk": {"S": job.id}, "sk": {"S": "job"}},
        UpdateExpression="SET in_progress = :shard",
        ExpressionAttributeValues={":shard": {"S": "1"}},
    )
    clock.advance(hours=1)
    assert table.not_updated_since(clock()) == []
    assert table.get(job.id).status is Status.SUCCEEDED
