"""A worker reads a job that is cut once in some seconds."""

from dataclasses import replace
from datetime import timedelta

from chalicelib.jobs.job import Job
from chalicelib.jobs.recent import MAX_JOBS, RecentJobs
from tests.adapters_in_memory import MemoryJobs
from tests.harness import Clock, World

ROWS = b"a,b\n" + b"1.5,x\n" * 100


class Reads(MemoryJobs):
    def __init__(self) -> None:
        super().__init__()
        self.reads = 0

    def find(self, job_id: str) -> Job | None:
        self.reads += 1
        return super().find(job_id)


def cut_job() -> tuple[Reads, Job]:
    jobs = Reads()
    world = World(part_bytes=100, jobs=jobs)
    job = world.submit(ROWS)
    world.deliver_next()
    jobs.reads = 0
    return jobs, jobs.get(job.id)


def test_a_job_is_read_once_in_a_second() -> None:
    jobs, job = cut_job()
    clock = Clock()
    recent = RecentJobs(jobs, now=clock)
    for _ in range(21):
        assert recent.find(job.id) == job
        clock.advance(seconds=0.1)
    assert jobs.reads == 3


def test_a_job_that_was_forgotten_is_read_anew() -> None:
    jobs, job = cut_job()
    recent = RecentJobs(jobs, now=Clock())
    assert recent.find(job.id) == job
    jobs.records[job.id] = later = replace(job, updated_at=job.updated_at + timedelta(seconds=1))
    recent.forget(job.id)
    assert recent.find(job.id) == later


def test_a_job_that_is_not_cut_and_one_that_is_unknown_are_read_each_time() -> None:
    jobs = Reads()
    job = World(jobs=jobs).submit(ROWS)
    recent = RecentJobs(jobs, now=Clock())
    assert [recent.find(job.id), recent.find(job.id), recent.find("x")] == [job, job, None]
    assert jobs.reads == 3


def test_a_clock_that_is_set_back_does_not_keep_a_job() -> None:
    jobs, job = cut_job()
    clock = Clock()
    recent = RecentJobs(jobs, now=clock)
    recent.find(job.id)
    clock.advance(hours=-1)
    recent.find(job.id)
    assert jobs.reads == 2


def test_few_jobs_are_kept() -> None:
    jobs, job = cut_job()
    recent = RecentJobs(jobs, now=Clock())
    for number in range(2 * MAX_JOBS):
        jobs.records[f"{number}"] = replace(job, id=f"{number}")
        recent.find(f"{number}")
    jobs.reads = 0
    for number in range(2 * MAX_JOBS - 1, -1, -1):
        recent.find(f"{number}")
    assert jobs.reads == MAX_JOBS
