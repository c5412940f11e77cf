"""Refusals of AWS that last are distinguished from calls that it does not answer now."""

import logging
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import BotoCoreError, ConnectTimeoutError, NoCredentialsError
from botocore.stub import Stubber

from chalicelib.adapters.jobs_table import JobsTable
from chalicelib.adapters.results_bucket import ResultsBucket
from chalicelib.adapters.work_queue import WorkQueue
from chalicelib.errors import CsvsumError, Misconfigured, ServiceDown
from chalicelib.jobs.ports import Message

UNUSED = ResultsBucket("unused")


def refusing(service: str, operation: str, code: str, status: int) -> Any:
    """Return a client whose operation answers with an error."""
    make: Any = boto3.client
    client = make(service, region_name="us-east-1")
    stub = Stubber(client)
    stub.add_client_error(operation, code, "arn:aws:iam::123456789012:role/x may not", status)
    stub.activate()
    return client


def get_from_table(code: str, status: int) -> None:
    dynamodb = refusing("dynamodb", "get_item", code, status)
    JobsTable("jobs", UNUSED, 30, lambda: dynamodb).get("0" * 32)


def send(code: str, status: int) -> None:
    sqs = refusing("sqs", "get_queue_url", code, status)
    WorkQueue("jobs", "parts", lambda: sqs).send([Message("0" * 32)])


# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
@pytest.mark.parametrize(
    ("call", "code", "status"),
    [
        (get_from_table, "AccessDeniedException", 400),
        (get_from_table, "ResourceNotFoundException", 400),
        (get_from_table, "UnrecognizedClientException", 400),
        (get_from_table, "ValidationException", 400),
        (send, "AccessDenied", 403),
        (send, "AWS.SimpleQueueService.NonExistentQueue", 400),
        (send, "InvalidClientTokenId", 403),
    ],
)
def test_a_refusal_that_lasts_is_not_retryable_and_only_the_log_has_its_arns(
    call: Callable[[str, int], None], code: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Misconfigured, match=code) as raised:
        call(code, status)
    assert not raised.value.retryable
    assert "arn:" not in raised.value.detail
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "arn:aws:iam" in record.getMessage()


@pytest.mark.parametrize(
    ("call", "code", "status"),
    [
        (get_from_table, "ProvisionedThroughputExceededException", 400),
        (get_from_table, "ThrottlingException", 400),
        (get_from_table, "RequestLimitExceeded", 400),
        (get_from_table, "InternalServerError", 500),
        (send, "ServiceUnavailable", 503),
        (send, "RequestThrottled", 403),
    ],
)
def test_a_refusal_that_passes_is_retryable(
    call: Callable[[str, int], None], code: str, status: int
) -> None:
    with pytest.raises(ServiceDown) as raised:
        call(code, status)
    assert raised.value.__cause__


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (NoCredentialsError(), Misconfigured),
        (ConnectTimeoutError(endpoint_url="https://sqs.example"), ServiceDown),
    ],
)
def test_errors_of_botocore_itself_are_distinguished_as_well(
    error: BotoCoreError, expected: type[CsvsumError]
) -> None:
    def fail() -> Any:
        raise error

    with pytest.raises(expected) as raised:
        WorkQueue("jobs", "parts", fail).send([Message("0" * 32)])
    assert raised.value.__cause__ is error
