"""Least privilege, both ways: no function asks AWS for what its policy does not allow, and no policy allows what is never asked for."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.adapters.clients import client
from chalicelib.adapters.work_queue import BadMessage, decode, redeliver_soon
from chalicelib.engine.options import Options
from chalicelib.errors import ServiceDown
from chalicelib.jobs.job import Job
from chalicelib.jobs.ports import Message
from chalicelib.jobs.recovery import Recovery
from chalicelib.jobs.service import Doors, Service
from chalicelib.jobs.work import Work
from chalicelib.settings import Settings
from chalicelib.wiring import doors_of
from deploy.changes import changed
from deploy.policies import policy
from deploy.stage import Stage, csv_bucket, read_stage
from local.embedded_aws import EmbeddedAws
from local.triggers import sqs_event

SERVICES = ("dynamodb", "s3", "sqs")
# What Lambda does with the function's role, and the handlers do not see.
BY_LAMBDA = ("Logs", "TracesHaveNoArn", "Trigger")
# Where the operation's name is not the action's.
ACTIONS = {"s3:HeadObject": "s3:GetObject", "sqs:SendMessageBatch": "sqs:SendMessage"}
FUNCTIONS = ("api_handler", "work_job", "work_part", "give_up", "sweep")

Call = tuple[str, str]
"""An action and the ARN that it was asked for."""


def arn_of(service: str, parameters: dict[str, Any]) -> str:
    if service == "s3":
        return f"arn:aws:s3:::{parameters['Bucket']}/{parameters['Key']}"
    if service == "sqs":
        name = parameters.get("QueueName") or parameters["QueueUrl"].rpartition("/")[2]
        return f"arn:aws:sqs:us-east-1:123456789012:{name}"
    index = f"/index/{parameters['IndexName']}" if "IndexName" in parameters else ""
    return f"arn:aws:dynamodb:us-east-1:123456789012:table/{parameters['TableName']}{index}"


@contextmanager
def recorded() -> Iterator[set[Call]]:
    """Every call that the service's own clients make meanwhile, links to objects included."""
    calls: set[Call] = set()

    def record(params: dict[str, Any], event_name: str, **_: Any) -> None:
        service, operation = event_name.split(".")[1:]
        action = f"{service}:{operation}"
        calls.add((ACTIONS.get(action, action), arn_of(service, params)))

    for service in SERVICES:
        client(service).meta.events.register(f"provide-client-params.{service}", record)
    yield calls
    for service in SERVICES:
        client(service).meta.events.unregister(f"provide-client-params.{service}", record)


class BrokenQueue:
    def send(self, messages: Sequence[Message]) -> None:
        raise ServiceDown("out of order")

    def waiting(self) -> int:
        return 0


@dataclass
class Scene:
    """A deployed stage's names on moto, and the service over them."""

    aws: EmbeddedAws
    stage: Stage
    settings: Settings

    @property
    def doors(self) -> Doors:
        """As a cold start has them, with nothing remembered."""
        return doors_of(self.settings)

    def put(self, data: bytes) -> str:
        name = f"{uuid4().hex}.csv"
        self.aws.client("s3").put_object(
            Bucket=csv_bucket(self.settings), Key=f"in/{name}", Body=data
        )
        return name

    def submit(self, data: bytes, step: int = 10) -> Job:
        return Service(self.doors).submit(self.put(data), Options(step=step))

    def messages(self, queue: str) -> list[Message]:
        sqs = self.aws.client("sqs")
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        found = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get(
            "Messages", []
        ):
            for message in messages:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                found.append(decode(message["Body"]))
        return found

    def fail_once(self, queue: str) -> set[Call]:
        """What a handler asks for when it fails on a message, the only one in its queue."""
        sqs = self.aws.client("sqs")
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody="none of this service's")
        (record,) = sqs_event(
            queue, sqs.receive_message(QueueUrl=url, AttributeNames=["All"])["Messages"]
        )["Records"]
        with recorded() as calls, pytest.raises(BadMessage), redeliver_soon(queue, record):
            decode(record["body"])
        sqs.delete_message(QueueUrl=url, ReceiptHandle=record["receiptHandle"])
        return calls

    def parts(self) -> list[Message]:
        """The parts that wait, once the jobs that wait were cut."""
        for message in self.messages(self.settings.jobs_queue):
            Work(self.doors).do_job(message)
        return self.messages(self.settings.parts_queue)

    def ended_with_large_result(self) -> Job:
        job = self.submit(WIDE, step=1)
        for message in self.messages(self.settings.jobs_queue):
            Work(self.doors).do_job(message)
        return job


WIDE = (
    ",".join(f"a rather long name {index}" for index in range(800)).encode()
    + b"\n"
    + b",".join([b"1"] * 800)
    + b"\n"
)
TALL = b"a,b\n" + b'0.1,"text"\n' * 10_000
WIDE_AND_TALL = WIDE + (b",".join([b"1"] * 800) + b"\n") * 100
# Quoted text that looks like rows: where a part starts cannot be proven, is assumed, and was wrong.
MISLEADING = b'a,b\n1,"' + b"2,3\n" * 40_000 + b'"\n'


@pytest.fixture(scope="module")
def scene(aws: EmbeddedAws) -> Scene:
    small = {"CSV_SOURCE": "s3://csvsum-policies-csv/in", "PART_BYTES": "40000"}
    stage = changed(read_stage("localstack"), small)
    buckets = {"ResultsBucket": stage.settings.results_bucket, "CsvBucket": "csvsum-policies-csv"}
    parameters = {"Prefix": stage.prefix, "CreateCsvBucket": "true", **buckets}
    aws.create_resources(parameters, "policies")
    return Scene(aws, stage, Settings.from_env(stage.environment))


def use_api(scene: Scene) -> set[Call]:
    large = scene.ended_with_large_result()
    with recorded() as calls:
        service = Service(scene.doors)
        job = scene.submit(TALL)
        service.job(job.id)
        service.job(large.id)
        service.in_progress()
        service.publish(job, "sums", "{}")
        with pytest.raises(ServiceDown):
            Service(replace(scene.doors, queue=BrokenQueue())).submit(job.csv, Options())
    scene.parts()
    return calls


def use_work_job(scene: Scene) -> set[Call]:
    failing = scene.fail_once(scene.settings.jobs_queue)
    jobs = [scene.submit(TALL), scene.submit(WIDE, step=1), scene.submit(b"a\noops\n")]
    with recorded() as calls:
        for job in jobs:
            Work(scene.doors).do_job(Message(job.id))
            Work(scene.doors).do_job(Message(job.id))
    parts = scene.parts()
    for message in parts:
        Work(scene.doors).do_part(message)
    cut = scene.doors.jobs.get(parts[0].job)
    with recorded() as again:
        # All parts are in, but whoever was to put them together died: the job's message, delivered again, does it.
        Work(scene.doors)._put_together(cut)
    return failing | calls | again


def use_work_part(scene: Scene) -> set[Call]:
    failing = scene.fail_once(scene.settings.parts_queue)
    for data, step in ((TALL, 10), (WIDE_AND_TALL, 1), (MISLEADING, 10)):
        scene.submit(data, step)
    waiting = scene.parts()
    with recorded() as calls:
        while waiting:
            for message in waiting:
                Work(scene.doors, proof_bytes=1).do_part(message)
                Work(scene.doors, proof_bytes=1).do_part(message)
            waiting = scene.messages(scene.settings.parts_queue)
    return failing | calls


def use_give_up(scene: Scene) -> set[Call]:
    large, job = scene.ended_with_large_result(), scene.submit(b"a\n1\n")
    with recorded() as calls:
        for each in (large, job):
            Recovery(scene.doors).give_up(Message(each.id))
    scene.parts()
    return calls


def use_sweep(scene: Scene) -> set[Call]:
    large = scene.ended_with_large_result()
    # An index may be behind its table: a job that has ended may still be in it.
    scene.aws.client("dynamodb").update_item(
        TableName=scene.settings.table,
        Key={"pk": {"S": large.id}, "sk": {"S": "job"}},
        UpdateExpression="SET in_progress = :shard",
        ExpressionAttributeValues={":shard": {"S": "1"}},
    )
    scene.submit(b"a\n1\n")
    scene.messages(scene.settings.jobs_queue)
    later = scene.doors.now() + timedelta(hours=2)
    with recorded() as calls:
        Recovery(replace(scene.doors, now=lambda: later)).sweep()
    return calls


USES: dict[str, Callable[[Scene], set[Call]]] = {
    "api_handler": use_api,
    "work_job": use_work_job,
    "work_part": use_work_part,
    "give_up": use_give_up,
    "sweep": use_sweep,
}


def rights(scene: Scene, function: str) -> set[Call]:
    """Each action of the function's policy with each ARN that it is given for."""
    statements = policy(scene.stage, function)["Statement"]
    mine = [statement for statement in statements if statement["Sid"] not in BY_LAMBDA]
    return {
        (action, arn)
        for statement in mine
        for action in statement["Action"]
        for arn in statement["Resource"]
    }


def is_covered(call: Call, given: set[Call]) -> bool:
    return any(call[0] == action and fnmatchcase(call[1], arn) for action, arn in given)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_policy_allows_what_its_function_does_and_no_more(scene: Scene, function: str) -> None:
    calls, given = USES[function](scene), rights(scene, function)
    assert {call for call in calls if not is_covered(call, given)} == set(), "is not allowed"
    assert {
        right for right in given if not any(is_covered(call, {right}) for call in calls)
    } == set(), "is never used"
