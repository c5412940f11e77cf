"""Events of ended jobs, where the service is deployed: rules pass them on, and none is lost."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chalicelib.adapters.job_item import key_of
from local.triggers import schedule_event
from tests.deployed.deployment import Deployment
from tests.deployed.test_rights import without
from tests.eventually import eventually

SCHEDULED = json.dumps(schedule_event()).encode()
ROWS = b"a,b\n1,2\n"


class Ended:
    """A queue with the events of ended jobs."""

    def __init__(self, deployment: Deployment, name: str) -> None:
        self.on, self.url = deployment, ""
        self.name, self.seen = name, list[dict[str, Any]]()

    def __enter__(self) -> "Ended":
        sqs, events = self.on.client("sqs"), self.on.client("events")
        self.url = sqs.create_queue(QueueName=self.name)["QueueUrl"]
        found = sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        arn = found["Attributes"]["QueueArn"]
        pattern = {"source": ["csvsum"], "detail": {"service": [self.on.settings.api_name]}}
        bus = self.on.settings.event_bus
        events.put_rule(Name=self.name, EventBusName=bus, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=self.name, EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
        return self

    def __exit__(self, *_: object) -> None:
        events, bus = self.on.client("events"), self.on.settings.event_bus
        events.remove_targets(Rule=self.name, EventBusName=bus, Ids=["queue"])
        events.delete_rule(Name=self.name, EventBusName=bus)
        self.on.client("sqs").delete_queue(QueueUrl=self.url)

    def of(self, job_id: str) -> list[dict[str, Any]]:
        """Return the events of a job that have arrived."""
        sqs = self.on.client("sqs")
        while messages := sqs.receive_message(QueueUrl=self.url).get("Messages"):
            for message in messages:
                sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
                self.seen.append(json.loads(message["Body"])["detail"])
        return [event for event in self.seen if event["id"] == job_id]


@pytest.fixture
def ended(deployment: Deployment, unique: Callable[[str], str]) -> Iterator[Ended]:
    if not deployment.settings.event_bus:
        pytest.skip("the stage has no EVENT_BUS")
    with Ended(deployment, unique("ended")) as ended:
        yield ended


def submit(deployment: Deployment, name: str, **more: object) -> dict[str, Any]:
    reply = deployment.api.post("/jobs", json.dumps({"csv": name, **more}).encode())
    job: dict[str, Any] = reply.json
    return job


def test_jobs_are_announced_by_the_functions_that_end_them(
    deployment: Deployment, ended: Ended, unique: Callable[[str], str]
) -> None:
    name = deployment.put(unique("ended") + ".csv", ROWS)
    first = submit(deployment, name)["id"]
    deployment.api.ended(first)
    assert eventually(lambda: ended.of(first))[0]["rows"] == 1
    cached = submit(deployment, name)
    assert (cached["status"], cached["cached_from"]) == ("succeeded", first)
    assert eventually(lambda: ended.of(cached["id"]))[0]["cached_from"] == first
    with deployment.without_worker("work_job"):
        cancelled = submit(deployment, name, fresh=True)["id"]
        deployment.api.send("DELETE", f"/jobs/{cancelled}")
        assert eventually(lambda: ended.of(cancelled))[0]["status"] == "cancelled"
    assert len(ended.seen) == 3


def test_a_job_whose_event_is_refused_has_ended_and_the_sweeper_announces_it(
    request: pytest.FixtureRequest,
    deployment: Deployment,
    ended: Ended,
    unique: Callable[[str], str],
) -> None:
    if request.config.getoption("--base-url"):
        pytest.skip("only where it is known that policies are enforced")
    name = deployment.put(unique("refused") + ".csv", ROWS)
    with without(deployment, "work_job", "Events", "events:PutEvents"):
        job_id = submit(deployment, name)["id"]
        assert deployment.api.ended(job_id)["status"] == "succeeded"
        eventually(lambda: item_of(deployment, job_id)["in_progress"])
        assert ended.of(job_id) == []
    deployment.client("dynamodb").update_item(
        TableName=deployment.settings.table,
        Key=key_of(job_id),
        UpdateExpression="SET updated_at = :then",
        ExpressionAttributeValues={":then": {"S": "2026-01-01T00:00:00.000Z"}},
    )
    assert "FunctionError" not in deployment.invoke("sweep", SCHEDULED)
    assert eventually(lambda: ended.of(job_id))[0]["status"] == "succeeded"
    assert "in_progress" not in item_of(deployment, job_id)
    assert "FunctionError" not in deployment.invoke("sweep", SCHEDULED)
    assert len(ended.of(job_id)) == 1


def item_of(deployment: Deployment, job_id: str) -> dict[str, Any]:
    answer = deployment.client("dynamodb").get_item(
        TableName=deployment.settings.table, Key=key_of(job_id)
    )
    item: dict[str, Any] = answer["Item"]
    return item
