"""The stand-in's SQS: visibility, dead letters, limits, and the 60 seconds after a deletion."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.strict_aws import StrictAws

MIB = 1024 * 1024


@pytest.fixture
def strict() -> Iterator[StrictAws]:
    with StrictAws() as aws:
        sqs = aws.tester("sqs")
        sqs.create_queue(QueueName="dead")
        arn = f"arn:aws:sqs:us-east-1:{aws.account}:dead"
        redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 2})
        sqs.create_queue(
            QueueName="jobs", Attributes={"VisibilityTimeout": "60", "RedrivePolicy": redrive}
        )
        yield aws


class Jobs:
    """The queue of jobs, as a function sees it."""

    def __init__(self, strict: StrictAws, name: str = "jobs") -> None:
        self.sqs = strict.client("sqs")
        self.url = self.sqs.get_queue_url(QueueName=name)["QueueUrl"]

    def send(self, body: str = "{}", **more: Any) -> None:
        self.sqs.send_message(QueueUrl=self.url, MessageBody=body, **more)

    def receive(self, **more: Any) -> list[dict[str, Any]]:
        answer = self.sqs.receive_message(
            QueueUrl=self.url, MessageSystemAttributeNames=["All"], **more
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def counts(self) -> tuple[int, int]:
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])[
            "Attributes"
        ]
        return (
            int(attributes["ApproximateNumberOfMessages"]),
            int(attributes["ApproximateNumberOfMessagesNotVisible"]),
        )


def test_a_received_message_is_hidden_until_its_visibility_timeout(strict: StrictAws) -> None:
    jobs = Jobs(strict)
    jobs.send("one")
    assert [message["Body"] for message in jobs.receive()] == ["one"]
    strict.clock.advance(59)
    assert (jobs.receive(), jobs.counts()) == ([], (0, 1))
    strict.clock.advance(1)
    (message,) = jobs.receive()
    assert message["Attributes"]["ApproximateReceiveCount"] == "2"


def test_a_message_received_too_often_is_a_dead_letter_at_the_next_receive(
    strict: StrictAws,
) -> None:
    jobs, dead = Jobs(strict), Jobs(strict, "dead")
    jobs.send("poison")
    for _ in range(2):
        assert jobs.receive()
        strict.clock.advance(60)
    assert (dead.counts(), jobs.receive()) == ((0, 0), [])
    assert [message["Body"] for message in dead.receive()] == ["poison"]
    assert jobs.counts() == (0, 0)


def test_a_deleted_message_does_not_come_again(strict: StrictAws) -> None:
    jobs = Jobs(strict)
    jobs.send()
    receipt = jobs.receive()[0]["ReceiptHandle"]
    jobs.sqs.delete_message(QueueUrl=jobs.url, ReceiptHandle=receipt)
    strict.clock.advance(61)
    assert jobs.receive() == []


def test_the_receipt_of_an_earlier_receive_deletes_nothing(strict: StrictAws) -> None:
    jobs = Jobs(strict)
    jobs.send()
    old = jobs.receive()[0]["ReceiptHandle"]
    strict.clock.advance(61)
    jobs.receive()
    jobs.sqs.delete_message(QueueUrl=jobs.url, ReceiptHandle=old)
    strict.clock.advance(61)
    assert Jobs(strict).counts() == (1, 0)


def change(jobs: Jobs, receipt: str, seconds: int) -> None:
    jobs.sqs.change_message_visibility(
        QueueUrl=jobs.url, ReceiptHandle=receipt, VisibilityTimeout=seconds
    )


def test_a_visibility_can_be_shortened_and_prolonged(strict: StrictAws) -> None:
    jobs = Jobs(strict)
    jobs.send()
    receipt = jobs.receive()[0]["ReceiptHandle"]
    change(jobs, receipt, 5)
    strict.clock.advance(4)
    change(jobs, receipt, 100)
    strict.clock.advance(99)
    assert jobs.receive() == []
    strict.clock.advance(1)
    assert len(jobs.receive()) == 1


def test_a_visibility_ends_twelve_hours_after_the_receive(strict: StrictAws) -> None:
    jobs = Jobs(strict)
    jobs.send()
    receipt = jobs.receive(VisibilityTimeout=43_200)[0]["ReceiptHandle"]
    strict.clock.advance(hours=11)
    change(jobs, receipt, 3600)
    with pytest.raises(ClientError, match="beyond the limit"):
        change(jobs, receipt, 3601)


def test_a_message_that_is_visible_again_is_not_in_flight(strict: StrictAws) -> None:
    jobs = Jobs(strict)
    jobs.send()
    receipt = jobs.receive()[0]["ReceiptHandle"]
    strict.clock.advance(61)
    with pytest.raises(jobs.sqs.exceptions.MessageNotInflight):
        change(jobs, receipt, 5)


def test_a_receipt_that_sqs_never_gave_is_invalid(strict: StrictAws) -> None:
    jobs = Jobs(strict)
    with pytest.raises(jobs.sqs.exceptions.ReceiptHandleIsInvalid):
        change(jobs, "nonsense", 5)


def test_a_message_of_one_mib_is_the_longest(strict: StrictAws) -> None:
    jobs = Jobs(strict)
    jobs.send("x" * MIB)
    with pytest.raises(ClientError, match="must be shorter than 1048576 bytes"):
        jobs.send("x" * (MIB + 1))


def test_a_queue_may_take_less(strict: StrictAws) -> None:
    sqs = strict.tester("sqs")
    sqs.create_queue(QueueName="narrow", Attributes={"MaximumMessageSize": str(256 * 1024)})
    narrow = Jobs(strict, "narrow")
    narrow.send("x" * 256 * 1024)
    with pytest.raises(ClientError, match="must be shorter than 262144 bytes"):
        narrow.send("x" * (256 * 1024 + 1))


def test_a_batch_may_have_ten_entries_and_one_mib_in_all(strict: StrictAws) -> None:
    jobs = Jobs(strict)

    def send_batch(*sizes: int) -> Any:
        entries = [{"Id": str(n), "MessageBody": "x" * size} for n, size in enumerate(sizes)]
        return jobs.sqs.send_message_batch(QueueUrl=jobs.url, Entries=entries)

    assert len(send_batch(*[MIB // 10] * 10)["Successful"]) == 10
    with pytest.raises(jobs.sqs.exceptions.BatchRequestTooLong):
        send_batch(MIB // 2, MIB // 2 + 1)
    with pytest.raises(jobs.sqs.exceptions.TooManyEntriesInBatchRequest):
        send_batch(*[1] * 11)


def test_a_batch_may_be_taken_in_part(strict: StrictAws) -> None:
    jobs = Jobs(strict)
    strict.sqs.refuse_entries(1)
    entries = [{"Id": name, "MessageBody": name} for name in "ab"]
    answer = jobs.sqs.send_message_batch(QueueUrl=jobs.url, Entries=entries)
    assert [failed["Id"] for failed in answer["Failed"]] == ["a"]
    assert [message["Body"] for message in jobs.receive(MaxNumberOfMessages=10)] == ["b"]


def test_a_queue_of_that_name_cannot_be_made_within_60_seconds(strict: StrictAws) -> None:
    deployer = strict.session().client("sqs")
    url = deployer.get_queue_url(QueueName="jobs")["QueueUrl"]
    deployer.delete_queue(QueueUrl=url)
    strict.clock.advance(59)
    with pytest.raises(deployer.exceptions.QueueDeletedRecently):
        deployer.create_queue(QueueName="jobs")
    strict.clock.advance(1)
    deployer.create_queue(QueueName="jobs")


def test_a_missing_queue_has_the_code_that_clients_show(strict: StrictAws) -> None:
    sqs = strict.client("sqs")
    with pytest.raises(sqs.exceptions.QueueDoesNotExist) as refused:
        sqs.get_queue_url(QueueName="none")
    assert refused.value.response["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue"


def test_a_message_older_than_the_retention_is_dropped(strict: StrictAws) -> None:
    jobs = Jobs(strict)
    jobs.send()
    assert jobs.receive()
    strict.clock.advance(days=4, hours=1)
    assert jobs.counts() == (0, 0)


def test_more_than_120000_messages_are_never_in_flight(strict: StrictAws) -> None:
    queue = strict.sqs.queue("jobs")
    for _ in range(120_001):
        queue.send("{}")
    queue.receive(120_000)
    jobs = Jobs(strict)
    with pytest.raises(jobs.sqs.exceptions.OverLimit):
        jobs.receive()


def test_a_group_with_many_messages_in_flight_waits_for_the_others(strict: StrictAws) -> None:
    jobs = Jobs(strict)
    for _ in range(60):
        jobs.send("large", MessageGroupId="large")
    jobs.send("small", MessageGroupId="small")
    received = [jobs.receive()[0]["Body"] for _ in range(32)]
    assert received == ["large"] * 30 + ["small", "large"]
