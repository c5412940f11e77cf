"""One contract, held by the store in memory and by the table."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from chalicelib.adapters.clients import AwsClients
from chalicelib.adapters.jobs_table import JobsTable
from chalicelib.adapters.results_bucket import ResultsBucket
from chalicelib.engine.options import Options
from chalicelib.errors import UnknownJob
from chalicelib.jobs.job import FileVersion, Job, Ledger, Problem, Result, Status, queued
from chalicelib.jobs.parts import Plan, Run
from chalicelib.jobs.ports import Jobs
from tests.adapters_in_memory import MemoryJobs
from tests.findings import DIALECT, LEFT_OUT, PROBLEM, WARNINGS

NOW = datetime(2026, 11, 24, 12, 0, 0, 250_000, UTC)
LATER = NOW + timedelta(seconds=90)
RESULT = Result(
    ("a", "b"), ("87.20", "12"), (False, True), (2, 3), (1, 0), (0, 0), LEFT_OUT, WARNINGS
)
LEDGER = Ledger(3, 120, 1, 0.25, "pandas")


# Fewer than any result or sums of many columns take.
INLINE_BYTES = 1024


@pytest.fixture(params=["memory", "table"])
def jobs(request: pytest.FixtureRequest) -> Jobs:
    if request.param == "memory":
        return MemoryJobs()
    clients: AwsClients = request.getfixturevalue("clients")
    names: dict[str, str] = request.getfixturevalue("resources")
    return JobsTable(
        names["JobsTable"],
        ResultsBucket(names["ResultsBucket"], clients.s3),
        30,
        clients.dynamodb,
        inline_bytes=INLINE_BYTES,
        now=lambda: LATER,
    )


def a_job(now: datetime = NOW) -> Job:
    return queued(
        uuid4().hex,
        "sub/день.csv",
        Options.of({"step": 3, "delimiter": "\t", "missing": ["-"]}),
        FileVersion(120, '"etag"'),
        now,
    )


def accepted(jobs: Jobs, now: datetime = NOW) -> Job:
    job = a_job(now)
    jobs.put(job)
    return job


def test_a_job_comes_back_as_it_was_put(jobs: Jobs) -> None:
    job = accepted(jobs)
    assert jobs.get(job.id) == job


def test_a_job_keeps_its_client(jobs: Jobs) -> None:
    arn = "arn:aws:iam::123456789012:user/división_abc/subdivisión_xyz/Zhāng"
    job = replace(a_job(), client=arn)
    jobs.put(job)
    assert jobs.start(job.id, LATER).client == jobs.get(job.id).client == arn


@pytest.mark.parametrize("is_reusable", [True, False])
def test_a_job_keeps_whether_its_result_may_answer_others(jobs: Jobs, is_reusable: bool) -> None:
    job = replace(a_job(), is_reusable=is_reusable)
    jobs.put(job)
    assert jobs.get(job.id) == job
    assert jobs.start(job.id, LATER).is_reusable is is_reusable


def answered(plan: Plan | None = None, columns: int = 2) -> Job:
    """Return a job as it is put that has an earlier result."""
    names = tuple(f"c{index}" for index in range(columns))
    counts = (1,) * columns
    result = Result(names, ("7.20",) * columns, (False,) * columns, counts, counts, counts)
    return replace(
        a_job(LATER),
        status=Status.SUCCEEDED,
        started_at=LATER,
        finished_at=LATER,
        plan=plan,
        dialect=DIALECT,
        result=result,
        ledger=LEDGER,
        cached_from=uuid4().hex,
    )


@pytest.mark.parametrize("columns", [2, INLINE_BYTES // 8])
@pytest.mark.parametrize("plan", [None, Plan(1000, 100, 7, 1, 2)])
def test_a_job_that_was_answered_at_once_comes_back_as_it_was_put(
    jobs: Jobs, plan: Plan | None, columns: int
) -> None:
    job = answered(plan, columns)
    assert jobs.put_ended(job)
    assert jobs.get(job.id) == job
    assert jobs.in_progress() == jobs.bytes_in_progress() == 0
    assert jobs.not_updated_since(LATER + timedelta(days=1)) == []
    assert jobs.start(job.id, LATER) == job


def test_a_job_that_failed_at_once_comes_back_as_it_was_put(jobs: Jobs) -> None:
    problem = Problem("bad_options", "It cannot be used.", line=2)
    job = replace(a_job(LATER), status=Status.FAILED, finished_at=LATER, problem=problem)
    assert jobs.put_ended(job)
    assert jobs.get(job.id) == job
    assert jobs.in_progress() == 0


def test_an_answer_does_not_replace_the_job_of_its_id(jobs: Jobs) -> None:
    job = accepted(jobs)
    assert not jobs.put_ended(replace(answered(), id=job.id))
    assert jobs.get(job.id) == job
    assert jobs.in_progress() == 1


def test_an_unknown_id_is_unknown_to_every_call(jobs: Jobs) -> None:
    missing = uuid4().hex
    calls: list[Callable[[], Job]] = [
        lambda: jobs.get(missing),
        lambda: jobs.start(missing, NOW),
        lambda: jobs.succeed(missing, RESULT, LEDGER, DIALECT, NOW),
        lambda: jobs.fail(missing, PROBLEM, None, NOW),
        lambda: jobs.cancel(missing, NOW),
    ]
    for call in calls:
        with pytest.raises(UnknownJob):
            call()


def test_a_job_is_queued_then_running_then_succeeded(jobs: Jobs) -> None:
    job = accepted(jobs)
    running = jobs.start(job.id, LATER)
    assert running == replace(job, status=Status.RUNNING, started_at=LATER, updated_at=LATER)
    succeeded = jobs.succeed(job.id, RESULT, LEDGER, DIALECT, LATER)
    assert succeeded == replace(
        running,
        status=Status.SUCCEEDED,
        result=RESULT,
        ledger=LEDGER,
        dialect=DIALECT,
        finished_at=LATER,
    )
    assert jobs.get(job.id) == succeeded


def test_a_second_start_keeps_the_time_of_the_first(jobs: Jobs) -> None:
    job = accepted(jobs)
    jobs.start(job.id, NOW)
    restarted = jobs.start(job.id, LATER)
    assert (restarted.started_at, restarted.updated_at, restarted.status) == (
        NOW,
        LATER,
        Status.RUNNING,
    )


def test_a_failed_job_carries_its_problem(jobs: Jobs) -> None:
    job = accepted(jobs)
    assert jobs.fail(job.id, PROBLEM, None, LATER).problem == PROBLEM
    assert jobs.get(job.id).status is Status.FAILED


def test_a_job_that_was_not_seen_to_run_succeeds_with_the_start_of_its_ledger(jobs: Jobs) -> None:
    job = accepted(jobs)
    succeeded = jobs.succeed(job.id, RESULT, LEDGER, DIALECT, LATER)
    assert (succeeded.status, succeeded.finished_at) == (Status.SUCCEEDED, LATER)
    assert succeeded.started_at == LATER - timedelta(seconds=LEDGER.seconds)
    assert jobs.get(job.id) == succeeded
    assert jobs.in_progress() == 0


def test_a_job_in_progress_can_be_cancelled(jobs: Jobs) -> None:
    queued, running = accepted(jobs), accepted(jobs)
    jobs.start(running.id, NOW)
    for job in (queued, running):
        cancelled = jobs.cancel(job.id, LATER)
        assert (cancelled.status, cancelled.finished_at) == (Status.CANCELLED, LATER)
        assert jobs.cancel(job.id, LATER + timedelta(seconds=1)) == cancelled
        assert jobs.get(job.id) == cancelled
    assert jobs.in_progress() == 0


@pytest.mark.parametrize("end", ["succeed", "fail", "cancel"])
def test_what_has_ended_stays_as_it_ended(jobs: Jobs, end: str) -> None:
    job = accepted(jobs)
    jobs.start(job.id, NOW)
    ends = {
        "succeed": lambda: jobs.succeed(job.id, RESULT, LEDGER, DIALECT, NOW),
        "fail": lambda: jobs.fail(job.id, PROBLEM, None, NOW),
        "cancel": lambda: jobs.cancel(job.id, NOW),
    }
    ended = ends[end]()
    other = Problem("given_up", "Too late.")
    assert jobs.start(job.id, LATER) == ended
    assert jobs.fail(job.id, other, None, LATER) == ended
    assert jobs.succeed(job.id, RESULT, LEDGER, DIALECT, LATER) == ended
    assert jobs.cancel(job.id, LATER) == ended
    jobs.set_last_error(job.id, "too late")
    assert not jobs.retry(job, LATER)
    assert jobs.get(job.id) == ended


def test_a_result_too_long_for_an_item_comes_back_whole(jobs: Jobs) -> None:
    count = INLINE_BYTES // 8
    long = Result(
        tuple(f"c{index}" for index in range(count)),
        ("1",) * count,
        (True,) * count,
        (1,) * count,
        (0,) * count,
        (0,) * count,
    )
    job = accepted(jobs)
    jobs.start(job.id, NOW)
    jobs.succeed(job.id, long, LEDGER, DIALECT, NOW)
    assert jobs.get(job.id).result == long


def test_the_counter_counts_jobs_until_they_end(jobs: Jobs) -> None:
    before = [accepted(jobs) for _ in range(25)]
    assert jobs.in_progress() == 25
    for job in before:
        jobs.start(job.id, NOW)
    assert jobs.in_progress() == 25
    for job in before[:10]:
        jobs.fail(job.id, PROBLEM, None, NOW)
    for job in before[10:]:
        jobs.succeed(job.id, RESULT, LEDGER, DIALECT, NOW)
    assert jobs.in_progress() == 0


def test_the_bytes_of_the_jobs_in_progress_are_summed(jobs: Jobs) -> None:
    assert jobs.bytes_in_progress() == 0
    first, other = accepted(jobs), accepted(jobs)
    size = first.version.size
    assert size > 0
    assert jobs.bytes_in_progress() == 2 * size
    jobs.start(other.id, NOW)
    jobs.fail(other.id, PROBLEM, None, NOW)
    assert jobs.bytes_in_progress() == size


def test_only_jobs_in_progress_that_nothing_touched_are_untouched(jobs: Jobs) -> None:
    old, started, ended = accepted(jobs), accepted(jobs), accepted(jobs)
    jobs.start(started.id, LATER)
    jobs.fail(ended.id, PROBLEM, None, NOW)
    accepted(jobs, LATER)
    assert [job.id for job in jobs.not_updated_since(NOW + timedelta(seconds=1))] == [old.id]


def test_a_retry_counts_an_attempt_once(jobs: Jobs) -> None:
    job = accepted(jobs)
    assert jobs.retry(job, LATER)
    assert not jobs.retry(job, LATER), "the job has moved since it was read"
    assert (jobs.get(job.id).attempts, jobs.get(job.id).updated_at) == (2, LATER)


def test_a_job_is_taken_back_only_while_it_is_queued(jobs: Jobs) -> None:
    unsent, started = accepted(jobs), accepted(jobs)
    jobs.start(started.id, NOW)
    jobs.remove_unsent(unsent.id)
    jobs.remove_unsent(started.id)
    with pytest.raises(UnknownJob):
        jobs.get(unsent.id)
    assert jobs.get(started.id).status is Status.RUNNING
    assert jobs.in_progress() == 1


PLAN = Plan(size=1000, part_bytes=100, data_start=7, data_line=1, fields=2)


def cut(jobs: Jobs) -> Job:
    job = accepted(jobs)
    jobs.start(job.id, NOW)
    return jobs.plan(job.id, PLAN, DIALECT, LATER)


def test_a_job_keeps_the_first_plan_it_was_given(jobs: Jobs) -> None:
    job = cut(jobs)
    assert (job.plan, job.parts, job.updated_at) == (PLAN, 10, LATER)
    assert jobs.plan(job.id, replace(PLAN, part_bytes=50), DIALECT, LATER).plan == PLAN


@pytest.mark.parametrize("run", Run)
def test_complete_groups_are_a_set_for_each_run(jobs: Jobs, run: Run) -> None:
    job = cut(jobs)
    for group in (3, 0, 3, 9, 0):
        after = jobs.add_done_group(job.id, group, run)
    added, other = after.done_groups, after.done_rerun_groups
    if run is Run.RERUN:
        added, other = other, added
    assert (added, other) == (frozenset({0, 3, 9}), frozenset())
    assert after.updated_at == job.updated_at
    assert jobs.get(job.id) == after


def test_a_job_has_all_parts_once_it_has_all_groups(jobs: Jobs) -> None:
    job = accepted(jobs)
    plan = replace(PLAN, part_bytes=1)
    assert (plan.groups, plan.group_size(0), plan.group_size(7)) == (8, 128, 97)
    assert not jobs.plan(job.id, plan, DIALECT, NOW).parts_complete
    complete = [jobs.add_done_group(job.id, group, Run.FIRST).parts_complete for group in range(8)]
    assert complete == [False] * 7 + [True]


def test_the_number_of_reruns_is_stored_once(jobs: Jobs) -> None:
    job = cut(jobs)
    assert job.reruns_complete
    expecting = jobs.expect_reruns(job.id, 5, 2, LATER)
    assert (expecting.expected_reruns, expecting.expected_rerun_groups) == (5, 2)
    assert jobs.expect_reruns(job.id, 1, 1, LATER) == expecting
    assert not jobs.add_done_group(job.id, 4, Run.RERUN).reruns_complete
    assert not jobs.add_done_group(job.id, 4, Run.RERUN).reruns_complete
    assert jobs.add_done_group(job.id, 0, Run.RERUN).reruns_complete


def test_a_job_is_touched_unless_another_worker_did(jobs: Jobs) -> None:
    job = cut(jobs)
    first, second = LATER + timedelta(minutes=1), LATER + timedelta(minutes=2)
    jobs.touch(job, first)
    assert jobs.get(job.id) == replace(job, updated_at=first)
    jobs.touch(job, second)
    assert jobs.get(job.id).updated_at == first


def test_a_job_that_has_ended_is_not_touched(jobs: Jobs) -> None:
    job = cut(jobs)
    ended = jobs.fail(job.id, PROBLEM, None, LATER)
    jobs.touch(job, LATER + timedelta(minutes=1))
    assert jobs.get(job.id) == ended


def test_a_group_of_a_job_that_has_ended_is_not_added(jobs: Jobs) -> None:
    job = cut(jobs)
    ended = jobs.fail(job.id, PROBLEM, None, LATER)
    assert jobs.add_done_group(job.id, 1, Run.FIRST) == ended
    assert jobs.plan(job.id, PLAN, DIALECT, LATER) == ended


def test_a_job_keeps_that_a_worker_had_no_time_left(jobs: Jobs) -> None:
    job = cut(jobs)
    assert not job.has_overrun
    jobs.set_overrun(job.id)
    assert jobs.get(job.id) == replace(job, has_overrun=True)


def test_the_last_problem_on_the_way_is_kept(jobs: Jobs) -> None:
    job = accepted(jobs)
    jobs.start(job.id, NOW)
    jobs.set_last_error(job.id, "The bucket did not answer.")
    assert jobs.get(job.id).last_error == "The bucket did not answer."
