"""Whose jobs a client sees."""

import pytest

from chalicelib.engine.options import Options
from chalicelib.errors import UnknownJob
from chalicelib.jobs.client import OPEN, Client, Role
from chalicelib.jobs.job import Job
from tests.harness import World

FINANCE, SALES = Client("finance"), Client("sales")
OPERATOR = Client("operator", Role.ADMIN)


@pytest.fixture
def world() -> World:
    world = World()
    world.source.files["x.csv"] = b"a\n1\n"
    return world


def submitted(world: World, client: Client) -> Job:
    return world.use_cases.submit("x.csv", Options(), client)


def test_a_job_belongs_to_the_client_that_submitted_it(world: World) -> None:
    job = submitted(world, FINANCE)
    assert job.client == "finance"
    assert world.use_cases.find_job(job.id, FINANCE) == job


def test_a_job_of_another_client_is_as_unknown_as_one_that_never_was(world: World) -> None:
    job = submitted(world, FINANCE)
    with pytest.raises(UnknownJob) as of_another:
        world.use_cases.find_job(job.id, SALES)
    with pytest.raises(UnknownJob) as missing:
        world.use_cases.find_job("0" * 32, SALES)
    assert of_another.value.detail == missing.value.detail


def test_an_admin_sees_the_jobs_of_all_clients(world: World) -> None:
    for owner in (FINANCE, SALES, OPERATOR):
        job = submitted(world, owner)
        assert world.use_cases.find_job(job.id, OPERATOR) == job


def test_a_client_sees_no_job_of_an_admin(world: World) -> None:
    job = submitted(world, OPERATOR)
    with pytest.raises(UnknownJob):
        world.use_cases.find_job(job.id, FINANCE)


def test_a_client_is_never_an_admin_by_default() -> None:
    assert Client("operator").role is Role.CLIENT


def test_where_nobody_is_authenticated_everybody_sees_every_job(world: World) -> None:
    for owner in (FINANCE, OPEN):
        job = submitted(world, owner)
        assert world.use_cases.find_job(job.id, OPEN) == job
