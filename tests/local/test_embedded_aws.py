"""The embedded AWS with many clients at once: no lost message, one winner, no blocking poll."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from local.embedded_aws import EmbeddedAws


def test_messages_sent_while_others_are_deleted_are_not_lost(
    aws: EmbeddedAws, unique: Callable[[str], str]
) -> None:
    sqs = aws.client("sqs")
    url = sqs.create_queue(QueueName=unique("busy"))["QueueUrl"]
    sent = [str(number) for number in range(400)]

    def receive(_: int) -> list[str]:
        got: list[str] = []
        while messages := sqs.receive_message(QueueUrl=url, WaitTimeSeconds=2).get("Messages"):
            got.append(messages[0]["Body"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=messages[0]["ReceiptHandle"])
        return got

    with ThreadPoolExecutor(8) as pool:
        receivers = [pool.submit(receive, number) for number in range(3)]
        list(pool.map(lambda text: sqs.send_message(QueueUrl=url, MessageBody=text), sent))
        received = [text for receiver in receivers for text in receiver.result()]
    assert sorted(received, key=int) == sent


def test_a_long_poll_ends_when_something_is_sent_and_keeps_nobody_out(
    aws: EmbeddedAws, unique: Callable[[str], str]
) -> None:
    sqs = aws.client("sqs")
    url = sqs.create_queue(QueueName=unique("quiet"))["QueueUrl"]
    with ThreadPoolExecutor(2) as pool:
        polls = [
            pool.submit(sqs.receive_message, QueueUrl=url, WaitTimeSeconds=20) for _ in range(2)
        ]
        time.sleep(0.3)
        started = time.monotonic()
        for text in ("a", "b"):
            sqs.send_message(QueueUrl=url, MessageBody=text)
        assert {poll.result()["Messages"][0]["Body"] for poll in polls} == {"a", "b"}
        assert time.monotonic() - started < 10
    started = time.monotonic()
    assert "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)
    assert time.monotonic() - started >= 0.9


def test_of_many_writers_with_one_condition_one_wins(
    aws: EmbeddedAws, resources: dict[str, str]
) -> None:
    dynamodb = aws.client("dynamodb")
    item = {"pk": {"S": uuid4().hex}, "sk": {"S": "job"}}

    def put(_: int) -> bool:
        try:
            dynamodb.put_item(
                TableName=resources["JobsTable"],
                Item=item,
                ConditionExpression="attribute_not_exists(pk)",
            )
        except dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(put, range(100))) == 1
