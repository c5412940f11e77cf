"""Jobs that ended and are not announced: one contract, held in memory and by the table."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.adapters.clients import AwsClients
from chalicelib.adapters.job_item import SHARDS
from chalicelib.adapters.jobs_table import JobsTable
from chalicelib.adapters.results_bucket import ResultsBucket
from chalicelib.jobs.job import Job, Status
from chalicelib.jobs.ports import Jobs
from tests.adapters_in_memory import MemoryJobs
from tests.contract.test_jobs import LATER, LEDGER, NOW, RESULT, a_job
from tests.findings import DIALECT, PROBLEM
from tests.harness import Clock

MUCH_LATER = LATER + timedelta(hours=1)
ENDED = replace(
    a_job(LATER),
    status=Status.SUCCEEDED,
    started_at=LATER,
    finished_at=LATER,
    result=RESULT,
    ledger=LEDGER,
    dialect=DIALECT,
    cached_from=uuid4().hex,
)
ENDS: dict[str, Callable[[Jobs, str], object]] = {
    "succeed": lambda jobs, job_id: jobs.succeed(job_id, RESULT, LEDGER, DIALECT, LATER),
    "fail": lambda jobs, job_id: jobs.fail(job_id, PROBLEM, None, LATER),
    "cancel": lambda jobs, job_id: jobs.cancel(job_id, LATER),
}


@pytest.fixture
def clock() -> Clock:
    return Clock(LATER)


@pytest.fixture(params=["memory", "table"])
def jobs(request: pytest.FixtureRequest, clock: Clock) -> Jobs:
    if request.param == "memory":
        memory = MemoryJobs()
        memory.marks_ended = True
        return memory
    return table(request, clock)


def table(request: pytest.FixtureRequest, clock: Clock, **more: Any) -> JobsTable:
    clients: AwsClients = request.getfixturevalue("clients")
    names: dict[str, str] = request.getfixturevalue("resources")
    bucket = ResultsBucket(names["ResultsBucket"], clients.s3)
    given = {"now": clock, "marks_ended": True, **more}
    return JobsTable(names["JobsTable"], bucket, 30, clients.dynamodb, **given)


def accepted(jobs: Jobs, limit: int | None = None) -> Job:
    job = a_job()
    if limit is None:
        jobs.put(job)
    else:
        jobs.put_within(job, limit)
    return job


def left(jobs: Jobs, limit: int = 1000) -> list[str]:
    return [job.id for job in jobs.not_announced_since(MUCH_LATER, limit)]


@pytest.mark.parametrize("limit", [None, 5])
@pytest.mark.parametrize("end", ENDS)
def test_a_job_that_ends_has_its_mark_until_it_is_announced(
    jobs: Jobs, end: str, limit: int | None
) -> None:
    job, _ = accepted(jobs, limit), accepted(jobs)
    assert left(jobs) == []
    ENDS[end](jobs, job.id)
    assert left(jobs) == [job.id]
    assert jobs.get(job.id).updated_at == jobs.get(job.id).finished_at == LATER
    for _ in range(2):
        jobs.set_announced(job.id)
        assert left(jobs) == []
    assert jobs.get(job.id).status.is_final


def test_a_job_that_was_answered_at_once_has_its_mark(jobs: Jobs) -> None:
    assert jobs.put_ended(ENDED)
    assert left(jobs) == [ENDED.id]
    jobs.set_announced(ENDED.id)
    assert left(jobs) == []
    assert jobs.get(ENDED.id) == ENDED


def test_a_job_with_its_mark_is_not_in_progress_nor_stale(jobs: Jobs) -> None:
    job = accepted(jobs, 1)
    jobs.fail(job.id, PROBLEM, None, LATER)
    assert (jobs.in_progress(), jobs.bytes_in_progress()) == (0, 0)
    assert jobs.in_progress_of(job.client) == 0
    assert jobs.not_updated_since(MUCH_LATER) == []


def test_the_mark_of_a_job_that_ended_just_now_is_not_left_yet(jobs: Jobs) -> None:
    job = accepted(jobs)
    jobs.cancel(job.id, LATER)
    assert jobs.not_announced_since(LATER, 1000) == []
    assert jobs.not_announced_since(LATER + timedelta(milliseconds=1), 1000) != []


def test_only_a_job_that_has_ended_can_lose_its_mark(jobs: Jobs) -> None:
    job = accepted(jobs)
    jobs.set_announced(job.id)
    jobs.set_announced(uuid4().hex)
    assert jobs.in_progress() == 1
    assert jobs.get(job.id) == job


def test_what_ended_stays_marked_only_by_the_write_that_ended_it(jobs: Jobs) -> None:
    job = accepted(jobs)
    jobs.succeed(job.id, RESULT, LEDGER, DIALECT, LATER)
    jobs.set_announced(job.id)
    jobs.fail(job.id, PROBLEM, None, MUCH_LATER)
    jobs.cancel(job.id, MUCH_LATER)
    assert left(jobs) == []


def test_the_oldest_come_first_and_never_too_many(jobs: Jobs) -> None:
    made = {}
    for number in range(30):
        job = accepted(jobs)
        moment = NOW + timedelta(seconds=number * 7 % 30)
        jobs.cancel(job.id, moment)
        made[job.id] = moment
    found = left(jobs)
    assert [made[job_id] for job_id in found] == sorted(made.values())
    assert 1 <= len(left(jobs, 10)) <= 10


def test_marks_of_all_shards_are_found(request: pytest.FixtureRequest, clock: Clock) -> None:
    jobs = table(request, clock)
    made = set()
    for shard in range(len(SHARDS)):
        job = replace(a_job(), id=f"{shard:08x}{uuid4().hex[8:]}")
        jobs.put(job)
        jobs.cancel(job.id, LATER)
        made.add(job.id)
    assert set(left(jobs)) == made


def test_a_job_that_has_expired_is_not_announced(
    request: pytest.FixtureRequest, clock: Clock
) -> None:
    jobs = table(request, clock)
    jobs.cancel(accepted(jobs).id, LATER)
    clock.advance(days=31)
    assert left(jobs) == []


def test_jobs_are_not_marked_where_nothing_is_announced(
    request: pytest.FixtureRequest, clock: Clock
) -> None:
    jobs = table(request, clock, marks_ended=False)
    for end in ENDS.values():
        job = accepted(jobs)
        end(jobs, job.id)
        assert jobs.get(job.id).updated_at == NOW
    jobs.put_ended(ENDED)
    assert left(jobs) == []
