"""The embedded AWS: right with many clients at once, and what it keeps when it stops."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen
from uuid import uuid4

from chalicelib.settings import Settings
from infra.parameters import parameters_of
from local.embedded_aws import EmbeddedAws
from local.resources import client
from local.state import State

# A parent that starts an embedded AWS, says where it is, and waits to be killed.
PARENT = """
import sys, time
from pathlib import Path
from local.embedded_aws import EmbeddedAws
from local.state import State

aws = EmbeddedAws(State(Path(sys.argv[1])), {})
aws.child.start()
print(aws.endpoint, flush=True)
time.sleep(600)
"""
TABLE, QUEUE, BUCKET = Settings().table, Settings().jobs_queue, Settings().results_bucket


@contextmanager
def running(folder: Path, **parameters: str) -> Iterator[EmbeddedAws]:
    """An embedded AWS whose state is in the folder, stopped as `make run` stops it."""
    state = State(folder)
    aws = EmbeddedAws(state, parameters_of(Settings()) | parameters)
    aws.child.start()
    try:
        yield aws
    finally:
        aws.child.stop()
        os.close(state.lock)


def put_job(aws: EmbeddedAws, job: str) -> None:
    item = {"pk": {"S": job}, "sk": {"S": "job"}}
    client("dynamodb", aws.endpoint).put_item(TableName=TABLE, Item=item)


def jobs(aws: EmbeddedAws) -> set[str]:
    items = client("dynamodb", aws.endpoint).scan(TableName=TABLE)["Items"]
    return {item["pk"]["S"] for item in items}


def queue_url(aws: EmbeddedAws) -> str:
    url: str = client("sqs", aws.endpoint).get_queue_url(QueueName=QUEUE)["QueueUrl"]
    return url


def test_messages_sent_while_others_are_deleted_are_not_lost(
    embedded: EmbeddedAws, unique: Callable[[str], str]
) -> None:
    sqs = client("sqs", embedded.endpoint)
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


def test_of_many_writers_with_one_condition_one_wins(
    embedded: EmbeddedAws, names: dict[str, str]
) -> None:
    dynamodb = client("dynamodb", embedded.endpoint)
    item = {"pk": {"S": uuid4().hex}, "sk": {"S": "job"}}

    def put(_: int) -> bool:
        try:
            dynamodb.put_item(
                TableName=names["JobsTable"],
                Item=item,
                ConditionExpression="attribute_not_exists(pk)",
            )
        except dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(put, range(100))) == 1


def test_jobs_messages_and_results_are_there_after_a_restart(tmp_path: Path) -> None:
    with running(tmp_path, VisibilitySeconds="1") as aws:
        put_job(aws, "a")
        sqs = client("sqs", aws.endpoint)
        for body in ("in flight", "waiting"):
            sqs.send_message(QueueUrl=queue_url(aws), MessageBody=body)
        sqs.receive_message(QueueUrl=queue_url(aws))
        client("s3", aws.endpoint).put_object(Bucket=BUCKET, Key="a/b c", Body=b"sums")
    with running(tmp_path, VisibilitySeconds="1") as aws:
        assert jobs(aws) == {"a"}
        body = client("s3", aws.endpoint).get_object(Bucket=BUCKET, Key="a/b c")["Body"]
        assert body.read() == b"sums"
        sqs = client("sqs", aws.endpoint)
        found: set[str] = set()
        while found < {"in flight", "waiting"}:
            reply = sqs.receive_message(QueueUrl=queue_url(aws), WaitTimeSeconds=5)
            found |= {message["Body"] for message in reply["Messages"]}


def test_jobs_expire_also_after_a_restart(tmp_path: Path) -> None:
    for _ in range(2):
        with running(tmp_path) as aws:
            dynamodb = client("dynamodb", aws.endpoint)
            expiry = dynamodb.describe_time_to_live(TableName=TABLE)["TimeToLiveDescription"]
            assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}


def test_other_settings_change_what_is_kept(tmp_path: Path) -> None:
    with running(tmp_path, VisibilitySeconds="1") as aws:
        put_job(aws, "a")
    with running(tmp_path, VisibilitySeconds="7") as aws:
        assert jobs(aws) == {"a"}
        sqs = client("sqs", aws.endpoint)
        reply = sqs.get_queue_attributes(QueueUrl=queue_url(aws), AttributeNames=["All"])
        assert reply["Attributes"]["VisibilityTimeout"] == "7"


def test_the_state_is_saved_when_only_its_parent_was_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        endpoint = parent.stdout.readline().strip()
        item = {"pk": {"S": "a"}, "sk": {"S": "job"}}
        client("dynamodb", endpoint).put_item(TableName=TABLE, Item=item)
        parent.kill()
    with running(tmp_path) as aws:
        assert jobs(aws) == {"a"}


def test_a_kill_loses_what_came_after_the_last_orderly_stop(tmp_path: Path) -> None:
    with running(tmp_path) as aws:
        put_job(aws, "kept")
    with running(tmp_path) as aws:
        put_job(aws, "lost")
        aws.child.process.kill()
        aws.child.process.wait()
    with running(tmp_path) as aws:
        assert jobs(aws) == {"kept"}


def test_after_a_kill_it_can_be_started_once_more_with_its_resources(tmp_path: Path) -> None:
    with running(tmp_path) as aws:
        aws.child.process.kill()
        aws.child.process.wait()
        aws.child.start()
        put_job(aws, "a")
        assert jobs(aws) == {"a"}


def test_it_listens_on_the_loopback_alone(embedded: EmbeddedAws) -> None:
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    listening = {line.split()[1] for line in lines if line.split()[3] == "0A"}
    assert f"0100007F:{embedded.port:04X}" in listening
    assert f"00000000:{embedded.port:04X}" not in listening


def headers_of_reply(aws: EmbeddedAws, sent: dict[str, str]) -> dict[str, str]:
    """Return the headers with which it replies, by their names in lower case."""
    call = {"X-Amz-Target": "DynamoDB_20120810.ListTables"}
    request = Request(aws.endpoint, b"{}", {**call, **sent})
    with urlopen(request, timeout=10) as reply:
        return {name.lower(): value for name, value in reply.headers.items()}


def test_only_replies_to_pages_say_that_pages_may_read_them(embedded: EmbeddedAws) -> None:
    ours = headers_of_reply(embedded, {})
    pages = headers_of_reply(embedded, {"Origin": embedded.endpoint})
    assert not any(name.startswith("access-control-") for name in ours)
    assert "x-amz-request-id" in pages
    assert "x-amz-request-id" not in ours
    assert pages["access-control-allow-origin"] == "*"
    assert ours["x-amzn-requestid"]
