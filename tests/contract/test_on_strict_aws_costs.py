"""The service on the strict stand-in: what its calls cost in units of DynamoDB."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from chalicelib.adapters.job_item import new_item
from chalicelib.engine.options import Options
from chalicelib.engine.states import State
from chalicelib.engine.sums import ColumnSum
from chalicelib.jobs.client import OPEN
from chalicelib.jobs.counting import PartCounter
from chalicelib.jobs.job import FileVersion, Job, queued
from chalicelib.jobs.parts import MAX_PARTS, PARTS_PER_GROUP, Outcome, Plan, Run, group_of
from chalicelib.jobs.ports import Message
from tests.adapters_in_memory import MemoryBus
from tests.findings import DIALECT
from tests.strict_aws import StrictAws
from tests.strict_service import NAMES, Site, StrictService

COLUMNS = [ColumnSum(Decimal("283749123.1234567890123456"), 550_000, 0, 0, False)] * 5
ENDS = {State.ROW: State.ROW, State.QUOTED: State.TEXT}


@pytest.fixture
def aws() -> Iterator[StrictAws]:
    with StrictAws() as aws:
        yield aws


@pytest.fixture
def service(aws: StrictAws) -> StrictService:
    return StrictService(aws)


def cut(service: StrictService, parts: int) -> tuple[Job, Plan]:
    """Store a job of so many parts."""
    plan = Plan(size=parts * 10 + 7, part_bytes=10, data_start=7, data_line=1, fields=50)
    now = service.aws.clock.now()
    job = queued(uuid4().hex, "x.csv", Options(), FileVersion(plan.size, '"e"'), now)
    service.adapters.jobs.put(job)
    return service.adapters.jobs.plan(job.id, plan, DIALECT, now), plan


def count_group(aws: StrictAws, job: Job, plan: Plan, number: int) -> None:
    """Have all parts of a group counted but this one and one more."""
    first = group_of(number) * PARTS_PER_GROUP
    group = range(first, first + plan.group_size(group_of(number)))
    done = [str(other) for other in group if other != number][:-1]
    aws.tester("dynamodb").update_item(
        TableName=NAMES["JobsTable"],
        Key={"pk": {"S": job.id}, "sk": {"S": f"group#{group_of(number)}"}},
        UpdateExpression="ADD done :done",
        ExpressionAttributeValues={":done": {"SS": done}},
    )


def do_part(service: StrictService, job: Job, plan: Plan, number: int) -> None:
    outcome = Outcome(number, State.ROW, 550_000, 550_000, 500_000_000, ENDS)
    service.adapters.parts.save(job.id, outcome, COLUMNS)
    adapters = service.adapters
    counter = PartCounter(adapters.jobs, adapters.parts, now=service.aws.clock.now)
    counter.count(job, plan, number, Run.FIRST)


@pytest.mark.parametrize("parts", [10, PARTS_PER_GROUP, 1000, MAX_PARTS])
def test_a_part_costs_two_write_units_however_many_parts_there_are(
    aws: StrictAws, service: StrictService, parts: int
) -> None:
    job, plan = cut(service, parts)
    assert plan.count == parts
    count_group(aws, job, plan, parts - 2)
    aws.clock.advance(30)
    with aws.dynamodb.metered() as units:
        do_part(service, job, plan, parts - 2)
    assert (units.all_writes, units.reads) == (2, 0)


def test_parts_rewrite_the_key_of_the_index_once_a_minute(
    aws: StrictAws, service: StrictService
) -> None:
    job, plan = cut(service, 1000)
    touches = 0
    with aws.dynamodb.metered() as units:
        for number in range(60):
            aws.clock.advance(3)
            do_part(service, job, plan, number)
            touched = service.adapters.jobs.get(job.id)
            touches += touched.updated_at != job.updated_at
            job = touched
    assert touches == 3
    # One for the job, one each for the index's old and new entry.
    assert units.all_writes == 2 * 60 + 3 * touches


def fill(service: StrictService, count: int, age: timedelta) -> None:
    """Store so many jobs that wait since then."""
    table, then = service.aws.tester("dynamodb"), service.aws.clock.now() - age
    for number in range(count):
        job_id = f"{number:08x}{uuid4().hex[8:]}"
        job = queued(job_id, "x.csv", Options(), FileVersion(1, "e"), then)
        table.put_item(TableName=NAMES["JobsTable"], Item=new_item(job, 30))


def test_the_counter_reads_keys_alone_and_no_job(aws: StrictAws, service: StrictService) -> None:
    fill(service, 500, timedelta(seconds=5))
    with aws.dynamodb.metered() as units:
        assert service.use_cases.count_in_progress() == 500
    assert units.calls == 10
    # 0.5 units for 4 KB of entries of some 140 bytes, rounded up for each of ten shards.
    assert units.reads <= 0.5 * (500 * 160 / 4096 + 10)


def test_the_sweeper_reads_no_job_while_all_of_them_wait_for_their_turn(
    aws: StrictAws, service: StrictService
) -> None:
    fill(service, 100, timedelta(hours=1))
    service.adapters.queue.send([Message("0" * 32)])
    with aws.dynamodb.metered() as units:
        assert service.use_cases.sweep() == 0
    assert {charge.operation for charge in units.charges} == {"Query"}
    assert units.reads <= 10


def test_the_bytes_in_progress_cost_a_process_ten_queries_in_five_seconds(
    aws: StrictAws, service: StrictService
) -> None:
    fill(service, 500, timedelta(seconds=5))
    with aws.dynamodb.metered() as units:
        for _ in range(5):
            service.submit(b"a,b\n1.5,x\n")
            aws.clock.advance(0.9)
    queries = [charge.reads for charge in units.charges if charge.operation == "Query"]
    assert len(queries) == 10
    assert sum(queries) <= 0.5 * (500 * 160 / 4096 + 10)
    assert service.adapters.jobs.bytes_in_progress() == 500 + 5 * 10


def test_a_job_that_an_earlier_one_answers_costs_three_units_and_a_read_and_a_half(
    aws: StrictAws, service: StrictService
) -> None:
    service.use_cases.submit.allowance.max_bytes = 0
    first = service.submit(b"a,b\n1.5,x\n")
    service.deliver(Message(first.id))
    with aws.dynamodb.metered() as units:
        second = service.use_cases.submit("x.csv", Options(), OPEN)
    assert second.cached_from == first.id
    # Two for the item, which has its result, and one for the index of lists.
    assert (units.all_writes, units.reads) == (3, 1.5)


def test_a_job_that_is_announced_costs_four_units_more(aws: StrictAws) -> None:
    costs, service = [], StrictService(aws, bus=MemoryBus())
    service.use_cases.submit.allowance.max_bytes = 0
    for marks in (False, True):
        jobs = replace(service.adapters.jobs, marks_ended=marks)
        announcer = replace(
            service.use_cases.sum_job.finisher.announcer,
            jobs=jobs,
            bus=MemoryBus() if marks else None,
        )
        worker = replace(service.use_cases.sum_job.finisher, jobs=jobs, announcer=announcer)
        job = service.submit(b"a,b\n1.5,x\n", f"{marks}.csv")
        with aws.dynamodb.metered() as units:
            replace(service.use_cases.sum_job, finisher=worker)(Message(job.id, record=job))
        costs.append(units.all_writes)
    # One for the index when the job ends, two for the item and one for the index after the event.
    assert costs[1] - costs[0] == 4


def test_a_small_job_that_is_asked_for_three_times_costs_what_the_table_of_prices_says(
    aws: StrictAws, service: StrictService
) -> None:
    site = Site(service)
    site.map("JobsQueue", service.work(0.15), 2)
    service.use_cases.submit.allowance.max_bytes = 0  # ten queries in five seconds, not in a job
    service.adapters.history.add_client(OPEN.name)  # once for each process
    aws.calls.clear()
    with aws.dynamodb.metered() as units:
        job = service.submit(b"a,b\n1.5,x\n")
        aws.timeline.run(10)
        for _ in range(3):
            assert service.use_cases.find_job(job.id, OPEN).result
    # With its result and its dialect, the job's item has more than 1 KB: a second unit. The cache
    # costs one more write, and half a read.
    assert (units.all_writes, units.reads) == (7, 3.5)
    calls = Counter(call.service for call in aws.calls)
    # Lambda receives and deletes the message; the queues' URLs are asked for once.
    lookups = sum(call.operation == "GetQueueUrl" for call in aws.calls)
    assert (calls["sqs"] - lookups + 2, calls["s3"]) == (4, 2)
