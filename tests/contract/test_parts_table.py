"""What only the table does with parts: what they cost, and sums in the results bucket."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import ceil
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.adapters.clients import AwsClients
from chalicelib.adapters.jobs_table import JobsTable
from chalicelib.adapters.parts_table import PartsTable
from chalicelib.adapters.results_bucket import ResultsBucket
from chalicelib.engine.options import Options
from chalicelib.engine.states import State
from chalicelib.engine.sums import ColumnSum
from chalicelib.errors import Misconfigured
from chalicelib.jobs.counting import TOUCH_EVERY, PartCounter
from chalicelib.jobs.job import FileVersion, Job, Problem, queued
from chalicelib.jobs.parts import MAX_PARTS, PARTS_PER_GROUP, Outcome, Plan, Run
from tests.findings import DIALECT
from tests.harness import Clock

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
KEEP_DAYS = 30
COLUMNS = [ColumnSum(Decimal("283749123.1234567890123456"), 550_000, 0, 0, False)] * 5
PLAN = Plan(size=10**13, part_bytes=5 * 10**8, data_start=7, data_line=1, fields=50)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def bucket(clients: AwsClients, resources: dict[str, str]) -> ResultsBucket:
    return ResultsBucket(resources["ResultsBucket"], clients.s3)


@pytest.fixture
def jobs(clients: AwsClients, resources: dict[str, str], bucket: ResultsBucket) -> JobsTable:
    name = resources["JobsTable"]
    return JobsTable(name, bucket, KEEP_DAYS, clients.dynamodb, now=lambda: NOW)


@pytest.fixture
def parts(
    clients: AwsClients, resources: dict[str, str], bucket: ResultsBucket, clock: Clock
) -> PartsTable:
    return PartsTable(resources["JobsTable"], bucket, KEEP_DAYS, clients.dynamodb, now=clock)


def cut(jobs: JobsTable, plan: Plan) -> Job:
    version = FileVersion(plan.size, '"e"')
    job = queued(uuid4().hex, "x.csv", Options(), version, NOW - timedelta(seconds=1))
    jobs.put(job)
    return jobs.plan(job.id, plan, DIALECT, NOW)


def outcome(number: int) -> Outcome:
    ends = {State.ROW: State.ROW, State.QUOTED: State.TEXT}
    return Outcome(number, State.ROW, 550_000, 550_000, 500_000_000, ends)


def item_bytes(item: Mapping[str, Any]) -> int:
    """Return the size of an item as DynamoDB counts it: names and values in UTF-8.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    return sum(
        len(name.encode()) + sum(len("".join(value).encode()) for value in typed.values())
        for name, typed in item.items()
    )


class Units:
    """The items that calls write, and the write units of each: 1 KB of the larger item."""

    def __init__(self, table: PartsTable | JobsTable) -> None:
        self.dynamodb, self.table = table.dynamodb(), table.table
        self.keys: list[tuple[str, str]] = []
        self.units: list[int] = []
        self.dynamodb.meta.events.register("after-call.dynamodb", self._after)
        self.dynamodb.meta.events.register("provide-client-params.dynamodb", self._before)
        self._key: Any = None

    def _before(self, params: dict[str, Any], event_name: str, **_: Any) -> None:
        item = params.get("Key") or params.get("Item")
        writes = event_name.endswith(("PutItem", "UpdateItem"))
        self._key = {name: item[name] for name in ("pk", "sk")} if item and writes else None

    def _after(self, **_: Any) -> None:
        key, self._key = self._key, None
        if key:
            self.keys.append((key["pk"]["S"], key["sk"]["S"]))
            found = self.dynamodb.get_item(TableName=self.table, Key=key)["Item"]
            self.units.append(ceil(item_bytes(found) / 1024))


@pytest.mark.parametrize("number", [0, 1999, MAX_PARTS - 2])
def test_a_part_costs_two_write_units_however_many_parts_there_are(
    jobs: JobsTable, parts: PartsTable, number: int
) -> None:
    assert PLAN.count == MAX_PARTS
    job = cut(jobs, PLAN)
    group = number // PARTS_PER_GROUP
    others = range(group * PARTS_PER_GROUP, group * PARTS_PER_GROUP + PLAN.group_size(group))
    for other in [other for other in others if other != number][:-1]:
        parts.add_done(job.id, other, Run.FIRST)
    units = Units(parts)
    parts.save(job.id, outcome(number), COLUMNS)
    PartCounter(jobs, parts, now=lambda: NOW).count(job, PLAN, number, Run.FIRST)
    assert units.keys == [(job.id, f"part#{number}#row"), (job.id, f"group#{group}")]
    assert units.units == [1, 1]


def test_the_item_of_a_job_stays_small_whatever_is_done(jobs: JobsTable) -> None:
    job = cut(jobs, PLAN)
    units = Units(jobs)
    for group in range(PLAN.groups):
        for run in Run:
            after = jobs.add_done_group(job.id, group, run)
    assert after.parts_complete
    assert max(units.units) <= 2
    assert len(units.units) == 2 * PLAN.groups


def test_the_part_that_completes_a_group_adds_it_to_the_job(
    jobs: JobsTable, parts: PartsTable
) -> None:
    plan = replace(PLAN, size=3 * PLAN.part_bytes)
    job = cut(jobs, plan)
    counter = PartCounter(jobs, parts, now=lambda: NOW)
    assert [counter.count(job, plan, number, Run.FIRST).job for number in (0, 1, 1)] == [None] * 3
    last = counter.count(job, plan, 2, Run.FIRST)
    assert last.job == jobs.get(job.id)
    assert last.job
    assert last.job.parts_complete
    assert counter.count(job, plan, 0, Run.FIRST) == replace(last, is_new=False)


class Touches:
    """How often ``updated_at`` is written."""

    def __init__(self, jobs: JobsTable) -> None:
        self.count = 0
        events = jobs.dynamodb().meta.events
        events.register("provide-client-params.dynamodb.UpdateItem", self._record)

    def _record(self, params: dict[str, Any], **_: Any) -> None:
        self.count += "updated_at = :now" in params["UpdateExpression"]


# A write of an index's key is a write to the index as well:
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
@pytest.mark.parametrize("run", Run)
def test_finished_parts_rewrite_the_index_once_a_minute(
    jobs: JobsTable, parts: PartsTable, clock: Clock, run: Run
) -> None:
    job = cut(jobs, PLAN)
    counter, touches = PartCounter(jobs, parts, now=clock), Touches(jobs)
    parts.expect_reruns(job.id, {0: 128})
    for number in range(90):
        clock.advance(seconds=2)
        counter.count(job, PLAN, number, run)
        assert clock() - jobs.get(job.id).updated_at < TOUCH_EVERY
    assert touches.count == 3


def test_a_part_of_a_final_job_does_not_touch_it(
    jobs: JobsTable, parts: PartsTable, clock: Clock
) -> None:
    job = cut(jobs, replace(PLAN, size=10**9))
    problem = jobs.fail(job.id, Problem("given_up", "Too late."), None, NOW)
    clock.advance(hours=1)
    touches = Touches(jobs)
    PartCounter(jobs, parts, now=clock).count(job, PLAN, 1, Run.FIRST)
    assert (touches.count, jobs.get(job.id)) == (0, problem)


def test_parts_and_groups_expire_with_their_job(jobs: JobsTable, parts: PartsTable) -> None:
    job = cut(jobs, PLAN)
    parts.save(job.id, outcome(0), COLUMNS)
    parts.add_done(job.id, 0, Run.FIRST)
    parts.expect_reruns(job.id, {0: 1})
    items = jobs.dynamodb().scan(TableName=jobs.table)["Items"]
    kinds = {item["sk"]["S"].split("#")[0] for item in items}
    assert kinds == {"job", "part", "group", "rerun"}
    assert all(int(item["expires_at"]["N"]) > NOW.timestamp() for item in items)


def test_sums_of_a_part_that_are_missing_are_a_matter_of_configuration(
    parts: PartsTable, bucket: ResultsBucket
) -> None:
    outside = replace(parts, inline_bytes=0)
    job_id = uuid4().hex
    outside.save(job_id, outcome(0), COLUMNS)
    s3 = bucket.s3()
    for each in s3.list_objects_v2(Bucket=bucket.bucket)["Contents"]:
        s3.delete_object(Bucket=bucket.bucket, Key=each["Key"])
    (part,) = outside.saved(job_id).values()
    with pytest.raises(Misconfigured):
        part.columns()
