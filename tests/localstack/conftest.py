"""An emptied LocalStack, whose endpoint is given with --endpoint-url; without one, no test runs."""

import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.clone import Clone

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@pytest.fixture(scope="session")
def endpoint(request: pytest.FixtureRequest) -> str:
    given: str | None = request.config.getoption("--endpoint-url")
    if not given:
        pytest.skip("needs a LocalStack: make test-localstack")
    try:
        urllib.request.urlopen(f"{given}/_localstack/health", timeout=10).close()
    except OSError as error:
        pytest.exit(f"No LocalStack answers at {given}: {error}", returncode=2)
    return given


@pytest.fixture(scope="session")
def client(endpoint: str) -> Callable[[str], Any]:
    session: Any = boto3.Session("test", "test", region_name="us-east-1")
    return lambda service: session.client(service, endpoint_url=endpoint)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory, endpoint: str) -> Clone:
    folder: Path = tmp_path_factory.mktemp("clone")
    return Clone(folder, AWS_ENDPOINT_URL=endpoint, **CREDENTIALS)
