"""The CloudFormation way: everything of a stage in one stack, made from what `make package` makes."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from deploy import data
from deploy.aws import Aws
from deploy.package import Package, package
from deploy.stage import Stage


def code_bucket(stage: Stage, identity: Mapping[str, str]) -> str:
    return f"{stage.prefix}-code-{identity['AWS::AccountId']}-{identity['AWS::Region']}"


def put(
    stage: Stage, aws: Aws, environment: Mapping[str, str], more: Sequence[Path] = ()
) -> Mapping[str, str]:
    """Package, upload, create or update the stack; its outputs. Repeatable: nothing changed, nothing done."""
    return put_package(stage, aws, package(stage, environment, more))


def put_package(stage: Stage, aws: Aws, made: Package) -> Mapping[str, str]:
    identity = aws.identity()
    bucket = code_bucket(stage, identity)
    aws.make_bucket(bucket)
    key = f"{hashlib.sha256(made.code.read_bytes()).hexdigest()}.zip"
    aws.upload(bucket, key, made.code)
    template = with_code(json.loads(made.template.read_text()), bucket, key)
    aws.put_stack(
        stage.prefix,
        template,
        {**data.kept(stage, aws, identity, stage.prefix), **stage.parameters},
        bucket,
    )
    return outputs(aws.stack(stage.prefix) or {})


def with_code(template: dict[str, Any], bucket: str, key: str) -> dict[str, Any]:
    """The template with its functions' code in a bucket."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = {"Bucket": bucket, "Key": key}
    return template


def outputs(stack: Mapping[str, Any]) -> dict[str, str]:
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
