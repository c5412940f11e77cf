"""The table and the buckets, which outlive the stack that made them: what is there already, and taking it away."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from deploy.aws import Aws
from deploy.stage import Stage, filled

# By the parameter that says whether to make it: the parameter that names it.
MADE = {
    "CreateTable": "JobsTable",
    "CreateResultsBucket": "ResultsBucket",
    "CreateCsvBucket": "CsvBucket",
}


def names_of(stage: Stage, identity: Mapping[str, str]) -> dict[str, str]:
    """The names of table and buckets by the parameters that they are."""
    fixed: dict[str, str] = filled(stage.fixed_parameters(), identity)
    return fixed


def kept(stage: Stage, aws: Aws, identity: Mapping[str, str], stack: str) -> dict[str, str]:
    """For a stack that is new: what is there already, from an earlier stack or by another hand, is not made again."""
    if aws.stack(stack) is not None:
        return {}
    names = names_of(stage, identity)
    return {
        create: "false"
        for create, name in MADE.items()
        if names[name] and _is_there(aws, create, names[name])
    }


def _is_there(aws: Aws, create: str, name: str) -> bool:
    return aws.has_table(name) if create == "CreateTable" else aws.has_bucket(name)


def delete(stage: Stage, aws: Aws, identity: Mapping[str, str]) -> list[str]:
    """Delete table and buckets that were made for this stage, with all that is in them; the names of what is gone. What was
    only named to us, and made by another hand, stays."""
    names = names_of(stage, identity)
    gone = [
        name
        for name in (names["ResultsBucket"], names["CsvBucket"])
        if name and _delete_bucket(aws, name, stage.prefix)
    ]
    return gone + (
        [names["JobsTable"]] if _delete_table(aws, names["JobsTable"], stage.prefix) else []
    )


def _delete_bucket(aws: Aws, name: str, prefix: str) -> bool:
    s3 = aws.client("s3")
    try:
        tags = s3.get_bucket_tagging(Bucket=name)["TagSet"]
    except ClientError:  # no bucket, or one without tags
        return False
    if {"Key": "csvsum", "Value": prefix} not in tags:
        return False
    empty_bucket(s3, name)
    s3.delete_bucket(Bucket=name)
    return True


def empty_bucket(s3: Any, name: str) -> None:
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
        found = [
            {"Key": each["Key"], "VersionId": each["VersionId"]}
            for kind in ("Versions", "DeleteMarkers")
            for each in page.get(kind, [])
        ]
        if found:
            s3.delete_objects(Bucket=name, Delete={"Objects": found, "Quiet": True})


def _delete_table(aws: Aws, name: str, prefix: str) -> bool:
    dynamodb = aws.client("dynamodb")
    if not aws.has_table(name):
        return False
    arn = dynamodb.describe_table(TableName=name)["Table"]["TableArn"]
    if {"Key": "csvsum", "Value": prefix} not in dynamodb.list_tags_of_resource(ResourceArn=arn)[
        "Tags"
    ]:
        return False
    dynamodb.delete_table(TableName=name)
    dynamodb.get_waiter("table_not_exists").wait(TableName=name)
    return True
