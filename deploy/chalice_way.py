"""The Chalice way: a stack for what Chalice does not make, then `chalice deploy`; and all of it back."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from deploy import data, logs, one_stack
from deploy.aws import Aws
from deploy.package import sealed_code
from deploy.project import chalice, lay_out
from deploy.stage import CHALICE, Stage
from deploy.template import defaults, resources


def resources_stack(stage: Stage) -> str:
    return f"{stage.prefix}-resources"


def up(stage: Stage, aws: Aws, environment: Mapping[str, str]) -> str:
    """Deploy, or bring up to date; the service's base URL."""
    identity = aws.identity()
    project = lay_out(stage, identity)
    _seal(stage, project, environment)
    put_resources(stage, aws, identity)
    logs.keep(stage, aws)
    _forget_what_is_gone(stage, aws)
    said = chalice(project, "deploy", "--stage", stage.name, environment=environment)
    return base_url(stage, aws, said)


def _seal(stage: Stage, project: Path, environment: Mapping[str, str]) -> None:
    """Have Chalice make its zip, and seal it: `chalice deploy` takes the one that is there."""
    scratch = stage.folder / "scratch"
    chalice(project, "package", "--stage", stage.name, str(scratch), environment=environment)
    sealed_code(project, scratch / "deployment.zip")


def put_resources(stage: Stage, aws: Aws, identity: Mapping[str, str]) -> None:
    name = resources_stack(stage)
    parameters = defaults(stage) if aws.stack(name) is None else dict(stage.parameters)
    parameters |= (
        data.names_of(stage, identity)
        | data.kept(stage, aws, identity, name)
        | dict(stage.parameters)
    )
    aws.put_stack(name, resources({}), parameters)


def base_url(stage: Stage, aws: Aws, said: str) -> str:
    """What Chalice printed, or the same behind an emulator's endpoint, whose amazonaws.com nobody can reach."""
    endpoint = aws.client("lambda").meta.endpoint_url
    if "amazonaws.com" not in endpoint:
        return f"{endpoint}/_aws/execute-api/{rest_api_id(stage)}/api"
    return next(line.split(": ")[1] for line in said.splitlines() if "Rest API URL" in line).rstrip(
        "/"
    )


def _record(stage: Stage) -> Path:
    return CHALICE / "deployed" / f"{stage.name}.json"


def recorded(stage: Stage) -> list[dict[str, Any]]:
    """What Chalice wrote down that it deployed."""
    if not _record(stage).exists():
        return []
    resources: list[dict[str, Any]] = json.loads(_record(stage).read_text())["resources"]
    return resources


def rest_api_id(stage: Stage) -> str:
    return next(
        str(resource["rest_api_id"])
        for resource in recorded(stage)
        if resource["resource_type"] == "rest_api"
    )


def _forget_what_is_gone(stage: Stage, aws: Aws) -> None:
    """An emulator that was started anew has nothing of what Chalice wrote down; Chalice would try to change it."""
    try:
        aws.client("lambda").get_function(FunctionName=stage.prefix)
    except ClientError:
        _record(stage).unlink(missing_ok=True)


def down(stage: Stage, aws: Aws, environment: Mapping[str, str], with_data: bool) -> list[str]:
    """Take everything down, by whichever way it came; what of its data was deleted. Repeatable."""
    identity = aws.identity()
    _forget_what_is_gone(stage, aws)
    if recorded(stage):
        chalice(lay_out(stage, identity), "delete", "--stage", stage.name, environment=environment)
    for name in (stage.prefix, resources_stack(stage)):
        if aws.stack(name) is not None:
            aws.delete_stack(name)
    logs.delete(stage, aws)
    _delete_code(aws, one_stack.code_bucket(stage, identity))
    return data.delete(stage, aws, identity) if with_data else []


def _delete_code(aws: Aws, bucket: str) -> None:
    if aws.has_bucket(bucket):
        data.empty_bucket(aws.client("s3"), bucket)
        aws.client("s3").delete_bucket(Bucket=bucket)
