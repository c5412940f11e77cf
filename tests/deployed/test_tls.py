"""Buckets and queues refuse plain HTTP where policies are enforced; MiniStack has no other."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from deploy import cloudformation
from deploy.stage import RESOURCES
from tests.deployed.ministack import MiniStack, outputs

NAMES = (
    "JobsTable",
    "TokensTable",
    "JobsQueue",
    "PartsQueue",
    "DeadQueue",
    "InboxQueue",
    "ResultsBucket",
    "UploadsBucket",
    "CsvBucket",
)


def someone(ministack: MiniStack, name: str) -> Callable[[str], Any]:
    """Clients of a user who may do everything that policies of resources do not forbid."""
    iam = ministack.aws.client("iam")
    iam.create_user(UserName=name)
    everything = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["s3:*", "sqs:*"], "Resource": "*"}],
    }
    iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=json.dumps(everything))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    session: Any = boto3.Session(
        key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1"
    )
    return lambda service: session.client(service, endpoint_url=ministack.endpoint)


@pytest.mark.parametrize("tls_only", ["true", "false"])
def test_plain_http_is_refused_where_tls_is_wanted(
    ministack: MiniStack, unique: Callable[[str], str], tls_only: str
) -> None:
    names = {name: unique(name.lower()) for name in NAMES}
    stack = unique("tls")
    parameters = {**names, "TlsOnly": tls_only, "CreateCsvBucket": "true"}
    template = json.loads(RESOURCES.read_text())
    cloudformation.put(ministack.aws, stack, template, parameters)
    client = someone(ministack, unique("someone"))
    queue = outputs(ministack.aws, stack)["JobsQueueUrl"]
    calls: list[Callable[[], Any]] = [
        lambda: client("s3").put_object(Bucket=names["CsvBucket"], Key="x", Body=b"x"),
        lambda: client("s3").put_object(Bucket=names["ResultsBucket"], Key="x", Body=b"x"),
        lambda: client("s3").put_object(Bucket=names["UploadsBucket"], Key="x", Body=b"x"),
        lambda: client("sqs").send_message(QueueUrl=queue, MessageBody="x"),
    ]
    assert [refused(call) for call in calls] == [tls_only == "true"] * 4


def refused(call: Callable[[], Any]) -> bool:
    try:
        call()
    except ClientError as error:
        assert "Denied" in error.response["Error"]["Code"], error
        return True
    return False
