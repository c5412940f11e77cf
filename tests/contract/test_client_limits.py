"""How many jobs of a client are in progress: one contract, held in memory and by the table."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.errors import TooManyJobs, UnknownJob
from chalicelib.jobs.job import Job, Status
from chalicelib.jobs.parts import Run
from chalicelib.jobs.ports import Jobs
from tests.contract.test_jobs import LATER, LEDGER, NOW, PLAN, RESULT, a_job, jobs
from tests.findings import DIALECT, PROBLEM

__all__ = ["jobs"]  # the fixture
ARN = "arn:aws:iam::123456789012:user/división_abc/subdivisión_xyz/Zhāng"
ENDS: dict[str, Callable[[Jobs, str], object]] = {
    "succeed": lambda jobs, job_id: jobs.succeed(job_id, RESULT, LEDGER, DIALECT, LATER),
    "fail": lambda jobs, job_id: jobs.fail(job_id, PROBLEM, None, LATER),
    "remove": lambda jobs, job_id: jobs.remove_unsent(job_id),
}


def counted(jobs: Jobs, limit: int = 10**6, client: str = "finance") -> Job:
    job = replace(a_job(), client=client)
    jobs.put_within(job, limit)
    return job


@pytest.mark.parametrize("limit", [1, 2, 9, 10, 11, 25])
def test_a_client_may_have_as_many_jobs_as_the_limit_and_not_one_more(
    jobs: Jobs, limit: int
) -> None:
    for number in range(limit):
        assert jobs.in_progress_of("finance") == number
        counted(jobs, limit)
    refused = a_job()
    for _ in range(3):
        with pytest.raises(TooManyJobs):
            jobs.put_within(replace(refused, client="finance"), limit)
    assert jobs.find(refused.id) is None
    assert jobs.in_progress_of("finance") == jobs.in_progress() == limit


def test_a_job_that_counts_is_as_any_other(jobs: Jobs) -> None:
    job = counted(jobs, client=ARN)
    assert jobs.get(job.id) == job
    started = jobs.start(job.id, LATER)
    assert started == replace(job, status=Status.RUNNING, started_at=LATER, updated_at=LATER)
    assert jobs.plan(job.id, PLAN, DIALECT, LATER).plan == PLAN
    assert jobs.add_done_group(job.id, 0, Run.FIRST).done_groups == {0}
    assert jobs.retry(jobs.get(job.id), LATER)
    before = jobs.get(job.id)
    succeeded = jobs.succeed(job.id, RESULT, LEDGER, DIALECT, LATER)
    assert succeeded == replace(
        before, status=Status.SUCCEEDED, result=RESULT, ledger=LEDGER, finished_at=LATER
    )
    assert jobs.get(job.id) == succeeded


@pytest.mark.parametrize("end", ENDS)
def test_a_job_counts_until_it_leaves_progress_and_leaves_it_once(jobs: Jobs, end: str) -> None:
    first, second = counted(jobs, 2), counted(jobs, 2)
    for _ in range(3):
        try:
            ENDS[end](jobs, first.id)
        except UnknownJob:
            assert end == "remove"
    assert jobs.in_progress_of("finance") == jobs.in_progress() == 1
    counted(jobs, 2)
    with pytest.raises(TooManyJobs):
        counted(jobs, 2)
    assert jobs.get(second.id) == second


def test_a_job_that_was_started_is_not_removed_and_counts(jobs: Jobs) -> None:
    job = counted(jobs)
    jobs.start(job.id, NOW)
    jobs.remove_unsent(job.id)
    assert jobs.get(job.id).status is Status.RUNNING
    assert jobs.in_progress_of("finance") == 1


def test_what_has_ended_stays_as_it_ended_and_frees_one_place(jobs: Jobs) -> None:
    job = counted(jobs, 1)
    failed = jobs.fail(job.id, PROBLEM, None, LATER)
    assert failed.problem == PROBLEM
    assert jobs.succeed(job.id, RESULT, LEDGER, DIALECT, LATER) == failed
    assert jobs.start(job.id, LATER) == failed
    assert jobs.in_progress_of("finance") == 0


def test_clients_do_not_take_places_from_each_other(jobs: Jobs) -> None:
    for client in ("finance", "sales", ARN, "finance2", "open"):
        job = counted(jobs, 1, client)
        with pytest.raises(TooManyJobs):
            counted(jobs, 1, client)
        assert jobs.in_progress_of(client) == 1
        assert jobs.get(job.id).client == client
    assert jobs.in_progress() == 5


def test_jobs_without_a_limit_take_no_places(jobs: Jobs) -> None:
    jobs.put(replace(a_job(), client="finance"))
    assert (jobs.in_progress_of("finance"), jobs.in_progress()) == (0, 1)
    counted(jobs, 1)


def test_a_client_nobody_knows_has_no_jobs(jobs: Jobs) -> None:
    assert jobs.in_progress_of("nobody") == 0


def test_a_smaller_limit_holds_for_the_next_job_and_a_larger_one_too(jobs: Jobs) -> None:
    started = [counted(jobs, 20) for _ in range(20)]
    with pytest.raises(TooManyJobs):
        counted(jobs, 3)
    counted(jobs, 40)
    for job in started:
        jobs.fail(job.id, PROBLEM, None, LATER)
    assert jobs.in_progress_of("finance") == 1
