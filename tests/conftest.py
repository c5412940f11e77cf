"""What tests share: one embedded AWS for the contract tests, and names nobody else uses."""

import os
import uuid
from collections.abc import Callable, Iterator

import pytest
from hypothesis import settings

from tests.moto_aws import MotoAws

settings.register_profile("default", deadline=None, derandomize=True)
settings.register_profile("long", deadline=None, max_examples=20_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup(
        "deployed",
        "tests/deployed against a service that runs already; without these, against one of their own",
    )
    group.addoption("--base-url", help="where the service answers: what `make deploy` prints")
    group.addoption("--endpoint-url", help="where AWS answers, when that is an emulator")
    group.addoption(
        "--prefix",
        default="csvsum-localstack",
        help="what its functions' names begin with: csvsum-<stage>",
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
def unique() -> Callable[[str], str]:
    """A name with a random end, so that no test meets what another one made."""
    return lambda start: f"{start}-{uuid.uuid4().hex[:8]}"
