"""Dead letters and the schedule, where the service is deployed."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from local.triggers import schedule_event
from tests.deployed.deployment import Deployment

SCHEDULED = json.dumps(schedule_event()).encode()


def received(deployment: Deployment, job_id: str, hidden_seconds: int) -> dict[str, Any]:
    for _ in range(5):
        for message in deployment.receive(deployment.settings.jobs_queue, hidden_seconds):
            if json.loads(message["Body"])["job"] == job_id:
                return message
    raise AssertionError("the job's message is not in its queue")


def test_a_message_that_was_tried_in_vain_fails_its_job(
    deployment: Deployment, unique: Callable[[str], str]
) -> None:
    name = deployment.put(unique("dead") + ".csv", b"a,b\n1,2\n")
    with deployment.without_worker("work_job"):
        job_id = deployment.api.submit(name)
        for _ in range(deployment.settings.max_receive_count):
            received(deployment, job_id, hidden_seconds=1)
            time.sleep(1.2)
        deployment.receive(deployment.settings.jobs_queue, 1)  # once more: to the dead letters
        job = deployment.api.ended(job_id)
    assert (job["status"], job["error"]["code"]) == ("failed", "given_up")


def test_a_strange_dead_letter_is_let_go(deployment: Deployment) -> None:
    url = deployment.queue_url(deployment.settings.dead_queue)
    deployment.client("sqs").send_message(QueueUrl=url, MessageBody="not one of ours")
    deadline = time.monotonic() + 30
    while _in(deployment, url):
        assert time.monotonic() < deadline
        time.sleep(0.5)


def _in(deployment: Deployment, url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = deployment.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)[
        "Attributes"
    ]
    return sum(int(value) for value in attributes.values())


def test_the_sweep_takes_up_a_job_whose_message_was_lost(
    deployment: Deployment, unique: Callable[[str], str]
) -> None:
    if deployment.settings.stale_seconds > 5:
        pytest.skip("STALE_SECONDS is so large that this would be slow")
    name = deployment.put(unique("lost") + ".csv", b"a,b\n1,2\n")
    with deployment.without_worker("work_job"):
        job_id = deployment.api.submit(name)
        deployment.delete(
            deployment.settings.jobs_queue, received(deployment, job_id, hidden_seconds=60)
        )
    time.sleep(deployment.settings.stale_seconds + 0.5)
    assert deployment.api.get(f"/jobs/{job_id}").json["status"] == "queued"
    assert "FunctionError" not in deployment.invoke("sweep", SCHEDULED)
    assert deployment.api.ended(job_id)["result"] == {"a": 1}


def test_the_sweep_is_scheduled_and_runs(deployment: Deployment) -> None:
    events = deployment.client("events")
    arn = deployment.client("lambda").get_function_configuration(
        FunctionName=f"{deployment.prefix}-sweep"
    )["FunctionArn"]
    rules = events.list_rule_names_by_target(TargetArn=arn)["RuleNames"]
    assert [events.describe_rule(Name=rule)["ScheduleExpression"] for rule in rules] == [
        "rate(5 minutes)"
    ]
    assert "FunctionError" not in deployment.invoke("sweep", SCHEDULED)
