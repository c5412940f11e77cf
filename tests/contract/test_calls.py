"""How many calls of AWS a small job costs: they are most of what it takes."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from chalicelib.adapters.clients import AwsClients
from chalicelib.engine.options import Options
from chalicelib.jobs.ports import Message
from chalicelib.settings import Settings
from chalicelib.wiring import SettingsAdapters
from chalicelib.wiring.container import UseCases
from tests.moto_aws import MotoAws


class Process:
    """The use cases of one process, and the calls that it makes."""

    def __init__(self, settings: Settings) -> None:
        clients = AwsClients()
        self.use_cases = UseCases(SettingsAdapters(settings, clients), settings)
        self.counted: Counter[str] = Counter()
        for client in (clients.dynamodb(), clients.sqs(), clients.s3()):
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
        csv_source=f"file://{tmp_path}",
        table=resources["JobsTable"],
        jobs_queue=resources["JobsQueue"],
        parts_queue=resources["PartsQueue"],
        results_bucket=resources["ResultsBucket"],
        part_bytes=1024,
        max_bytes_in_progress=0,
    )


def test_a_small_job_costs_four_calls_of_processes_that_have_worked_before(
    settings: Settings,
) -> None:
    api, worker = Process(settings), Process(settings)
    for lookups in ({"GetQueueUrl": 1}, {}):
        job = api.use_cases.submit("small.csv", Options())
        assert api.calls() == {"PutItem": 1, "SendMessageBatch": 1, **lookups}
        worker.use_cases.sum_job(Message(job.id, record=job))
        assert worker.calls() == {"UpdateItem": 1}
        assert api.use_cases.find_job(job.id).result
        assert api.calls() == {"GetItem": 1}


def test_a_part_costs_two_writes_and_a_read_once_in_some_seconds(settings: Settings) -> None:
    api, worker = Process(settings), Process(settings)
    job = api.use_cases.submit("large.csv", Options())
    worker.use_cases.sum_job(Message(job.id))
    worker.calls()
    for number, first in enumerate([{"GetItem": 1}, {}, {}]):
        worker.use_cases.sum_part(Message(job.id, number))
        assert worker.calls() == {"PutItem": 1, "UpdateItem": 1, **first}
    api.calls()
    assert api.use_cases.find_job(job.id).parts_done == 3
    assert api.calls() == {"GetItem": 1, "Query": 1}
