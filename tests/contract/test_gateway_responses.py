"""What API Gateway replies by itself: problem documents, after make deploy and in a template."""

import json
from typing import Any

import pytest
from samtranslator.translator.transform import transform

from deploy import gateway_responses
from deploy.aws import Aws
from infra.gateway_responses import GATEWAY_RESPONSES, for_template
from tests.contract.test_api_limits import deployed
from tests.strict_aws import StrictAws

EXTENSION = "x-amazon-apigateway-gateway-responses"


def problem_of(response: dict[str, Any], parameters: str, templates: str) -> dict[str, Any]:
    """Return the problem document of a response; its Content-Type must say what it is."""
    headers = response[parameters]
    assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'"
    problem: dict[str, Any] = json.loads(response[templates]["application/json"])
    assert set(problem) == {"type", "title", "status", "code", "detail"}
    assert str(problem["status"]) == str(response["statusCode"])
    return problem


def test_make_deploy_puts_all_of_them_into_the_api_and_deploys_it() -> None:
    with StrictAws("eu-central-1") as aws:
        gateway, api = deployed(aws, "any")
        before = gateway.get_stage(restApiId=api, stageName="api")["deploymentId"]
        gateway_responses.put(Aws(aws.session()), api, print)
        assert gateway.get_stage(restApiId=api, stageName="api")["deploymentId"] != before
        items = gateway.get_gateway_responses(restApiId=api)["items"]
    found = {
        each["responseType"]: problem_of(each, "responseParameters", "responseTemplates")["code"]
        for each in items
        if not each.get("defaultResponse")
    }
    assert found == {kind: each.code for kind, each in GATEWAY_RESPONSES.items()}


def test_a_template_has_them_in_the_definition_of_its_api(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    definition = {"swagger": "2.0", "info": {"title": "x", "version": "1"}, "paths": {}}
    properties = {
        "StageName": "api",
        "DefinitionBody": definition,
        "GatewayResponses": for_template(),
    }
    made = transform(
        {
            "Transform": "AWS::Serverless-2016-10-31",
            "Resources": {"RestAPI": {"Type": "AWS::Serverless::Api", "Properties": properties}},
        },
        {},
        None,
    )
    responses = made["Resources"]["RestAPI"]["Properties"]["Body"][EXTENSION]
    assert {
        kind: problem_of(each, "responseParameters", "responseTemplates")["code"]
        for kind, each in responses.items()
    } == {kind: each.code for kind, each in GATEWAY_RESPONSES.items()}
