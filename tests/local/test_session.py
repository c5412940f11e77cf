"""The session of local processes: which of their calls are signed."""

from typing import Any

import boto3
import pytest

from local.config import CREDENTIALS
from local.embedded_aws import EmbeddedAws
from local.session import start_session


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> boto3.Session:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    start_session()
    made = boto3.DEFAULT_SESSION
    assert made is not None
    return made


@pytest.fixture
def signed(session: boto3.Session) -> list[bool]:
    """Whether each request was signed."""
    found: list[bool] = []

    def look(request: Any, **_: Any) -> None:
        found.append("Authorization" in request.headers)

    session.events.register("before-send", look)
    return found


@pytest.mark.parametrize(
    ("service", "call", "is_signed"),
    [
        ("dynamodb", "list_tables", False),
        ("sqs", "list_queues", False),
        ("s3", "list_buckets", True),
    ],
)
def test_calls_that_nothing_checks_are_not_signed_and_answered(
    session: boto3.Session,
    signed: list[bool],
    embedded: EmbeddedAws,
    service: Any,
    call: str,
    is_signed: bool,
) -> None:
    client = session.client(service, endpoint_url=embedded.endpoint)
    assert getattr(client, call)()["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert signed == [is_signed]


def test_unsigned_calls_see_what_signed_ones_made(
    session: boto3.Session, embedded: EmbeddedAws, names: dict[str, str]
) -> None:
    client = session.client("dynamodb", endpoint_url=embedded.endpoint)
    assert names["JobsTable"] in client.list_tables()["TableNames"]
