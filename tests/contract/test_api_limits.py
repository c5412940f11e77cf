"""The API of a deployed stage is limited: what Chalice deployed as well as what a template did."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.settings import Settings
from deploy import chalice_deploy
from deploy.aws import Aws
from deploy.changes import changed
from deploy.project import api_of, request_limits
from deploy.stage import FUNCTIONS, read_stage
from tests.strict_aws import StrictAws


@pytest.fixture
def aws() -> Iterator[StrictAws]:
    with StrictAws("eu-central-1") as aws:
        yield aws


def deployed(aws: StrictAws, name: str) -> tuple[Any, str]:
    """Deploy an API as Chalice does: its stage has no limits. Returns a client and its id."""
    gateway = aws.session().client("apigateway")
    api = gateway.create_rest_api(name=name)["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    method = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    gateway.put_method(**method, authorizationType="NONE")
    gateway.put_integration(**method, type="MOCK")
    gateway.create_deployment(restApiId=api, stageName="api")
    return gateway, api


def test_make_deploy_limits_the_requests_of_all_methods(aws: StrictAws) -> None:
    stage = read_stage("prod")
    gateway, api = deployed(aws, stage.settings.api_name)
    gateway.create_rest_api(name="another")
    shown: list[str] = []
    chalice_deploy.limit_requests(stage, Aws(aws.session()), shown.append)
    settings = gateway.get_stage(restApiId=api, stageName="api")["methodSettings"]["*/*"]
    assert (settings["throttlingRateLimit"], settings["throttlingBurstLimit"]) == (20, 40)
    assert shown == ["Limiting the API to 20 requests a second, and 40 at once"]


def test_the_limits_are_those_of_the_settings(aws: StrictAws) -> None:
    stage = changed(read_stage("prod"), {"API_RATE": "100", "API_BURST": "300"})
    gateway, api = deployed(aws, stage.settings.api_name)
    chalice_deploy.limit_requests(stage, Aws(aws.session()), print)
    settings = gateway.get_stage(restApiId=api, stageName="api")["methodSettings"]["*/*"]
    assert (settings["throttlingRateLimit"], settings["throttlingBurstLimit"]) == (100, 300)
    assert request_limits(stage.settings) == {
        "ThrottlingRateLimit": 100,
        "ThrottlingBurstLimit": 300,
    }


def test_a_template_has_the_same_limits() -> None:
    made = json.loads(FUNCTIONS.read_text())["Resources"]["RestAPI"]["Properties"]
    default = api_of(Settings())["Resources"]["RestAPI"]["Properties"]
    assert made["MethodSettings"] == default["MethodSettings"]
