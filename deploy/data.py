"""The tables and the buckets, which outlive the stack that made them."""

from collections.abc import Mapping

from botocore.exceptions import ClientError

from deploy.aws import Aws
from deploy.stage import Stage

# The parameter that says whether the stack makes it, and the one that names it.
MADE = {
    "CreateTable": "JobsTable",
    "CreateTokensTable": "TokensTable",
    "CreateResultsBucket": "ResultsBucket",
    "CreateUploadsBucket": "UploadsBucket",
    "CreateCsvBucket": "CsvBucket",
}
TABLES = ("JobsTable", "TokensTable")


def to_create(aws: Aws, made: set[str], names: Mapping[str, str]) -> dict[str, str]:
    """Return for each parameter of MADE whether the stack has to make it: "true" or "false".

    ``made``: what the stack made before, and has to keep. What exists otherwise, from an earlier
    stack or made by others, is used as it is.
    """
    return {
        create: "true" if name in made or (name and not exists(aws, parameter, name)) else "false"
        for create, parameter in MADE.items()
        for name in [names[parameter]]
    }


def exists(aws: Aws, parameter: str, name: str) -> bool:
    if parameter in TABLES:
        return aws.has_table(name)
    # Files may be in a bucket of another account; results and uploads must not get there.
    return aws.has_bucket(name, own=parameter != "CsvBucket")


def left(aws: Aws, names: Mapping[str, str]) -> list[str]:
    """Return the names of tables and buckets that exist."""
    return [names[name] for name in MADE.values() if names[name] and exists(aws, name, names[name])]


def delete(stage: Stage, aws: Aws, names: Mapping[str, str]) -> list[str]:
    """Delete tables and buckets that csvsum made for the stage, with their contents.

    Returns their names. What others made, and only named to csvsum, has no tag and stays.
    """
    tag = {"Key": "csvsum", "Value": stage.prefix}
    buckets = [names[each] for each in ("ResultsBucket", "UploadsBucket", "CsvBucket")]
    tables = [names[each] for each in TABLES]
    return [
        *(name for name in buckets if name and _delete_bucket(aws, name, tag)),
        *(name for name in tables if _delete_table(aws, name, tag)),
    ]


def _delete_bucket(aws: Aws, name: str, tag: Mapping[str, str]) -> bool:
    bucket = aws.own_bucket(name)
    try:
        tags = bucket.Tagging().tag_set
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchBucket", "NoSuchTagSet", "AccessDenied"):
            return False
        raise
    # A stage in two regions whose buckets were given the same name: each deletes its own.
    there = bucket.meta.client.head_bucket(Bucket=name).get("BucketRegion", aws.identity.region)
    if tag not in tags or there != aws.identity.region:
        return False
    bucket.object_versions.delete()
    bucket.delete()
    return True


def _delete_table(aws: Aws, name: str, tag: Mapping[str, str]) -> bool:
    dynamodb = aws.client("dynamodb")
    if not aws.has_table(name):
        return False
    arn = dynamodb.describe_table(TableName=name)["Table"]["TableArn"]
    if tag not in dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"]:
        return False
    dynamodb.delete_table(TableName=name)
    dynamodb.get_waiter("table_not_exists").wait(TableName=name)
    return True
