"""The embedded AWS, as `make run` starts it."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from chalicelib.settings import Settings
from infra.parameters import parameters_of
from local.embedded_aws import EmbeddedAws
from local.resources import client, make_resources
from local.state import State

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedAws]:
    aws = EmbeddedAws(State(tmp_path_factory.mktemp("state")), parameters_of(Settings()))
    aws.child.start()
    yield aws
    aws.child.stop()


@pytest.fixture
def sqs(embedded: EmbeddedAws) -> "SQSClient":
    made: SQSClient = client("sqs", embedded.endpoint)
    return made


@pytest.fixture
def names(embedded: EmbeddedAws, unique: Callable[[str], str]) -> dict[str, str]:
    """The names of queues, table and bucket of one test; messages stay hidden for a second."""
    names = {
        name: unique(name.lower())
        for name in (
            "JobsTable",
            "JobsQueue",
            "PartsQueue",
            "DeadQueue",
            "InboxQueue",
            "ResultsBucket",
            "UploadsBucket",
        )
    }
    make_resources(embedded.endpoint, {**names, "VisibilitySeconds": "1"}, unique("stack"))
    return names
