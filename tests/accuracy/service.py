"""A file read and summed by the service itself, with adapters in memory."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from chalicelib.engine.options import Options
from chalicelib.errors import CsvsumError
from chalicelib.jobs.job import Job
from tests.accuracy.reference import Answer
from tests.harness import World


def answer(data: bytes, options: Mapping[str, Any], world: World | None = None) -> Answer:
    """Return what the service answers to a file that is submitted with these options."""
    world = world or World()
    asked = Options.of(options)
    assert asked.conflict() is None, asked.conflict()
    try:
        job = world.submit(data, asked)
    except CsvsumError as error:
        return Answer({}, refused=error.code, message=error.detail)
    world.run()
    return answer_of(world.final(job))


def answer_of(job: Job) -> Answer:
    """Return what a final job says."""
    if job.problem:
        problem = job.problem
        return Answer({}, (), problem.code, problem.detail, problem.suggestions)
    assert job.result
    sums = {name: Decimal(total) for name, total in job.result.exact().items()}
    return Answer(sums, tuple(each.name for each in job.result.left_out))
