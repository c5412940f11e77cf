"""The deployed service: the one of --base-url, or the packaged one on a MiniStack of its own."""

import platform
import sys
from collections.abc import Iterator

import boto3
import pytest

from tests.deployed.deployment import Deployment
from tests.deployed.ministack import MiniStack, deploy_to, packaged


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MiniStack]:
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        pytest.skip("the zip of the stage localstack runs on Linux, x86-64")
    running = MiniStack(tmp_path_factory.mktemp("ministack"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def deployment(request: pytest.FixtureRequest) -> Deployment:
    base_url, endpoint = (
        request.config.getoption("--base-url"),
        request.config.getoption("--endpoint-url"),
    )
    if base_url:
        session = boto3.Session()
        return Deployment(
            base_url,
            lambda service: session.client(service, endpoint_url=endpoint),
            request.config.getoption("--prefix"),
        )
    ministack: MiniStack = request.getfixturevalue("ministack")
    stage, made = packaged()
    return Deployment(deploy_to(ministack, stage, made), ministack.aws.client, stage.prefix)
