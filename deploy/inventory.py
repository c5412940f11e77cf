"""What of a stage is deployed, found by its names: functions, roles, triggers, the API.

Chalice remembers what it deployed in .chalice/deployed/<stage>.json, on one machine. That record
is written here from what there is, before Chalice runs: another machine, an interrupted
deployment or an emulator that was started anew make no difference then.
"""

import json
import time
from collections.abc import Iterator

from deploy import cloudformation, roles
from deploy.aws import Aws
from deploy.roles import Resource
from deploy.stage import CHALICE, Stage, UsageError

API_STAGE = "api"
DELETE_SECONDS = 15.0


def find(stage: Stage, aws: Aws) -> list[Resource]:
    """Return what there is in this region, as Chalice records it."""
    found = [*_functions(stage, aws), *_rules(stage, aws), *_apis(stage, aws)]
    # Roles have no region. Without anything else of the stage, they are those of another region.
    if found or cloudformation.describe(aws, stage.stack):
        found += roles.of_this_region(stage, aws)
    return found


def show(resource: Resource) -> str:
    """Return what a resource is called in AWS."""
    names = ("rest_api_id", "rule_name", "role_name", "event_uuid", "lambda_arn")
    name = next(resource[key] for key in names if key in resource)
    return f"{resource['resource_type'].replace('_', ' ')} {name}"


def write_record(stage: Stage, found: list[Resource]) -> None:
    """Write Chalice's record of the stage; of several APIs of its name, the oldest."""
    path = CHALICE / "deployed" / f"{stage.name}.json"
    path.parent.mkdir(exist_ok=True)
    by_name = {resource["name"]: resource for resource in reversed(found)}
    if not by_name:
        path.unlink(missing_ok=True)
        return
    record = {"resources": [*by_name.values()], "schema_version": "2.0", "backend": "api"}
    path.write_text(json.dumps(record, indent=2) + "\n")


def api(stage: Stage, aws: Aws) -> Resource:
    """Return the stage's API; of several, the oldest. Raises UsageError if there is none."""
    apis = list(_apis(stage, aws))
    if not apis:
        raise UsageError(f"There is no API named {stage.settings.api_name}: run make deploy.")
    return apis[0]


def base_url(stage: Stage, aws: Aws) -> str:
    """Return where the API answers. That of an emulator is below its endpoint."""
    url: str = api(stage, aws)["rest_api_url"]
    return url.rstrip("/")


def live_function(stage: Stage, aws: Aws, function: str) -> Resource | None:
    """Return a function as AWS Lambda has it. Raises UsageError if it is not the stage's."""
    name, own = stage.lambda_name(function), f"stage={stage.name}:app={stage.config['app_name']}"
    deadline = time.monotonic() + DELETE_SECONDS
    while found := _get_function(aws, name):
        tag = found.get("Tags", {}).get("aws-chalice", "")
        if tag.endswith(own):
            return found
        if tag or time.monotonic() > deadline:
            raise UsageError(
                f"The function {name} does not belong to this application and stage (its tag "
                f"aws-chalice is {tag!r}): rename it, or change app_name in .chalice/config.json."
            )
        time.sleep(DELETE_SECONDS / 10)  # LocalStack removes the tags first, when it deletes one
    return None


def _get_function(aws: Aws, name: str) -> Resource | None:
    awslambda = aws.client("lambda")
    try:
        found: Resource = awslambda.get_function(FunctionName=name)
    except awslambda.exceptions.ResourceNotFoundException:
        return None
    return found


def _functions(stage: Stage, aws: Aws) -> Iterator[Resource]:
    for function in stage.functions:
        found = live_function(stage, aws, function)
        if found is None:
            continue
        arn = found["Configuration"]["FunctionArn"]
        yield {"name": function, "resource_type": "lambda_function", "lambda_arn": arn}
        mappings = aws.client("lambda").list_event_source_mappings(FunctionName=arn)
        for mapping in mappings["EventSourceMappings"]:
            if mapping["FunctionArn"] != arn:  # LocalStack also lists longer names
                continue
            yield {
                "name": f"{function}-sqs-event-source",
                "resource_type": "sqs_event",
                "queue_arn": mapping["EventSourceArn"],
                "event_uuid": mapping["UUID"],
                "queue": mapping["EventSourceArn"].rpartition(":")[2],
                "lambda_arn": arn,
            }


def _rules(stage: Stage, aws: Aws) -> Iterator[Resource]:
    rules = aws.client("events").list_rules(NamePrefix=f"{stage.prefix}-")["Rules"]
    there = {rule["Name"] for rule in rules}
    for function in stage.functions:
        name = f"{stage.prefix}-{function}-event"
        if name in there:
            yield {
                "name": f"{function}-event",
                "resource_type": "cloudwatch_event",
                "rule_name": name,
            }


def _apis(stage: Stage, aws: Aws) -> Iterator[Resource]:
    pages = aws.client("apigateway").get_paginator("get_rest_apis").paginate()
    named = [
        api for page in pages for api in page["items"] if api["name"] == stage.settings.api_name
    ]
    for api in sorted(named, key=lambda api: str(api.get("createdDate", ""))):
        yield {
            "name": "rest_api",
            "resource_type": "rest_api",
            "rest_api_id": api["id"],
            "rest_api_url": _url(aws, api["id"]),
        }


def _url(aws: Aws, api: str) -> str:
    if aws.emulator:
        return f"{aws.emulator}/_aws/execute-api/{api}/{API_STAGE}/"
    return f"https://{api}.execute-api.{aws.identity.region}.amazonaws.com/{API_STAGE}/"
