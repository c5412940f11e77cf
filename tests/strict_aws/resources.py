"""What stacks make: tables, queues and buckets for real, everything else in name only."""

import json
from collections.abc import Callable, Mapping
from typing import Any

Properties = Mapping[str, Any]


class Resources:
    """``client(service)`` makes boto3 clients of the stack's account and region."""

    def __init__(self, client: Callable[[str], Any], region: str) -> None:
        self._client = client
        self._region = region
        self._makers: dict[str, Callable[[Properties], str]] = {
            "AWS::DynamoDB::Table": self._make_table,
            "AWS::SQS::Queue": self._make_queue,
            "AWS::S3::Bucket": self._make_bucket,
        }
        self._deleters: dict[str, Callable[[str], None]] = {
            "AWS::DynamoDB::Table": lambda name: self._delete("dynamodb", "table", name),
            "AWS::S3::Bucket": self._delete_bucket,
            "AWS::SQS::Queue": lambda url: self._client("sqs").delete_queue(QueueUrl=url),
        }

    def make(self, kind: str, properties: Properties) -> str:
        """Make a resource and return its physical id. Raises ClientError where it exists."""
        maker = self._makers.get(kind)
        return maker(properties) if maker else f"{kind}/unmade"

    def delete(self, kind: str, name: str) -> None:
        deleter = self._deleters.get(kind)
        if deleter:
            deleter(name)

    def _make_table(self, properties: Properties) -> str:
        wanted = (
            "TableName",
            "BillingMode",
            "AttributeDefinitions",
            "KeySchema",
            "GlobalSecondaryIndexes",
            "Tags",
        )
        table = {name: properties[name] for name in wanted if name in properties}
        dynamodb = self._client("dynamodb")
        dynamodb.create_table(**table)
        name: str = properties["TableName"]
        if "TimeToLiveSpecification" in properties:
            dynamodb.update_time_to_live(
                TableName=name,
                TimeToLiveSpecification=properties["TimeToLiveSpecification"],
            )
        return name

    def _make_queue(self, properties: Properties) -> str:
        attributes = {
            name: json.dumps(value) if isinstance(value, Mapping) else str(value).lower()
            for name, value in properties.items()
            if name not in ("QueueName", "Tags")
        }
        made = self._client("sqs").create_queue(
            QueueName=properties["QueueName"], Attributes=attributes
        )
        url: str = made["QueueUrl"]
        return url

    def _make_bucket(self, properties: Properties) -> str:
        s3, name = self._client("s3"), str(properties["BucketName"])
        if any(bucket["Name"] == name for bucket in s3.list_buckets()["Buckets"]):
            raise RuntimeError(f"{name} already exists")
        place = (
            {}
            if self._region == "us-east-1"
            else {"CreateBucketConfiguration": {"LocationConstraint": self._region}}
        )
        # A property that only the creation reads, and that cannot be changed:
        # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
        space = {each: properties[each] for each in ("BucketNamespace",) if each in properties}
        s3.create_bucket(Bucket=name, **space, **place)
        if "Tags" in properties:
            s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": properties["Tags"]})
        self._expire(name, properties.get("LifecycleConfiguration", {}).get("Rules", []))
        return name

    def _expire(self, bucket: str, rules: list[Properties]) -> None:
        found = [int(rule["ExpirationInDays"]) for rule in rules if "ExpirationInDays" in rule]
        if found:
            rule = {
                "ID": "expire",
                "Status": "Enabled",
                "Filter": {"Prefix": ""},
                "Expiration": {"Days": min(found)},
            }
            self._client("s3").put_bucket_lifecycle_configuration(
                Bucket=bucket, LifecycleConfiguration={"Rules": [rule]}
            )

    def _delete_bucket(self, name: str) -> None:
        self._client("s3").delete_bucket(Bucket=name)

    def _delete(self, service: str, kind: str, name: str) -> None:
        getattr(self._client(service), f"delete_{kind}")(TableName=name)
