"""How many calls of AWS a small job costs: they are most of what it takes."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.adapters.clients import AwsClients
from chalicelib.adapters.tokens_table import TokensTable
from chalicelib.engine.options import Options
from chalicelib.jobs.authentication import Credentials
from chalicelib.jobs.client import OPEN, Client, Role
from chalicelib.jobs.job import utc_now
from chalicelib.jobs.ports import Clock, Message
from chalicelib.jobs.tokens import StoredToken, digest_of, new_token
from chalicelib.settings import Auth, Settings
from chalicelib.wiring import SettingsAdapters
from chalicelib.wiring.container import UseCases
from tests import harness
from tests.moto_aws import MotoAws


class Process:
    """The use cases of one process, and the calls that it makes."""

    def __init__(self, settings: Settings, now: Clock = utc_now) -> None:
        clients = AwsClients()
        self.adapters = SettingsAdapters(settings, clients)
        self.use_cases = UseCases(self.adapters, settings, now)
        self.counted: Counter[str] = Counter()
        for client in (clients.dynamodb(), clients.sqs(), clients.s3(), clients.events()):
            client.meta.events.register("before-send", self._count)

    def _count(self, event_name: str, **_: Any) -> None:
        self.counted[event_name.rpartition(".")[2]] += 1

    def calls(self) -> dict[str, int]:
        """Return the calls since this was last asked."""
        counted, self.counted = dict(self.counted), Counter()
        return counted


@pytest.fixture
def settings(aws: MotoAws, resources: dict[str, str], tmp_path: Path) -> Settings:
    (tmp_path / "small.csv").write_bytes(b"a,b\n" + b"1.5,x\n" * 160)
    (tmp_path / "large.csv").write_bytes(b"a,b\n" + b"1.5,x\n" * 1700)
    return Settings(
        auth=Auth.OPEN,
        csv_source=f"file://{tmp_path}",
        table=resources["JobsTable"],
        tokens_table=resources["TokensTable"],
        jobs_queue=resources["JobsQueue"],
        parts_queue=resources["PartsQueue"],
        results_bucket=resources["ResultsBucket"],
        part_bytes=1024,
        max_bytes_in_progress=0,
    )


@pytest.mark.parametrize("cache", [True, False])
def test_a_small_job_costs_four_calls_of_processes_that_have_worked_before_and_two_for_the_cache(
    settings: Settings, cache: bool
) -> None:
    settings = replace(settings, cache=cache)
    api, worker = Process(settings), Process(settings)
    look = {"GetItem": 1} if cache else {}
    # A process looks up its queue once, and stores once that a client has jobs.
    for number, lookups in enumerate([{"GetQueueUrl": 1, "UpdateItem": 1}, {}]):
        job = api.use_cases.submit("small.csv", Options(step=10 + number), OPEN)
        assert api.calls() == {"PutItem": 1, "SendMessageBatch": 1, **look, **lookups}
        worker.use_cases.sum_job(Message(job.id, record=job))
        # The second one once the result is stored, so that no client waits for it.
        assert worker.calls() == {"UpdateItem": 2 if cache else 1}
        assert api.use_cases.find_job(job.id, OPEN).result
        assert api.calls() == {"GetItem": 1}


def test_a_job_that_an_earlier_one_answers_costs_three_calls(settings: Settings) -> None:
    api, worker = Process(settings), Process(settings)
    first = api.use_cases.submit("small.csv", Options(), OPEN)
    worker.use_cases.sum_job(Message(first.id, record=first))
    api.calls()
    second = api.use_cases.submit("small.csv", Options(), OPEN)
    assert second.cached_from == first.id
    assert api.calls() == {"GetItem": 2, "PutItem": 1}


def test_a_job_that_is_announced_costs_two_calls_more(
    settings: Settings, aws: MotoAws, unique: Callable[[str], str]
) -> None:
    bus = unique("bus")
    aws.client("events").create_event_bus(Name=bus)
    settings = replace(settings, event_bus=bus, cache=False)
    api, worker = Process(settings), Process(settings)
    job = api.use_cases.submit("small.csv", Options(), OPEN)
    worker.use_cases.sum_job(Message(job.id, record=job))
    assert worker.calls() == {"UpdateItem": 2, "PutEvents": 1}


def test_a_submission_that_wants_a_fresh_result_does_not_look_for_an_earlier_one(
    settings: Settings,
) -> None:
    api = Process(settings)
    api.use_cases.submit("small.csv", Options(), OPEN, fresh=True)
    assert "GetItem" not in api.calls()


def test_a_part_costs_two_writes_and_a_read_once_in_some_seconds(settings: Settings) -> None:
    api, worker = Process(settings), Process(settings)
    job = api.use_cases.submit("large.csv", Options(), OPEN)
    worker.use_cases.sum_job(Message(job.id))
    worker.calls()
    for number, first in enumerate([{"GetItem": 1}, {}, {}]):
        worker.use_cases.sum_part(Message(job.id, number))
        assert worker.calls() == {"PutItem": 1, "UpdateItem": 1, **first}
    api.calls()
    assert api.use_cases.find_job(job.id, OPEN).parts_done == 3
    assert api.calls() == {"GetItem": 1, "Query": 1}


def test_a_job_that_counts_to_its_client_costs_three_calls_more(settings: Settings) -> None:
    closed = replace(settings, auth=Auth.TOKEN, cache=False)
    api, worker = Process(closed), Process(closed)
    for lookups in ({"GetQueueUrl": 1, "UpdateItem": 1}, {}):
        job = api.use_cases.submit("small.csv", Options(), Client("finance"))
        assert api.calls() == {"TransactWriteItems": 1, "SendMessageBatch": 1, **lookups}
        worker.use_cases.sum_job(Message(job.id))
        # What it costs to end: an update that is refused, the transaction, and the job as it is.
        assert worker.calls() == {"GetItem": 2, "UpdateItem": 1, "TransactWriteItems": 1}


def test_a_token_costs_one_read_a_minute(settings: Settings) -> None:
    clock = harness.Clock(utc_now())
    api = Process(replace(settings, auth=Auth.TOKEN), clock)
    tokens = TokensTable(settings.tokens_table, AwsClients().dynamodb)
    finance = Client("finance", Role.ADMIN)
    job = api.use_cases.submit("small.csv", Options(), finance)
    token, now = new_token(), clock()
    tokens.add(StoredToken(digest_of(token), finance, now, now + timedelta(days=1)))
    credentials = Credentials(f"Bearer {token}")
    api.calls()
    for seconds, reads in ((0, {"GetItem": 2}), (59, {"GetItem": 1}), (2, {"GetItem": 2})):
        clock.advance(seconds=seconds)
        client = api.use_cases.authenticate(credentials)
        assert api.use_cases.find_job(job.id, client).id == job.id
        assert api.calls() == reads
