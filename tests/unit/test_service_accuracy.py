"""The cases of tests/accuracy through the service: complete, and cut into parts."""

from decimal import Decimal
from random import Random

import pytest

from chalicelib.engine.options import Options
from chalicelib.jobs.job import Job
from tests.accuracy.case import Case, load
from tests.harness import World
from tests.kernels import Make, every_kernel

CASES = load()
IDS = [f"{case.kind}/{case.name}" for case in CASES]
each_case = pytest.mark.parametrize("case", CASES, ids=IDS)


def run(case: Case, world: World) -> Job:
    job = world.submit(case.data, Options.of(case.options))
    world.run(Random(1))
    return world.final(job)


def check(case: Case, job: Job) -> None:
    """Require the sums, or the code and a sentence that says where and what to do."""
    if case.refused:
        assert job.problem, job.result
        assert job.problem.code == case.refused, job.problem
        assert job.problem.detail.endswith(".")
        return
    assert job.result, job.problem
    totals = {name: Decimal(total) for name, total in job.result.exact().items()}
    assert totals == {**case.totals, **case.also_totals}
    assert {each.name for each in job.result.left_out} == set(case.left_out)


@each_case
@every_kernel
def test_a_case_is_summed_or_refused_as_it_says(kernel: Make, case: Case) -> None:
    check(case, run(case, World(kernel=kernel(block_bytes=64))))


@each_case
@pytest.mark.parametrize("part_bytes", [1, 7, 40])
def test_a_case_that_is_cut_has_the_same_outcome(case: Case, part_bytes: int) -> None:
    world = World(part_bytes=part_bytes, proof_bytes=5, block_bytes=11)
    job = run(case, world)
    check(case, job)
    whole = run(case, World())
    assert (job.result, job.problem, job.dialect) == (whole.result, whole.problem, whole.dialect)
