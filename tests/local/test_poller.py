"""Pollers do with messages what Lambda and SQS do on AWS, one by one or in batches."""

import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.adapters.held_messages import HeldMessages
from chalicelib.adapters.queue_urls import QueueUrls
from chalicelib.settings import Settings
from local.batch import PATIENCE_SECONDS
from local.bell import Bell
from local.poller import CAREFUL_SECONDS, MAX_MESSAGES, QUICK_SECONDS, Appetite, Poller
from local.triggers import Handler, QueueTrigger
from tests.eventually import eventually

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

START = Callable[[str, Handler], Poller]


class Recorder:
    """A handler that keeps the records that it got, and fails on some of them."""

    def __init__(self, *poison: str) -> None:
        self.poison = poison
        self.records: list[dict[str, Any]] = []

    def __call__(self, event: Mapping[str, Any], context: Any) -> None:
        assert context.get_remaining_time_in_millis() > 0
        (record,) = event["Records"]
        self.records.append(record)
        if record["body"] in self.poison:
            raise RuntimeError("poison")

    @property
    def bodies(self) -> list[str]:
        return [record["body"] for record in self.records]


class Slow(Recorder):
    """A handler that works until ``finish`` is set, and holds its message as the service does."""

    def __init__(self, sqs: "SQSClient") -> None:
        super().__init__()
        self.held = HeldMessages(QueueUrls(lambda: sqs), visibility_seconds=1).held
        self.started = threading.Event()
        self.finish = threading.Event()

    def __call__(self, event: Mapping[str, Any], context: Any) -> None:
        with self.held(event["Records"][0]):
            super().__call__(event, context)
            self.started.set()
            assert self.finish.wait(30)


@pytest.fixture
def poller(sqs: "SQSClient", names: dict[str, str], tmp_path: Path) -> START:
    """Makes pollers of a queue of this test."""

    def make(queue: str, handler: Handler) -> Poller:
        trigger = QueueTrigger(names[queue], 1, handler)
        return Poller(sqs, trigger, Bell(tmp_path / queue), Appetite(tmp_path / "deaths"))

    return make


@pytest.fixture
def hungry(sqs: "SQSClient", names: dict[str, str], tmp_path: Path) -> START:
    """Makes pollers that have done many quick batches."""

    def make(queue: str, handler: Handler) -> Poller:
        appetite = Appetite(tmp_path / "deaths")
        for _ in range(4):
            appetite.adapt(0)
        trigger = QueueTrigger(names[queue], 1, handler)
        return Poller(sqs, trigger, Bell(tmp_path / queue), appetite)

    return make


@pytest.fixture
def send(sqs: "SQSClient", names: dict[str, str]) -> Callable[..., None]:
    def send(queue: str, *bodies: str) -> None:
        url = sqs.get_queue_url(QueueName=names[queue])["QueueUrl"]
        for body in bodies:
            sqs.send_message(QueueUrl=url, MessageBody=body)

    return send


@pytest.fixture
def left(sqs: "SQSClient", names: dict[str, str]) -> Callable[[str], int]:
    """Counts the messages of a queue, hidden ones included."""

    def count(queue: str) -> int:
        url = sqs.get_queue_url(QueueName=names[queue])["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        hidden = attributes["ApproximateNumberOfMessagesNotVisible"]
        return int(attributes["ApproximateNumberOfMessages"]) + int(hidden)

    return count


def test_a_message_that_was_done_is_deleted(
    poller: START, send: Callable[..., None], left: Callable[[str], int], names: dict[str, str]
) -> None:
    handler = Recorder()
    send("JobsQueue", "hello")
    assert poller("JobsQueue", handler).once()
    assert left("JobsQueue") == 0
    (record,) = handler.records
    assert (record["body"], record["eventSource"]) == ("hello", "aws:sqs")
    assert record["eventSourceARN"].endswith(names["JobsQueue"])


def test_an_empty_queue_calls_nobody(poller: START) -> None:
    assert not poller("JobsQueue", Recorder()).once()


def test_a_message_that_always_fails_is_counted_and_becomes_a_dead_letter(
    poller: START, send: Callable[..., None]
) -> None:
    failing, dead = Recorder("poison"), Recorder()
    polled, undertaker = poller("JobsQueue", failing), poller("DeadQueue", dead)
    send("JobsQueue", "poison")

    def buried() -> list[str]:
        polled.once()
        undertaker.once()
        return dead.bodies

    assert eventually(buried) == ["poison"]
    counts = [record["attributes"]["ApproximateReceiveCount"] for record in failing.records]
    deliveries = Settings().max_receive_count
    assert counts == [str(count) for count in range(1, deliveries + 1)]


def test_a_message_that_fails_takes_no_other_of_its_batch_with_it(
    hungry: START, send: Callable[..., None], left: Callable[[str], int]
) -> None:
    handler = Recorder("poison")
    send("JobsQueue", "a", "poison", "b")
    hungry("JobsQueue", handler).once()
    assert handler.bodies == ["a", "poison", "b"]
    assert left("JobsQueue") == 1


def test_what_waits_for_a_slow_message_of_its_batch_is_left_to_others(
    hungry: START, send: Callable[..., None], left: Callable[[str], int], sqs: "SQSClient"
) -> None:
    slow, other = Slow(sqs), Recorder()
    send("JobsQueue", "slow", "b", "c")
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(hungry("JobsQueue", slow).once)
        assert slow.started.wait(30)
        second = hungry("JobsQueue", other)
        eventually(lambda: second.once() or len(other.bodies) == 2)
        slow.finish.set()
        working.result()
    assert (slow.bodies, sorted(other.bodies)) == (["slow"], ["b", "c"])
    assert left("JobsQueue") == 0


def test_a_message_is_left_to_others_only_once(
    hungry: START, send: Callable[..., None], sqs: "SQSClient", names: dict[str, str]
) -> None:
    url = sqs.get_queue_url(QueueName=names["JobsQueue"])["QueueUrl"]
    send("JobsQueue", "slow", "b")
    for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=2)["Messages"]:
        sqs.change_message_visibility(
            QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
        )
    slow, other = Slow(sqs), Recorder()
    second = hungry("JobsQueue", other)
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(hungry("JobsQueue", slow).once)
        assert slow.started.wait(30)
        # Longer than the visibility timeout of one second.
        with pytest.raises(AssertionError, match="not within"):
            eventually(lambda: second.once() or other.bodies, seconds=3 * PATIENCE_SECONDS)
        slow.finish.set()
        working.result()
    assert slow.bodies == ["slow", "b"]


def test_a_worker_that_received_as_much_as_it_wanted_wakes_the_next_one(
    poller: START, hungry: START, send: Callable[..., None], tmp_path: Path
) -> None:
    bell = Bell(tmp_path / "JobsQueue")
    send("JobsQueue", "hello")
    assert poller("JobsQueue", Recorder()).once()
    assert bell.wait(0)
    send("JobsQueue", "hello")
    assert not hungry("JobsQueue", Recorder()).once()
    assert not bell.wait(0)


def test_batches_grow_while_they_are_quick_and_shrink_after_a_slow_one(tmp_path: Path) -> None:
    appetite = Appetite(tmp_path / "deaths")
    sizes = [int(appetite)]
    for seconds in (0, 0, 0, 0, 0, QUICK_SECONDS, 0):
        appetite.adapt(seconds)
        sizes.append(int(appetite))
    assert sizes == [1, 2, 4, 8, MAX_MESSAGES, MAX_MESSAGES, 1, 2]


def test_a_part_never_waits_for_another_one_of_its_batch(tmp_path: Path) -> None:
    appetite = Appetite(tmp_path / "deaths", maximum=1)
    appetite.adapt(0)
    assert int(appetite) == 1


def test_after_a_death_messages_are_received_one_at_a_time_for_a_while(tmp_path: Path) -> None:
    deaths = tmp_path / "deaths"
    appetite = Appetite(deaths)
    appetite.adapt(0)
    deaths.touch()
    assert int(appetite) == 1
    long_ago = deaths.stat().st_mtime - CAREFUL_SECONDS - 1
    os.utime(deaths, (long_ago, long_ago))
    assert int(appetite) == 2
