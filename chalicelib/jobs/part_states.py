"""The state of each part of a job, for people who watch it."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.jobs.client import Client
from chalicelib.jobs.job import Job, Status
from chalicelib.jobs.parts import Run
from chalicelib.jobs.ports import Jobs, Parts
from chalicelib.jobs.queries import get_job


class PartState(StrEnum):
    """Where a part is. The table does not say which worker is at work on which part."""

    #: Not sent to the workers yet.
    WAITING = "."
    #: Sent to the workers: in the queue, or being summed.
    SENT = "q"
    SUMMED = "s"
    #: Summed once more, since its first run assumed a wrong start state.
    RERUN = "r"
    #: The part with the fault of the file.
    FAILED = "f"


@dataclass(frozen=True, slots=True)
class JobParts:
    """The parts of a job in the order of the file."""

    status: Status
    #: The size of every part but the last one, in bytes.
    part_bytes: int
    #: How many parts must be summed once more.
    reruns: int
    #: A ``PartState`` for each part.
    states: str


def find_parts(jobs: Jobs, parts: Parts, job_id: str, client: Client) -> JobParts:
    """Return the parts of a job. Raise UnknownJob as ``find_job`` does.

    A job in progress costs one query of at most 157 small items, and one more if parts are rerun.
    """
    job = get_job(jobs, job_id, client)
    is_done = job.plan is None or job.status is Status.SUCCEEDED
    done = frozenset() if is_done else parts.done(job.id, consistent=False)
    rerun = (
        parts.done(job.id, consistent=False, run=Run.RERUN) if job.expected_reruns else frozenset()
    )
    return JobParts(
        status=job.status,
        part_bytes=job.plan.part_bytes if job.plan else job.version.size,
        reruns=job.expected_reruns,
        states=states_of(job, done, rerun),
    )


def states_of(job: Job, done: Collection[int], rerun: Collection[int]) -> str:
    """Return the states of a job's parts, of which some are done, and some of these once more."""
    states = [_untouched(job)] * job.parts
    if job.plan and not job.status.is_final:
        for number in range(job.plan.window, job.plan.count):
            if not job.plan.is_sent(number, done):
                states[number] = PartState.WAITING
    for number in done:
        states[number] = PartState.SUMMED
    for number in rerun:
        states[number] = PartState.RERUN
    failed = _failed(job)
    if failed is not None:
        states[failed] = PartState.FAILED
    return "".join(states)


def _untouched(job: Job) -> PartState:
    """Return the state of the parts of which nothing else is known."""
    if job.status is Status.SUCCEEDED:
        return PartState.SUMMED
    return PartState.SENT if job.status is Status.RUNNING else PartState.WAITING


def _failed(job: Job) -> int | None:
    """Return the part that has the fault of a failed job; None if the fault has no place."""
    if job.problem is None or job.plan is None:
        return 0 if job.status is Status.FAILED else None
    place = job.problem.byte_offset
    if place is None or place < job.plan.data_start:
        return None
    return min((place - job.plan.data_start) // job.plan.part_bytes, job.plan.count - 1)
