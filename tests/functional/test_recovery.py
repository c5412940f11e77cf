"""Jobs whose messages were lost, in the running service: none stays in progress for ever."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from chalicelib.adapters.folder_source import FolderSource
from chalicelib.adapters.job_item import new_item
from chalicelib.engine.options import Options
from chalicelib.jobs.job import queued
from tests.functional.stack import Stack


def record_without_message(stack: Stack, name: str) -> str:
    """Make a job as it is when its message got lost."""
    version = FolderSource(str(stack.data)).version(name)
    job = queued(uuid4().hex, name, Options(), version, datetime.now(UTC))
    stack.aws("dynamodb").put_item(TableName="csvsum", Item=new_item(job, 1))
    return job.id


def give_up_after(deliveries: int, sqs: Any, url: str) -> None:
    """Let a queue's messages be dead letters after fewer deliveries: the pauses grow to minutes."""
    reply = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])
    policy = json.loads(reply["Attributes"]["RedrivePolicy"]) | {"maxReceiveCount": deliveries}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": json.dumps(policy)})


def test_a_lost_message_is_made_up_for_and_a_poisoned_one_fails_its_job(
    start: Callable[..., Stack],
) -> None:
    stack = start(
        VISIBILITY_SECONDS="1", STALE_SECONDS="2", MAX_RECEIVE_COUNT="2", SWEEP_MINUTES="1"
    )
    stack.put("x.csv", b"a,b\n1,2\n")
    lost = record_without_message(stack, "x.csv")
    poisoned = record_without_message(stack, "x.csv")
    sqs = stack.aws("sqs")
    url = sqs.get_queue_url(QueueName="csvsum-parts")["QueueUrl"]
    give_up_after(1, sqs, url)
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"job": poisoned, "part": 5}))
    assert stack.api.ongoing() == 2
    error = stack.api.ended(poisoned, 50)["error"]
    assert error["code"] == "given_up"
    assert "none of several tries" in error["detail"]
    job = stack.api.ended(lost, 90)
    assert (job["status"], job["result"]) == ("succeeded", {"a": 1})
    assert stack.api.ongoing() == 0
