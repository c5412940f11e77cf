"""What the local service does between its queues and the handlers, as SQS and Lambda would."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from local.embedded_aws import EmbeddedAws
from local.triggers import QueueTrigger, rate_seconds, schedule_event
from local.worker import Poller


@pytest.fixture
def queues(
    aws: EmbeddedAws, unique: Callable[[str], str], resource_names: dict[str, str]
) -> dict[str, str]:
    limits = {"VisibilitySeconds": "1", "MaxReceiveCount": "3"}
    aws.create_resources({**resource_names, **limits}, unique("stack"))
    return resource_names


def send(aws: EmbeddedAws, queue: str, body: str) -> None:
    sqs = aws.client("sqs")
    sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName=queue)["QueueUrl"], MessageBody=body)


class Handler:
    """Keeps what it was called with; fails, or takes its time, as told."""

    def __init__(self, error: Exception | None = None, seconds: float = 0) -> None:
        self.error = error
        self.seconds = seconds
        self.records: list[dict[str, Any]] = []

    def __call__(self, event: Mapping[str, Any], context: Any) -> None:
        self.records += event["Records"]
        assert context.get_remaining_time_in_millis() > 0
        time.sleep(self.seconds)
        if self.error:
            raise self.error


def test_a_message_that_was_done_is_deleted(aws: EmbeddedAws, queues: dict[str, str]) -> None:
    handler = Handler()
    poller = Poller(QueueTrigger(queues["JobsQueue"], 1, handler))
    send(aws, queues["JobsQueue"], "hello")
    assert poller.once(wait_seconds=0)
    time.sleep(1.1)
    assert not poller.once(wait_seconds=0)
    (record,) = handler.records
    assert (record["body"], record["eventSource"]) == ("hello", "aws:sqs")
    assert record["eventSourceARN"].endswith(queues["JobsQueue"])


def test_a_message_that_always_fails_is_counted_and_becomes_a_dead_letter(
    aws: EmbeddedAws, queues: dict[str, str]
) -> None:
    failing, dead = Handler(RuntimeError("poison")), Handler()
    poller = Poller(QueueTrigger(queues["JobsQueue"], 1, failing))
    undertaker = Poller(QueueTrigger(queues["DeadQueue"], 1, dead))
    send(aws, queues["JobsQueue"], "poison")
    deadline = time.monotonic() + 20
    while not dead.records and time.monotonic() < deadline:
        poller.once(wait_seconds=0)
        undertaker.once(wait_seconds=0)
        time.sleep(0.2)
    assert [record["attributes"]["ApproximateReceiveCount"] for record in failing.records] == [
        "1",
        "2",
        "3",
    ]
    assert [record["body"] for record in dead.records] == ["poison"]


def test_a_message_stays_hidden_while_its_handler_works(
    aws: EmbeddedAws, queues: dict[str, str]
) -> None:
    slow, other = Handler(seconds=2.5), Handler()
    poller = Poller(QueueTrigger(queues["PartsQueue"], 1, slow))
    send(aws, queues["PartsQueue"], "slow")
    assert poller.once(wait_seconds=0)
    assert not Poller(QueueTrigger(queues["PartsQueue"], 1, other)).once(wait_seconds=0)
    assert len(slow.records) == 1


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("rate(5 minutes)", 300),
        ("rate(1 minute)", 60),
        ("rate(2 hours)", 7200),
        ("rate(1 day)", 86400),
    ],
)
def test_a_rate_is_so_many_seconds(text: str, seconds: int) -> None:
    assert rate_seconds(text) == seconds


def test_a_schedule_that_cannot_be_driven_here_says_so() -> None:
    with pytest.raises(ValueError, match="rate"):
        rate_seconds("cron(0 12 * * ? *)")


def test_a_scheduled_event_is_what_chalice_expects() -> None:
    event = schedule_event()
    assert event["detail-type"] == "Scheduled Event"
    assert {"id", "time", "region", "resources", "detail", "source", "account", "version"} <= set(
        event
    )
