"""The inbox on the embedded AWS: real reports of S3, a real queue, and the handlers of app.py."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from chalicelib.adapters.clients import AwsClients, Lazy
from chalicelib.adapters.inbox_events import decode_report
from chalicelib.adapters.work_queue import decode
from chalicelib.jobs.client import Client
from chalicelib.jobs.job import Job, Status
from chalicelib.jobs.listing import Wanted
from chalicelib.jobs.uploads import INBOX
from chalicelib.settings import Settings
from chalicelib.wiring import SettingsAdapters
from chalicelib.wiring.container import UseCases
from local.embedded_aws import EmbeddedAws
from local.resources import client, make_resources
from tests.eventually import eventually
from tests.forms import send_form

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

ROWS = b"id,b\n1,2\n2,x\n"


@dataclass
class Stage:
    """The service over the resources of one test."""

    s3: "S3Client"
    sqs: "SQSClient"
    use_cases: UseCases
    names: dict[str, str]

    def put(self, key: str, data: bytes = ROWS) -> None:
        self.s3.put_object(Bucket=self.names["UploadsBucket"], Key=key, Body=data)

    def reports(self, count: int) -> list[str]:
        """Return so many messages of the queue of reports, once they are there."""
        found: list[str] = []

        def are_there() -> bool:
            found.extend(self._received("InboxQueue"))
            return len(found) >= count

        eventually(are_there)
        return found

    def work(self) -> None:
        """Do what the workers do with all jobs that wait."""
        for body in self._received("JobsQueue"):
            self.use_cases.sum_job(decode(body))

    def jobs(self) -> list[Job]:
        ids = [job.id for job in self.use_cases.list_jobs(INBOX, Wanted()).jobs]
        return [self.use_cases.find_job(job_id, INBOX) for job_id in ids]

    def _received(self, queue: str) -> list[str]:
        url = self.sqs.get_queue_url(QueueName=self.names[queue])["QueueUrl"]
        answer = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        for message in answer.get("Messages", []):
            self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in answer.get("Messages", [])]


@pytest.fixture
def stage(embedded: EmbeddedAws, sqs: "SQSClient", unique: Callable[[str], str]) -> Stage:
    names = {
        name: unique(name.lower())
        for name in (
            "JobsTable",
            "TokensTable",
            "JobsQueue",
            "PartsQueue",
            "DeadQueue",
            "InboxQueue",
            "ResultsBucket",
            "UploadsBucket",
        )
    }
    make_resources(embedded.endpoint, {**names, "Inbox": "on"}, unique("stack"))
    settings = Settings(
        table=names["JobsTable"],
        tokens_table=names["TokensTable"],
        jobs_queue=names["JobsQueue"],
        parts_queue=names["PartsQueue"],
        dead_queue=names["DeadQueue"],
        inbox_queue=names["InboxQueue"],
        results_bucket=names["ResultsBucket"],
        uploads_bucket=names["UploadsBucket"],
        inbox=True,
    )
    use_cases = UseCases(SettingsAdapters(settings, clients_of(embedded.endpoint)), settings)
    return Stage(client("s3", embedded.endpoint), sqs, use_cases, names)


def clients_of(endpoint: str) -> AwsClients:
    clients = AwsClients()
    clients.dynamodb = Lazy(lambda: client("dynamodb", endpoint))
    clients.s3 = Lazy(lambda: client("s3", endpoint))
    clients.sqs = Lazy(lambda: client("sqs", endpoint))
    return clients


def test_the_bucket_reports_what_is_put_into_the_inbox_and_nothing_else(stage: Stage) -> None:
    (test,) = stage.reports(1)
    assert decode_report(test) == []  # S3 tests a queue when it is named to the bucket
    stage.put("abc/1/x.csv")
    stage.put("inbox/größe & 1+2.csv")
    (body,) = stage.reports(1)
    (file,) = decode_report(body)
    assert (file.bucket, file.key) == (stage.names["UploadsBucket"], "inbox/größe & 1+2.csv")
    assert file.size == len(ROWS)
    head = stage.s3.head_object(Bucket=file.bucket, Key=file.key)
    assert file.etag == head["ETag"].strip('"')
    assert file.sequencer


def test_a_file_in_the_inbox_is_summed_with_its_options_once(stage: Stage) -> None:
    stage.put("inbox/q3/csvsum.json", json.dumps({"step": 1, "non_numeric": "skip"}).encode())
    stage.put("inbox/q3/sales.csv")
    for body in stage.reports(3) * 2:
        for file in decode_report(body):
            stage.use_cases.take_in(file)
    stage.work()
    (job,) = stage.jobs()
    assert (job.status, job.options.step) == (Status.SUCCEEDED, 1)
    assert job.result
    assert job.result.exact() == {"id": "3", "b": "2"}


def test_a_wrong_file_of_options_is_a_failed_job_in_the_list(stage: Stage) -> None:
    stage.put("inbox/csvsum.json", b"{\n  step: 1}")
    stage.put("inbox/x.csv")
    for body in stage.reports(3):
        for file in decode_report(body):
            stage.use_cases.take_in(file)
    (job,) = stage.jobs()
    assert job.problem
    assert (job.status, job.problem.code) == (Status.FAILED, "bad_options")
    assert "'uploads/inbox/csvsum.json'" in job.problem.detail
    assert "line 2, column 3" in job.problem.detail


def test_what_clients_upload_is_not_summed_by_itself_but_what_the_inbox_uploads_is(
    stage: Stage,
) -> None:
    stage.reports(1)
    for owner in (Client("finance"), INBOX):
        form = stage.use_cases.upload("x.csv", None, owner)
        assert send_form(form.url, form.fields, ROWS).status == 204
    (body,) = stage.reports(1)
    (file,) = decode_report(body)
    assert f"uploads/{file.key}" == form.csv
