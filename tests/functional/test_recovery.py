"""Jobs that were lost on the way, in the running service: none stays in progress for ever."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest

from chalicelib.adapters.folder_source import FolderSource
from chalicelib.adapters.job_item import new_item
from chalicelib.engine.options import Options
from chalicelib.jobs.job import queued
from tests.functional.stack import Stack


@pytest.fixture
def forgetful(tmp_path: Path) -> Iterator[Stack]:
    (tmp_path / "data").mkdir()
    running = Stack(
        tmp_path / "data",
        tmp_path / "log.txt",
        VISIBILITY_SECONDS="1",
        STALE_SECONDS="2",
        MAX_RECEIVE_COUNT="2",
        SWEEP_MINUTES="1",
    )
    yield running
    running.stop()


def aws(stack: Stack, service: str) -> Any:
    make: Any = boto3.client  # its types know only literal names
    return make(
        service,
        endpoint_url=stack.aws_endpoint,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )


def record_without_message(stack: Stack, name: str) -> str:
    """A job as it is when its message got lost."""
    job = queued(
        uuid4().hex, name, Options(), FolderSource(str(stack.data)).version(name), datetime.now(UTC)
    )
    aws(stack, "dynamodb").put_item(TableName="csvsum", Item=new_item(job, 1))
    return job.id


def test_a_lost_message_is_made_up_for_and_a_poisoned_one_fails_its_job(forgetful: Stack) -> None:
    forgetful.put("x.csv", b"a,b\n1,2\n")
    lost = record_without_message(forgetful, "x.csv")
    poisoned = record_without_message(forgetful, "x.csv")
    sqs = aws(forgetful, "sqs")
    url = sqs.get_queue_url(QueueName="csvsum-parts")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"job": poisoned, "part": 5}))
    assert forgetful.api.ongoing() == 2
    error = forgetful.api.ended(poisoned, 50)["error"]
    assert error["code"] == "given_up"
    assert "none of several tries" in error["detail"]
    job = forgetful.api.ended(lost, 90)
    assert (job["status"], job["result"]) == ("succeeded", {"a": 1})
    assert forgetful.api.ongoing() == 0
