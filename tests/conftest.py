"""What tests share: one embedded AWS for the contract tests, unique names, and the log's lines."""

import os
import uuid
from collections.abc import Callable, Iterator

import pytest
from hypothesis import settings

from chalicelib.adapters.clients import AwsClients
from tests.log_lines import LogLines, captured_log
from tests.moto_aws import MotoAws

settings.register_profile("default", deadline=None, derandomize=True)
settings.register_profile("long", deadline=None, max_examples=20_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup(
        "deployed",
        "tests/deployed against a service that runs already; without these, against its own",
    )
    group.addoption("--base-url", help="the URL of the service: what `make deploy` prints")
    group.addoption("--endpoint-url", help="the URL of AWS, where that is an emulator")
    group.addoption(
        "--prefix",
        default="csvsum-localstack",
        help="what the functions' names begin with: csvsum-<stage>",
    )


@pytest.fixture(scope="session")
def aws() -> Iterator[MotoAws]:
    """moto's server, with this process's boto3 turned to it."""
    server = MotoAws()
    server.start()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL", server.endpoint)
        environment.setenv("AWS_ACCESS_KEY_ID", "test")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "test")
        environment.setenv("AWS_DEFAULT_REGION", "us-east-1")
        yield server
    server.stop()


@pytest.fixture
def clients(aws: MotoAws) -> AwsClients:
    """Clients of the adapters, turned to the embedded AWS."""
    return AwsClients()


@pytest.fixture
def resource_names(unique: Callable[[str], str]) -> dict[str, str]:
    """Parameters of infra/resources.json: names of their own for tables, queues and bucket."""
    tables, queues = (
        ("JobsTable", "TokensTable"),
        (
            "JobsQueue",
            "PartsQueue",
            "DeadQueue",
            "InboxQueue",
        ),
    )
    names = (*tables, *queues, "ResultsBucket", "UploadsBucket")
    return {name: unique(name.lower()) for name in names}


@pytest.fixture
def resources(
    aws: MotoAws, unique: Callable[[str], str], resource_names: dict[str, str]
) -> dict[str, str]:
    """The names of tables, queues and a bucket that are there."""
    aws.create_resources(resource_names, unique("stack"))
    return resource_names


@pytest.fixture
def unique() -> Callable[[str], str]:
    """Return a name with a random end, so that no test meets what another one made."""
    return lambda start: f"{start}-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def log_lines() -> Iterator[LogLines]:
    """The lines that the service has logged since the test began."""
    with captured_log() as lines:
        yield lines
