"""Least privilege, both ways: a policy allows every call that its function makes, and no other."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.adapters.clients import AwsClients
from chalicelib.adapters.work_queue import BadMessage, decode
from chalicelib.engine.options import Options
from chalicelib.errors import InvalidToken, ServiceDown
from chalicelib.jobs.authentication import Credentials
from chalicelib.jobs.client import OPEN, Client
from chalicelib.jobs.files import WantedFiles
from chalicelib.jobs.inbox import NewFile
from chalicelib.jobs.job import Job, utc_now
from chalicelib.jobs.listing import Wanted
from chalicelib.jobs.part_reading import PartReader
from chalicelib.jobs.parts import Run
from chalicelib.jobs.ports import Message
from chalicelib.jobs.tokens import new_token
from chalicelib.settings import Settings
from chalicelib.wiring import SettingsAdapters
from chalicelib.wiring.container import UseCases
from deploy.changes import changed
from deploy.policies import policy
from deploy.stage import Stage, csv_bucket, read_stage
from local.triggers import sqs_event
from tests.forms import send_form
from tests.moto_aws import MotoAws

SERVICES = ("dynamodb", "events", "s3", "sqs")
# What Lambda does with the function's role, and the handlers do not see.
BY_LAMBDA = ("Logs", "TracesHaveNoArn", "Trigger")
# As botocore signs a form for an upload, whose sender puts an object with the rights of the signer.
FORM, ANY = "CreateBucket", "any"
# Where the operation's name is not the action's.
ACTIONS = {
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjectsV2": "s3:ListBucket",
    "sqs:SendMessageBatch": "sqs:SendMessage",
}
# Where the service's name in boto3's hooks is not the one in actions.
PREFIXES = {"eventbridge": "events"}
BUS = "csvsum-policies"
FUNCTIONS = ("api_handler", "work_job", "work_part", "give_up", "inbox", "sweep")

Call = tuple[str, str]
"""An action and the ARN of its resource."""


def arn_of(service: str, parameters: dict[str, Any]) -> str:
    if service == "s3":
        key = f"/{parameters['Key']}" if "Key" in parameters else ""
        return f"arn:aws:s3:::{parameters['Bucket']}{key}"
    if service == "sqs":
        name = parameters.get("QueueName") or parameters["QueueUrl"].rpartition("/")[2]
        return f"arn:aws:sqs:us-east-1:123456789012:{name}"
    if service == "events":
        (bus,) = {each["EventBusName"] for each in parameters["Entries"]}
        return f"arn:aws:events:us-east-1:123456789012:event-bus/{bus}"
    index = f"/index/{parameters['IndexName']}" if "IndexName" in parameters else ""
    # A batch is of one table here.
    table = parameters.get("TableName") or "".join(parameters["RequestItems"])
    return f"arn:aws:dynamodb:us-east-1:123456789012:table/{table}{index}"


def calls_of(service: str, operation: str, parameters: dict[str, Any]) -> Iterator[Call]:
    """Return what rights a request needs: a transaction those of its writes.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
    """
    action = f"{service}:{operation}"
    if operation == FORM:
        yield "s3:PutObject", f"{arn_of(service, parameters)}/{ANY}"
        return
    if operation != "TransactWriteItems":
        yield ACTIONS.get(action, action), arn_of(service, parameters)
        return
    for each in parameters["TransactItems"]:
        ((kind, write),) = each.items()
        yield f"{service}:{kind}Item", arn_of(service, write)


class Recorder:
    """Clients that keep every call made with them between ``start`` and ``stop``."""

    def __init__(self) -> None:
        self.clients = AwsClients()
        self.calls: set[Call] | None = None
        for service in SERVICES:
            client = getattr(self.clients, service)()
            client.meta.events.register("provide-client-params", self._record)

    def _record(self, params: dict[str, Any], event_name: str, **_: Any) -> None:
        service, operation = event_name.split(".")[1:]
        service = PREFIXES.get(service, service)
        if self.calls is not None:
            self.calls.update(calls_of(service, operation, params))

    @contextmanager
    def recorded(self) -> Iterator[set[Call]]:
        """Yield the set of the calls made meanwhile, links to objects included."""
        self.calls = calls = set[Call]()
        yield calls
        self.calls = None


class BrokenQueue:
    def send(self, messages: Sequence[Message]) -> None:
        raise ServiceDown("out of order")

    def waiting(self) -> int:
        return 0


@dataclass
class Scene:
    """A deployed stage's names on moto, and the service over them."""

    aws: MotoAws
    stage: Stage
    settings: Settings
    recorder: Recorder

    @property
    def adapters(self) -> SettingsAdapters:
        """Return them as a cold start has them, with nothing remembered."""
        return SettingsAdapters(self.settings, self.recorder.clients)

    @property
    def use_cases(self) -> UseCases:
        return UseCases(self.adapters, self.settings)

    def put(self, data: bytes) -> str:
        name = f"{uuid4().hex}.csv"
        self.aws.client("s3").put_object(
            Bucket=csv_bucket(self.settings), Key=f"in/{name}", Body=data
        )
        return name

    def upload(self, data: bytes) -> str:
        """Upload a file as clients do, and return its name."""
        form = self.use_cases.upload("x.csv", len(data), OPEN)
        assert send_form(form.url, form.fields, data).status == 204
        return form.csv

    def submit(self, data: bytes, step: int = 10) -> Job:
        return self.use_cases.submit(self.put(data), Options(step=step), OPEN)

    def submit_upload(self, data: bytes) -> Job:
        return self.use_cases.submit(self.upload(data), Options(), OPEN)

    def put_into_inbox(self, data: bytes, name: str = "", options: bytes = b"") -> NewFile:
        """Put a file into the inbox, with options beside it, and return its report."""
        bucket, s3 = self.settings.uploads_bucket, self.aws.client("s3")
        key = f"inbox/{name or uuid4().hex}"
        if options:
            beside = f"{key.rpartition('/')[0]}/csvsum.json"
            s3.put_object(Bucket=bucket, Key=beside, Body=options)
        etag = s3.put_object(Bucket=bucket, Key=key, Body=data)["ETag"]
        return NewFile(bucket, key, len(data), etag.strip('"'), "1")

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
        """Return what a handler asks for when it fails on a message, the only one in its queue."""
        deliveries = self.adapters.deliveries
        sqs = self.aws.client("sqs")
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody="none of this service's")
        (record,) = sqs_event(
            queue, sqs.receive_message(QueueUrl=url, AttributeNames=["All"])["Messages"]
        )["Records"]
        with (
            self.recorder.recorded() as calls,
            pytest.raises(BadMessage),
            deliveries.held(record),
        ):
            decode(record["body"])
        sqs.delete_message(QueueUrl=url, ReceiptHandle=record["receiptHandle"])
        return calls

    def parts(self) -> list[Message]:
        """The parts that wait, once the jobs that wait were cut."""
        for message in self.messages(self.settings.jobs_queue):
            self.use_cases.sum_job(message)
        return self.messages(self.settings.parts_queue)

    def ended_with_large_result(self) -> Job:
        job = self.submit(WIDE, step=1)
        for message in self.messages(self.settings.jobs_queue):
            self.use_cases.sum_job(message)
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
def scene(aws: MotoAws) -> Scene:
    small = {
        "CSV_SOURCE": "s3://csvsum-policies-csv/in",
        "PART_BYTES": "40000",
        "LIST_FILES": "on",
        "INBOX": "on",
        "EVENT_BUS": BUS,
    }
    stage = changed(read_stage("localstack"), small)
    buckets = {
        "ResultsBucket": stage.settings.results_bucket,
        "UploadsBucket": stage.settings.uploads_bucket,
        "CsvBucket": "csvsum-policies-csv",
    }
    parameters = {"Prefix": stage.prefix, "CreateCsvBucket": "true", **buckets}
    aws.create_resources(parameters, "policies")
    aws.client("events").create_event_bus(Name=BUS)
    # moto cannot make its policy, so it is not part of the stack.
    aws.client("sqs").create_queue(QueueName=stage.settings.inbox_queue)
    return Scene(aws, stage, Settings.from_env(stage.environment), Recorder())


def use_api(scene: Scene) -> set[Call]:
    large, running = scene.ended_with_large_result(), scene.submit(TALL)
    scene.parts()
    with scene.recorder.recorded() as calls:
        use_cases = scene.use_cases
        with pytest.raises(InvalidToken):
            use_cases.authenticate(Credentials(f"Bearer {new_token()}"))
        job = scene.submit(TALL)
        scene.submit_upload(TALL)
        for each in (job, large, running):
            use_cases.find_job(each.id, OPEN)
        use_cases.submit_once(job.file_name, job.options, OPEN, "a key")
        use_cases.cancel_job(job.id, OPEN)
        use_cases.list_jobs(OPEN, Wanted())
        use_cases.list_files(OPEN, WantedFiles())
        use_cases.count_in_progress()
        use_cases.count_in_progress(Client("finance"))
        use_cases.publish_reply(job, "sums", "{}")
        with pytest.raises(ServiceDown):
            submit = replace(use_cases.submit, queue=BrokenQueue())
            submit(job.file_name, Options(), OPEN)
    scene.parts()
    return calls


def use_work_job(scene: Scene) -> set[Call]:
    failing = scene.fail_once(scene.settings.jobs_queue)
    jobs = [scene.submit(TALL), scene.submit(WIDE, step=1), scene.submit(b"a\noops\n")]
    jobs.append(scene.submit_upload(b"a\n1\n"))
    with scene.recorder.recorded() as calls:
        for job in jobs:
            scene.use_cases.sum_job(Message(job.id))
            scene.use_cases.sum_job(Message(job.id))
    first, *others = set(scene.parts())  # sent twice, as the job was delivered twice
    for message in others:
        scene.use_cases.sum_part(message)
    store_and_die(scene, first)
    with scene.recorder.recorded() as merging:
        scene.use_cases.sum_job(Message(first.job))
    return failing | calls | merging


def store_and_die(scene: Scene, message: Message) -> None:
    """Do what a worker does that dies when its part is done, and before it merges the parts."""
    adapters = scene.adapters
    job = adapters.jobs.get(message.job)
    assert job.plan
    assert message.part is not None
    reader = PartReader(adapters.source, adapters.kernel)
    outcome, columns = reader.sum_part(job, job.plan, message.part)
    adapters.parts.save(job.id, outcome, columns)
    adapters.parts.add_done(job.id, message.part, Run.FIRST)


def use_work_part(scene: Scene) -> set[Call]:
    failing = scene.fail_once(scene.settings.parts_queue)
    for data, step in ((TALL, 10), (WIDE_AND_TALL, 1), (MISLEADING, 10)):
        scene.submit(data, step)
    scene.submit_upload(TALL)
    waiting = scene.parts()
    with scene.recorder.recorded() as calls:
        while waiting:
            for message in waiting:
                UseCases(scene.adapters, scene.settings, proof_bytes=1).sum_part(message)
                UseCases(scene.adapters, scene.settings, proof_bytes=1).sum_part(message)
            waiting = scene.messages(scene.settings.parts_queue)
    return failing | calls


def use_give_up(scene: Scene) -> set[Call]:
    large, job = scene.ended_with_large_result(), scene.submit(b"a\n1\n")
    with scene.recorder.recorded() as calls:
        for each in (large, job):
            scene.use_cases.give_up(Message(each.id))
        scene.use_cases.take_in.give_up(scene.put_into_inbox(b"a\n1\n"))
    scene.parts()
    return calls


def use_inbox(scene: Scene) -> set[Call]:
    failing = scene.fail_once(scene.settings.inbox_queue)
    good = scene.put_into_inbox(b"a\n1\n")
    cached = scene.put_into_inbox(WIDE, "wide/x.csv", b'{"step": 1}')
    scene.use_cases.take_in(cached)
    scene.parts()
    again = replace(cached, sequencer="2")
    wrong = scene.put_into_inbox(b"a\n1\n", "wrong/x.csv", b"{")
    with scene.recorder.recorded() as calls:
        for file in (good, again, wrong, replace(good, etag="another")):
            scene.use_cases.take_in(file)
            scene.use_cases.take_in(file)
    scene.parts()
    return failing | calls


def use_sweep(scene: Scene) -> set[Call]:
    large = scene.ended_with_large_result()
    # An index may be older than its table: a job that has ended may still be in it.
    scene.aws.client("dynamodb").update_item(
        TableName=scene.settings.table,
        Key={"pk": {"S": large.id}, "sk": {"S": "job"}},
        UpdateExpression="SET in_progress = :shard",
        ExpressionAttributeValues={":shard": {"S": "1"}},
    )
    scene.submit(b"a\n1\n")
    # Whoever ended this one has died before it sent the event.
    scene.adapters.jobs.cancel(scene.submit(b"a\n1\n").id, utc_now())
    scene.messages(scene.settings.jobs_queue)
    later = utc_now() + timedelta(hours=2)
    with scene.recorder.recorded() as calls:
        UseCases(scene.adapters, scene.settings, now=lambda: later).sweep()
    return calls


USES: dict[str, Callable[[Scene], set[Call]]] = {
    "api_handler": use_api,
    "work_job": use_work_job,
    "work_part": use_work_part,
    "give_up": use_give_up,
    "inbox": use_inbox,
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
