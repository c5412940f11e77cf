"""The stand-in's faults: AWS's own words, retries that cost no time, expired tokens."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

from tests.strict_aws import (
    ALWAYS,
    TIMED_OUT,
    AwsError,
    DynamoDbErrors,
    S3Errors,
    SqsErrors,
    StrictAws,
)

THREE_TIMES = Config(retries={"mode": "standard", "total_max_attempts": 3})
KEY = {"pk": {"S": "1"}}


@pytest.fixture
def strict() -> Iterator[StrictAws]:
    with StrictAws() as aws:
        aws.tester("s3").create_bucket(Bucket="files")
        aws.tester("s3").put_object(Bucket="files", Key="x", Body=b"1")
        aws.tester("sqs").create_queue(QueueName="jobs")
        aws.tester("dynamodb").create_table(
            TableName="csvsum",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        )
        yield aws


def read(strict: StrictAws, config: Config | None = None) -> Any:
    return strict.client("s3", config=config).get_object(Bucket="files", Key="x")


def update(strict: StrictAws, config: Config | None = None) -> Any:
    return strict.client("dynamodb", config=config).update_item(
        TableName="csvsum",
        Key=KEY,
        UpdateExpression="ADD n :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )


def send(strict: StrictAws, config: Config | None = None) -> Any:
    sqs = strict.client("sqs", config=config)
    return sqs.send_message(QueueUrl=queue_url(strict), MessageBody="{}")


def queue_url(strict: StrictAws) -> str:
    url: str = strict.tester("sqs").get_queue_url(QueueName="jobs")["QueueUrl"]
    return url


@pytest.mark.parametrize(
    ("call", "operation", "error"),
    [
        (read, "s3.GetObject", S3Errors.SLOW_DOWN),
        (read, "s3.GetObject", S3Errors.INTERNAL_ERROR),
        (read, "s3.GetObject", S3Errors.UNAVAILABLE),
        (update, "dynamodb.UpdateItem", DynamoDbErrors.HOT_PARTITION),
        (update, "dynamodb.UpdateItem", DynamoDbErrors.PROVISIONED),
        (update, "dynamodb.UpdateItem", DynamoDbErrors.ACCOUNT_LIMIT),
        (update, "dynamodb.UpdateItem", DynamoDbErrors.INTERNAL_ERROR),
        (send, "sqs.SendMessage", SqsErrors.THROTTLED),
        (send, "sqs.SendMessage", SqsErrors.UNAVAILABLE),
    ],
    ids=lambda value: value.code if isinstance(value, AwsError) else None,
)
def test_a_passing_refusal_has_its_code_and_status_and_is_retried(
    strict: StrictAws, call: Any, operation: str, error: AwsError
) -> None:
    strict.fail(operation, error)
    with pytest.raises(ClientError) as refused:
        call(strict)
    response: Any = refused.value.response
    assert response["Error"] == {"Code": error.code, "Message": error.message} | {
        name: value for name, value in response["Error"].items() if name not in ("Code", "Message")
    }
    assert response["ResponseMetadata"]["HTTPStatusCode"] == error.status
    strict.fail(operation, error, times=2)
    assert call(strict, THREE_TIMES)["ResponseMetadata"]["RetryAttempts"] == 2


def test_the_delays_of_retries_pass_on_the_simulated_clock(strict: StrictAws) -> None:
    strict.fail("s3.GetObject", S3Errors.SLOW_DOWN, times=ALWAYS)
    retries = Config(retries={"mode": "standard", "total_max_attempts": 10})
    with pytest.raises(ClientError, match="SlowDown"):
        read(strict, retries)
    assert len(strict.calls) == 10
    assert strict.clock.elapsed > 1


def test_a_throttle_names_what_was_exceeded(strict: StrictAws) -> None:
    strict.fail("dynamodb.UpdateItem", DynamoDbErrors.PROVISIONED)
    dynamodb = strict.client("dynamodb")
    exceptions = dynamodb.exceptions
    with pytest.raises(exceptions.ProvisionedThroughputExceededException) as refused:
        dynamodb.update_item(TableName="csvsum", Key=KEY)
    reasons: Any = refused.value.response["ThrottlingReasons"]
    assert reasons == [{"reason": "TableWriteProvisionedThroughputExceeded"}]


def test_a_refused_call_changes_nothing(strict: StrictAws) -> None:
    strict.fail("dynamodb.UpdateItem", DynamoDbErrors.HOT_PARTITION)
    with pytest.raises(ClientError):
        update(strict)
    assert "Item" not in strict.tester("dynamodb").get_item(TableName="csvsum", Key=KEY)


def test_a_call_that_times_out_may_have_taken_effect(strict: StrictAws) -> None:
    strict.fail("dynamodb.UpdateItem", TIMED_OUT, after=True)
    with pytest.raises(ReadTimeoutError):
        update(strict)
    item = strict.tester("dynamodb").get_item(TableName="csvsum", Key=KEY)["Item"]
    assert item["n"] == {"N": "1"}


def test_a_fault_meets_the_call_it_is_meant_for(strict: StrictAws) -> None:
    strict.fail("s3.GetObject", S3Errors.SLOW_DOWN, skip=1)
    strict.fail("s3.GetObject", S3Errors.ACCESS_DENIED, when=lambda call: "y" in call.path)
    read(strict)
    with pytest.raises(ClientError, match="SlowDown"):
        read(strict)
    read(strict)
    with pytest.raises(ClientError, match="AccessDenied"):
        strict.client("s3").get_object(Bucket="files", Key="y")


def test_the_testers_own_calls_meet_no_fault(strict: StrictAws) -> None:
    strict.fail("s3.GetObject", S3Errors.SLOW_DOWN, times=ALWAYS)
    assert strict.tester("s3").get_object(Bucket="files", Key="x")["Body"].read() == b"1"


@pytest.mark.parametrize(
    ("service", "call", "code", "status"),
    [
        ("s3", lambda s3: s3.list_buckets(), "ExpiredToken", 400),
        ("sts", lambda sts: sts.get_caller_identity(), "ExpiredToken", 403),
        (
            "lambda",
            lambda functions: functions.get_account_settings(),
            "ExpiredTokenException",
            403,
        ),
        ("dynamodb", lambda table: table.list_tables(), "ExpiredTokenException", 403),
        (
            "cloudformation",
            lambda stacks: stacks.describe_stacks(StackName="x"),
            "ExpiredToken",
            403,
        ),
    ],
)
def test_an_expired_token_is_refused_by_every_service(
    strict: StrictAws, service: str, call: Any, code: str, status: int
) -> None:
    client = strict.session().client(service)
    strict.expire_tokens()
    with pytest.raises(ClientError) as refused:
        call(client)
    response: Any = refused.value.response
    assert response["Error"]["Code"] == code
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status


def test_another_account_sees_nothing_of_this_one(strict: StrictAws) -> None:
    other = strict.session(account="999999999999")
    assert other.client("sts").get_caller_identity()["Account"] == "999999999999"
    assert other.client("dynamodb").list_tables()["TableNames"] == []
    with pytest.raises(ClientError, match="does not exist"):
        other.client("sqs").get_queue_url(QueueName="jobs")


def test_a_products_own_client_is_adopted_as_it_was_made(strict: StrictAws) -> None:
    seen: list[str] = []

    def make() -> Any:
        client: Any = boto3.client("s3", config=THREE_TIMES)
        client.meta.events.register("before-call.s3", lambda model, **_: seen.append(model.name))
        return client

    s3 = strict.adopt(make, "eu-central-1")
    strict.fail("s3.HeadObject", S3Errors.INTERNAL_ERROR, times=2)
    strict.clock.advance(hours=25)
    assert s3.head_object(Bucket="files", Key="x")["ContentLength"] == 1
    assert (s3.meta.region_name, seen[0]) == ("eu-central-1", "HeadObject")


def test_a_client_that_would_sleep_is_refused() -> None:
    with StrictAws() as aws, pytest.raises(ValueError, match="standard"):
        aws.client("s3", config=Config(retries={"mode": "legacy", "max_attempts": 3}))


def test_stand_ins_share_nothing() -> None:
    with StrictAws() as one, StrictAws() as other:
        one.tester("s3").create_bucket(Bucket="mine")
        assert other.tester("s3").list_buckets()["Buckets"] == []
    with StrictAws() as later:
        later.tester("s3").create_bucket(Bucket="mine")
