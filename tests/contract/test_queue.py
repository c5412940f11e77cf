"""The work queues on moto's SQS: sent messages arrive, and failed ones come back in time."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.adapters.clients import AwsClients
from chalicelib.adapters.work_queue import (
    BadMessage,
    WorkQueue,
    decode,
    decode_dead,
    decode_record,
    encode,
)
from chalicelib.engine.options import Options
from chalicelib.engine.states import State
from chalicelib.errors import Misconfigured, ServiceDown
from chalicelib.jobs.cutting import rerun_message
from chalicelib.jobs.job import FileVersion, queued
from chalicelib.jobs.parts import MAX_PARTS, Rerun, chains
from chalicelib.jobs.ports import Message
from local.triggers import sqs_event
from tests.harness import START
from tests.moto_aws import MotoAws

JOB, OTHER = "a" * 32, "b" * 32


@pytest.fixture
def names(aws: MotoAws, unique: Callable[[str], str]) -> tuple[str, str]:
    names = (unique("jobs"), unique("parts"))
    for name in names:
        aws.client("sqs").create_queue(QueueName=name)
    return names


@pytest.fixture
def queue(names: tuple[str, str], clients: AwsClients) -> WorkQueue:
    return WorkQueue(*names, clients.sqs)


def received(aws: MotoAws, name: str) -> list[Message]:
    sqs = aws.client("sqs")
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    found: list[Message] = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        found += [decode(message["Body"]) for message in messages]
    return found


def test_jobs_and_parts_have_a_queue_each(
    aws: MotoAws, names: tuple[str, str], queue: WorkQueue
) -> None:
    job = uuid4().hex
    parts = [Message(job, number) for number in range(25)] + [Message(job, 3, State.QUOTED)]
    queue.send([Message(job)])
    queue.send(parts)
    assert queue.waiting() == 27
    assert received(aws, names[0]) == [Message(job)]
    assert sorted(received(aws, names[1]), key=str) == sorted(parts, key=str)


def test_a_message_is_in_the_queue_until_it_is_done(
    aws: MotoAws, names: tuple[str, str], queue: WorkQueue
) -> None:
    assert queue.waiting() == 0
    queue.send([Message(JOB, 1)])
    assert queue.waiting() == 1
    record = receive(aws, names[1])
    assert record
    assert queue.waiting() == 1, "a worker has it, or Lambda holds it back"
    sqs = aws.client("sqs")
    url = sqs.get_queue_url(QueueName=names[1])["QueueUrl"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=record["receiptHandle"])
    assert queue.waiting() == 0


def test_the_messages_of_a_job_are_a_group(
    aws: MotoAws, names: tuple[str, str], queue: WorkQueue
) -> None:
    queue.send([Message(JOB, 1), Message(OTHER, 1)])
    records = [receive(aws, names[1]) for _ in range(2)]
    groups = {record["attributes"]["MessageGroupId"] for record in records if record}
    assert groups == {JOB, OTHER}


def test_a_message_that_was_delivered_before_says_so(
    aws: MotoAws, names: tuple[str, str], queue: WorkQueue
) -> None:
    queue.send([Message(JOB, 1)])
    sqs = aws.client("sqs")
    url = sqs.get_queue_url(QueueName=names[1])["QueueUrl"]
    seen = []
    for _ in range(3):
        record = receive(aws, names[1])
        assert record
        seen.append(decode_record(record).redelivered)
        sqs.change_message_visibility(
            QueueUrl=url, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=0
        )
    assert seen == [False, True, True]


def test_a_queue_that_does_not_exist_is_a_matter_of_configuration(
    clients: AwsClients, unique: Callable[[str], str]
) -> None:
    with pytest.raises(Misconfigured):
        WorkQueue(unique("missing"), unique("missing"), clients.sqs).send([Message(JOB)])


@pytest.mark.parametrize(("refusals", "error"), [(1, None), (5, ServiceDown)])
def test_refused_messages_of_a_batch_are_sent_once_more_or_reported(
    aws: MotoAws,
    names: tuple[str, str],
    queue: WorkQueue,
    refusals: int,
    error: type[ServiceDown] | None,
) -> None:
    left = [refusals]

    def refuse_one(parsed: dict[str, Any], **_: Any) -> None:
        if left[0] and parsed.get("Successful"):
            left[0] -= 1
            refused = parsed["Successful"].pop()
            parsed["Failed"] = [
                {"Id": refused["Id"], "Code": "InternalError", "SenderFault": False}
            ]

    queue.sqs().meta.events.register("after-call.sqs.SendMessageBatch", refuse_one)
    with pytest.raises(error) if error else nullcontext():
        queue.send([Message(JOB, number) for number in range(3)])
    assert {message.part for message in received(aws, names[1])} == {0, 1, 2}


RECORD = queued(JOB, "x.csv", Options(step=3), FileVersion(7, "etag"), START)


@pytest.mark.parametrize(
    "message",
    [
        Message(JOB),
        Message(JOB, 0),
        Message(JOB, 7, State.QUOTED),
        Message(JOB, 7, State.TEXT, following=(Rerun(8, State.ROW), Rerun(9, State.QUOTED))),
        Message(JOB, record=RECORD),
    ],
    ids=["job", "part", "rerun", "chain of reruns", "new job"],
)
def test_a_message_reads_as_it_was_written(message: Message) -> None:
    assert decode(encode(message)) == message


@pytest.mark.parametrize("window", [1, 3, 20, 1000])
def test_reruns_of_all_parts_of_a_job_fit_a_call(window: int) -> None:
    reruns = [Rerun(number, State.QUOTED) for number in range(MAX_PARTS)]
    messages = [rerun_message(RECORD, chain) for chain in chains(reruns, window)]
    # The maximum of all messages of a call, long the same as that of one message.
    assert sum(len(encode(message)) for message in messages[:10]) < 256 * 1024


@pytest.mark.parametrize("record", ["null", "5", "[]", "{}", '{"csv": {"S": "x.csv"}}'])
def test_a_record_that_another_version_wrote_is_left_to_the_table(record: str) -> None:
    assert decode(f'{{"job": "{JOB}", "record": {record}}}') == Message(JOB)


def test_members_of_a_newer_version_are_left_alone() -> None:
    text = json.dumps({"job": JOB, "part": 1, "trace": "x"})
    assert decode(text) == Message(JOB, 1)


WRONG: list[dict[str, Any]] = [{"part": "1"}, {"start": "?"}, {"part": True}, {"part": -1}]
WRONG += [
    {"part": 1, "start": "row", "following": following}
    for following in ([1], {"row": 1}, {"row": ["1"]})
]
NO_IDS = ["", "a", JOB.upper(), JOB[1:], JOB + "\n", "x" * 3000, "\ud800" * 32, "\x00" * 32]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "[]",
        "null",
        "{}",
        '{"job": 5}',
        *(json.dumps({"job": JOB} | wrong) for wrong in WRONG),
        *(json.dumps({"job": job}) for job in NO_IDS),
        pytest.param("[" * 100_000, id="nested"),
    ],
)
def test_a_body_that_is_not_a_message_is_refused_and_as_a_dead_letter_dropped(
    text: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(BadMessage, match="Not a csvsum message"):
        decode(text)
    assert decode_dead(text) is None
    assert "dropped a dead letter: Not a csvsum message" in caplog.text


def test_a_long_body_that_is_not_a_message_is_logged_by_its_length_and_its_start() -> None:
    with pytest.raises(BadMessage) as raised:
        decode("\n" + "x" * 100_000)
    assert raised.value.detail == f"Not a csvsum message: 100001 characters, '\\n{'x' * 99}'."


def receive(aws: MotoAws, name: str, wait_seconds: int = 0) -> dict[str, Any] | None:
    """Return the next message as a handler gets it, or None."""
    sqs = aws.client("sqs")
    messages = sqs.receive_message(
        QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"],
        AttributeNames=["All"],
        WaitTimeSeconds=wait_seconds,
    ).get("Messages", [])
    records: list[dict[str, Any]] = sqs_event(name, messages)["Records"]
    return records[0] if records else None
