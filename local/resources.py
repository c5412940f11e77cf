"""Creates the resources of infra/resources.json in an emulated AWS, or updates them."""

import json
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import boto3
from botocore.exceptions import ClientError

from chalicelib.settings import Settings
from infra.parameters import RESOURCES, names_of
from local.config import CREDENTIALS, REGION, UsageError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_dynamodb import DynamoDBClient

Service = Literal["cloudformation", "dynamodb", "events", "s3", "sqs"]

STACK = "csvsum"
STACK_SECONDS = 60
# The tables of the template, and the outputs that have their names.
TABLES = {"Table": "JobsTable", "Tokens": "TokensTable"}
# The endpoint speaks plain HTTP, which the policies of buckets and queues refuse on AWS.
FIXED = {"TlsOnly": "false", "Alarms": "off"}


def client(service: Service, endpoint: str) -> Any:
    """Return a client of an emulated AWS."""
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )


def make_resources(endpoint: str, parameters: Mapping[str, str], stack: str = STACK) -> None:
    """Create or update the stack. Raise UsageError if that fails, or would lose what is kept."""
    template = json.loads(RESOURCES.read_text())
    wanted = {**FIXED, **parameters}
    cloudformation = client("cloudformation", endpoint)
    kept = _parameters(cloudformation, stack)
    _require_same_names(kept or {}, wanted)
    put = cloudformation.create_stack if kept is None else cloudformation.update_stack
    try:
        put(
            StackName=stack,
            TemplateBody=json.dumps(template),
            Parameters=[
                {"ParameterKey": name, "ParameterValue": value}
                for name, value in wanted.items()
                if name in template["Parameters"]
            ],
        )
    except ClientError as error:
        if "No updates" not in str(error):
            raise
    _wait(cloudformation, stack)
    _expire_items(client("dynamodb", endpoint), cloudformation, stack, template["Resources"])


def _parameters(cloudformation: "CloudFormationClient", name: str) -> dict[str, str] | None:
    """Return the parameters of the stack; None if there is no such stack."""
    try:
        stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError:
        return None
    given = stack.get("Parameters", [])
    return {each["ParameterKey"]: each["ParameterValue"] for each in given}


def _require_same_names(kept: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """Raise UsageError if a resource had another name: an update would replace it by an empty one.

    A name that is new in this version has none that was kept.
    """
    for name in names_of(Settings()).keys() & wanted.keys():
        if kept.get(name) and kept[name] != wanted[name]:
            variable = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()
            raise UsageError(
                f"{variable}: the jobs in STATE are kept with {variable}={kept[name]}; use that "
                "name, name another folder with STATE=..., or run `make clear-state`."
            )


def _wait(cloudformation: "CloudFormationClient", name: str) -> None:
    """Return once the stack is complete. Raises UsageError if it is not."""
    deadline = time.monotonic() + STACK_SECONDS
    while time.monotonic() < deadline:
        stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        status = stack["StackStatus"]
        if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            return
        if not status.endswith("IN_PROGRESS"):
            reason = stack.get("StackStatusReason", "no reason given")
            raise UsageError(
                f"STATE: the resources could not be created ({status}: {reason}); "
                "run `make clear-state`, which removes all jobs and results, and try again."
            )
        time.sleep(0.02)
    raise UsageError(f"The resources were not created within {STACK_SECONDS} s.")


def _expire_items(
    dynamodb: "DynamoDBClient", cloudformation: "CloudFormationClient", stack: str, resources: Any
) -> None:
    """Enable the time to live of tables, which MiniStack's CloudFormation ignores."""
    outputs = cloudformation.describe_stacks(StackName=stack)["Stacks"][0].get("Outputs", [])
    values = {output["OutputKey"]: output["OutputValue"] for output in outputs}
    for resource, output in TABLES.items():
        wanted = resources[resource]["Properties"]["TimeToLiveSpecification"]
        now = dynamodb.describe_time_to_live(TableName=values[output])["TimeToLiveDescription"]
        if now["TimeToLiveStatus"] == "DISABLED":
            dynamodb.update_time_to_live(TableName=values[output], TimeToLiveSpecification=wanted)
