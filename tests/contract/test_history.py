"""One contract, held by the history in memory and by the index of the table."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from chalicelib.adapters.clients import AwsClients
from chalicelib.adapters.history_table import BATCH, HistoryTable
from chalicelib.adapters.jobs_table import JobsTable
from chalicelib.adapters.results_bucket import ResultsBucket
from chalicelib.engine.options import Options
from chalicelib.jobs.client_ports import History
from chalicelib.jobs.job import FileVersion, Job, Ledger, Result, place_of, queued
from chalicelib.jobs.listing import NEWEST
from chalicelib.jobs.ports import Jobs
from tests.adapters_in_memory import MemoryHistory, MemoryJobs
from tests.findings import DIALECT

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
RESULT = Result(("a",), ("87",), (True,), (2,), (1,), (0,))
LEDGER = Ledger(3, 120, 1, 0.25, "pandas")


@dataclass
class Stores:
    jobs: Jobs
    history: History
    make: Callable[[], History]


@pytest.fixture(params=["memory", "table"])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "memory":
        jobs = MemoryJobs()
        return Stores(jobs, MemoryHistory(jobs), lambda: MemoryHistory(jobs))
    clients: AwsClients = request.getfixturevalue("clients")
    table: str = request.getfixturevalue("resources")["JobsTable"]
    results = ResultsBucket(request.getfixturevalue("resources")["ResultsBucket"], clients.s3)

    def make() -> HistoryTable:
        return HistoryTable(table, clients.dynamodb, lambda: NOW)

    return Stores(JobsTable(table, results, 30, clients.dynamodb, now=lambda: NOW), make(), make)


def stored(stores: Stores, client: str, seconds: float = 0) -> Job:
    now = NOW + timedelta(seconds=seconds)
    version = FileVersion(120, '"etag"')
    job = replace(queued(uuid4().hex, "x.csv", Options(), version, now), client=client)
    stores.jobs.put(job)
    return job


def test_jobs_come_newest_first_and_before_a_place(stores: Stores) -> None:
    client = uuid4().hex
    jobs = [stored(stores, client, seconds) for seconds in range(5)]
    newest = list(reversed(jobs))
    assert list(stores.history.newest(client, NEWEST, None, 10)) == newest
    assert list(stores.history.newest(client, NEWEST, None, 2)) == newest[:2]
    assert list(stores.history.newest(client, place_of(newest[1]), None, 2)) == newest[2:4]
    assert list(stores.history.newest(client, NEWEST, jobs[3].submitted_at, 9)) == newest[:2]
    assert list(stores.history.newest(uuid4().hex, NEWEST, None, 2)) == []


def test_more_jobs_than_one_call_returns_are_all_there(stores: Stores) -> None:
    client = uuid4().hex
    for seconds in range(BATCH + 5):
        stored(stores, client, seconds)
    found = stores.history.newest(client, NEWEST, None, 2 * BATCH)
    assert len({job.id for job in found}) == BATCH + 5


def test_a_job_is_listed_as_it_is_but_without_its_result(stores: Stores) -> None:
    client = uuid4().hex
    job = stored(stores, client)
    ended = stores.jobs.succeed(job.id, RESULT, LEDGER, DIALECT, NOW)
    assert list(stores.history.newest(client, NEWEST, None, 1)) == [replace(ended, result=None)]


def test_clients_are_remembered_once(stores: Stores) -> None:
    names = {f"client {uuid4().hex}" for _ in range(3)}
    for name in [*names, *names]:
        stores.history.add_client(name)
    assert names <= set(stores.history.clients())


def test_all_processes_have_the_same_secret(stores: Stores) -> None:
    assert stores.history.secret() == stores.make().secret() == stores.make().secret()
    assert len(stores.history.secret()) >= 16
