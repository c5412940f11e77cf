"""Bells: sending a message wakes one worker that waits for the queue."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3

from local.bell import Bell, ring_on_send
from local.config import CREDENTIALS, REGION
from local.embedded_aws import EmbeddedAws


def test_a_ring_ends_the_wait_of_one_worker(tmp_path: Path) -> None:
    sender, workers = Bell(tmp_path / "jobs"), [Bell(tmp_path / "jobs") for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(worker.wait, 1) for worker in workers]
        sender.ring()
        assert sorted(each.result() for each in waiting) == [False, True]


def test_a_ring_that_nobody_waits_for_is_heard_later(tmp_path: Path) -> None:
    bell = Bell(tmp_path / "jobs")
    bell.ring()
    assert bell.wait(0)


def test_many_rings_that_nobody_waits_for_are_one(tmp_path: Path) -> None:
    bell = Bell(tmp_path / "jobs")
    for _ in range(100_000):
        bell.ring()
    assert bell.wait(0)
    assert not bell.wait(0)


def test_each_queue_has_its_own_bell(tmp_path: Path) -> None:
    jobs, parts = Bell(tmp_path / "jobs"), Bell(tmp_path / "parts")
    jobs.ring()
    assert not parts.wait(0)
    assert jobs.wait(0)


def test_a_message_that_is_sent_rings_the_bell_of_its_queue(
    embedded: EmbeddedAws, names: dict[str, str], tmp_path: Path
) -> None:
    session = boto3.Session(
        CREDENTIALS["AWS_ACCESS_KEY_ID"], CREDENTIALS["AWS_SECRET_ACCESS_KEY"], region_name=REGION
    )
    ring_on_send(session, tmp_path)
    sqs = session.client("sqs", endpoint_url=embedded.endpoint)
    bells = [Bell(tmp_path / names[queue]) for queue in ("JobsQueue", "PartsQueue")]
    url = sqs.get_queue_url(QueueName=names["JobsQueue"])["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="a")
    assert [bell.wait(0) for bell in bells] == [True, False]
    sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": "0", "MessageBody": "b"}])
    assert [bell.wait(0) for bell in bells] == [True, False]
    sqs.receive_message(QueueUrl=url)
    assert [bell.wait(0) for bell in bells] == [False, False]
