"""The work queues on moto's SQS: what is sent arrives, what is refused is told, and dead letters are readable."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.adapters import clients
from chalicelib.adapters.work_queue import (
    BadMessage,
    WorkQueue,
    decode,
    decode_dead,
    encode,
    redeliver_soon,
)
from chalicelib.engine.states import State
from chalicelib.errors import ServiceDown
from chalicelib.jobs.ports import Message
from local.triggers import sqs_event
from tests.moto_aws import MotoAws


@pytest.fixture
def names(aws: MotoAws, unique: Callable[[str], str]) -> tuple[str, str]:
    names = (unique("jobs"), unique("parts"))
    for name in names:
        aws.client("sqs").create_queue(QueueName=name)
    return names


def received(aws: MotoAws, name: str) -> list[Message]:
    sqs = aws.client("sqs")
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    found: list[Message] = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        found += [decode(message["Body"]) for message in messages]
    return found


def test_jobs_and_parts_have_a_queue_each(aws: MotoAws, names: tuple[str, str]) -> None:
    queue = WorkQueue(*names)
    job = uuid4().hex
    parts = [Message(job, number) for number in range(25)] + [Message(job, 3, State.QUOTED)]
    queue.send([Message(job)])
    queue.send(parts)
    assert queue.waiting() == 27
    assert received(aws, names[0]) == [Message(job)]
    assert sorted(received(aws, names[1]), key=str) == sorted(parts, key=str)
    assert queue.waiting() == 0


def test_a_queue_that_is_not_there_is_a_service_that_is_down(
    aws: MotoAws, unique: Callable[[str], str]
) -> None:
    with pytest.raises(ServiceDown):
        WorkQueue(unique("missing"), unique("missing")).send([Message("x")])


@pytest.mark.parametrize("refusals", [1, 5])
def test_what_a_batch_refuses_is_sent_again_or_told(
    aws: MotoAws, names: tuple[str, str], refusals: int
) -> None:
    left = [refusals]

    def refuse_one(parsed: dict[str, Any], **_: Any) -> None:
        if left[0] and parsed.get("Successful"):
            left[0] -= 1
            refused = parsed["Successful"].pop()
            parsed["Failed"] = [
                {"Id": refused["Id"], "Code": "InternalError", "SenderFault": False}
            ]

    events = clients.client("sqs").meta.events
    events.register("after-call.sqs.SendMessageBatch", refuse_one)
    try:
        if refusals == 1:
            WorkQueue(*names).send([Message("x", number) for number in range(3)])
        else:
            with pytest.raises(ServiceDown):
                WorkQueue(*names).send([Message("x", number) for number in range(3)])
    finally:
        events.unregister("after-call.sqs.SendMessageBatch", refuse_one)
    assert {message.part for message in received(aws, names[1])} == {0, 1, 2}


@pytest.mark.parametrize("message", [Message("a"), Message("a", 0), Message("a", 7, State.QUOTED)])
def test_a_message_reads_as_it_was_written(message: Message) -> None:
    assert decode(encode(message)) == message


def test_members_of_a_newer_version_are_left_alone() -> None:
    assert decode('{"job": "a", "part": 1, "trace": "x"}') == Message("a", 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "[]",
        "null",
        "{}",
        '{"job": 5}',
        '{"job": "a", "part": "1"}',
        '{"job": "a", "start": "?"}',
    ],
)
def test_what_is_not_a_message_is_refused_and_as_a_dead_letter_let_go(text: str) -> None:
    with pytest.raises(BadMessage):
        decode(text)
    assert decode_dead(text) is None


class Failed(Exception):
    """What a handler raises."""


def receive_and_fail(aws: MotoAws, name: str, wait_seconds: int) -> str | None:
    """A handler gets the message, and fails; how often it was received, or None when none came."""
    sqs = aws.client("sqs")
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    messages = sqs.receive_message(
        QueueUrl=url, AttributeNames=["All"], WaitTimeSeconds=wait_seconds
    ).get("Messages", [])
    if not messages:
        return None
    (record,) = sqs_event(name, messages)["Records"]
    with pytest.raises(Failed), redeliver_soon(name, record):
        raise Failed
    count: str = record["attributes"]["ApproximateReceiveCount"]
    return count


def test_a_message_comes_again_soon_when_it_failed_once_and_late_when_it_failed_twice(
    aws: MotoAws, names: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.adapters.work_queue.SOON_SECONDS", 1)
    WorkQueue(*names).send([Message("x")])
    assert receive_and_fail(aws, names[0], 0) == "1"
    assert receive_and_fail(aws, names[0], 0) is None
    assert receive_and_fail(aws, names[0], 5) == "2"
    assert receive_and_fail(aws, names[0], 5) is None


def test_a_message_that_was_done_does_not_come_again(
    aws: MotoAws, names: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.adapters.work_queue.SOON_SECONDS", 0)
    WorkQueue(*names).send([Message("x")])
    sqs = aws.client("sqs")
    messages = sqs.receive_message(
        QueueUrl=sqs.get_queue_url(QueueName=names[0])["QueueUrl"], AttributeNames=["All"]
    )["Messages"]
    with redeliver_soon(names[0], sqs_event(names[0], messages)["Records"][0]):
        pass
    assert received(aws, names[0]) == []


def test_what_a_handler_raised_is_told_also_when_its_message_cannot_be_shown_sooner(
    aws: MotoAws, caplog: pytest.LogCaptureFixture
) -> None:
    record = {"attributes": {"ApproximateReceiveCount": "1"}, "receiptHandle": "gone"}
    with pytest.raises(Failed), redeliver_soon("no such queue", record):
        raise Failed
    assert "visibility timeout" in caplog.text
