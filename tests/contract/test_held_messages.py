"""Messages under work on moto's SQS: hidden while it goes on, and back in time when it does not."""

from collections.abc import Callable
from dataclasses import replace
from threading import Event, Semaphore
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.adapters.clients import AwsClients
from chalicelib.adapters.heartbeat import Heartbeat
from chalicelib.adapters.held_messages import HOLD_SECONDS, PAUSES, HeldMessages
from chalicelib.adapters.queue_urls import QueueUrls
from local.triggers import sqs_event
from tests.moto_aws import MotoAws

LONG = 5400


class Failed(Exception):
    """What a handler raises."""


@pytest.fixture
def queue(aws: MotoAws, unique: Callable[[str], str]) -> str:
    name = unique("parts")
    aws.client("sqs").create_queue(QueueName=name, Attributes={"VisibilityTimeout": str(LONG)})
    return name


@pytest.fixture
def held(clients: AwsClients) -> HeldMessages:
    return HeldMessages(QueueUrls(clients.sqs), LONG)


def send(aws: MotoAws, queue: str) -> None:
    sqs = aws.client("sqs")
    sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName=queue)["QueueUrl"], MessageBody="x")


def receive(aws: MotoAws, queue: str, wait_seconds: int = 0) -> dict[str, Any] | None:
    """Return the next message as a handler gets it, or None."""
    sqs = aws.client("sqs")
    messages = sqs.receive_message(
        QueueUrl=sqs.get_queue_url(QueueName=queue)["QueueUrl"],
        AttributeNames=["All"],
        WaitTimeSeconds=wait_seconds,
    ).get("Messages", [])
    records: list[dict[str, Any]] = sqs_event(queue, messages)["Records"]
    return records[0] if records else None


class Worker:
    """The calls with which a worker hides messages, until its process is killed."""

    def __init__(self, held: HeldMessages) -> None:
        self.seconds: list[int] = []
        self.has_called = Event()
        self.is_killed = False
        events = held.urls.sqs().meta.events
        events.register("provide-client-params.sqs.ChangeMessageVisibility", self._call)
        events.register("after-call.sqs.ChangeMessageVisibility", self._called)

    def _call(self, params: dict[str, Any], **_: Any) -> None:
        if self.is_killed:
            raise EndpointConnectionError(endpoint_url="its process does not run")
        self.seconds.append(params["VisibilityTimeout"])

    def _called(self, **_: Any) -> None:
        self.has_called.set()


def taken(aws: MotoAws, queue: str) -> dict[str, Any]:
    """Send a message, and return it as a worker gets it."""
    send(aws, queue)
    record = receive(aws, queue)
    assert record
    return record


def test_a_message_whose_worker_dies_comes_back_long_before_the_timeout_of_its_queue(
    aws: MotoAws, queue: str, held: HeldMessages
) -> None:
    held = replace(held, hold_seconds=2)
    worker = Worker(held)
    with held.held(taken(aws, queue)):
        assert worker.has_called.wait(10)
        worker.is_killed = True
        back = receive(aws, queue, wait_seconds=10)
    assert worker.seconds == [2]
    assert back
    assert back["attributes"]["ApproximateReceiveCount"] == "2"


def test_a_message_stays_hidden_while_its_worker_works(
    aws: MotoAws, queue: str, held: HeldMessages
) -> None:
    held = replace(held, hold_seconds=3)
    worker = Worker(held)
    with held.held(taken(aws, queue)):
        assert receive(aws, queue, wait_seconds=5) is None
    assert worker.seconds[:3] == [3, 3, 3]


def test_nobody_hides_a_message_that_is_done(aws: MotoAws, queue: str, held: HeldMessages) -> None:
    worker = Worker(held)
    with held.held(taken(aws, queue)):
        pass
    assert worker.seconds == [HOLD_SECONDS]


def test_a_queue_with_a_short_timeout_needs_no_call_at_the_start(
    aws: MotoAws, queue: str, held: HeldMessages
) -> None:
    held = replace(held, visibility_seconds=HOLD_SECONDS)
    worker = Worker(held)
    with held.held(taken(aws, queue)):
        pass
    assert worker.seconds == []


@pytest.mark.parametrize(("count", "pause"), [*enumerate(PAUSES, 1), (9, PAUSES[-1])])
def test_a_message_that_fails_comes_back_later_each_time(
    aws: MotoAws, queue: str, held: HeldMessages, count: int, pause: int
) -> None:
    record = taken(aws, queue)
    record["attributes"]["ApproximateReceiveCount"] = str(count)
    worker = Worker(held)
    with pytest.raises(Failed), held.held(record):
        raise Failed
    assert worker.seconds == [HOLD_SECONDS, pause]


def test_a_message_that_failed_is_redelivered(aws: MotoAws, queue: str, held: HeldMessages) -> None:
    record = taken(aws, queue)
    with pytest.raises(Failed), replace(held, pauses=(0,)).held(record):
        raise Failed
    assert receive(aws, queue)


def test_work_goes_on_when_its_message_cannot_be_hidden(
    clients: AwsClients, unique: Callable[[str], str], caplog: pytest.LogCaptureFixture
) -> None:
    record = {
        "attributes": {"ApproximateReceiveCount": "1"},
        "receiptHandle": "unknown",
        "eventSourceARN": f"arn:aws:sqs:us-east-1:123456789012:{unique('missing')}",
        "body": '{"job": "some-job"}',
    }
    held, done = HeldMessages(QueueUrls(clients.sqs), LONG), False
    with held.held(record):
        done = True
    assert done
    assert "some-job" in caplog.text
    assert "for 90 s" in caplog.text
    with pytest.raises(Failed), held.held(record):
        raise Failed


def test_a_heart_beats_until_the_work_ends() -> None:
    beats = Semaphore(0)
    with Heartbeat(beats.release, 0.001, at_once=False):
        assert all(beats.acquire(timeout=10) for _ in range(5))
    while beats.acquire(blocking=False):
        pass
    assert not beats.acquire(timeout=0.05)
