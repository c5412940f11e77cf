"""Idempotency keys, as items of the table of jobs that DynamoDB deletes after they expire."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.aws_errors import translate_aws_errors
from chalicelib.adapters.clients import Lazy, make_dynamodb
from chalicelib.adapters.job_item import Item, number, string
from chalicelib.jobs.client_ports import Claim

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SORT_KEY = "claim"


@dataclass(frozen=True, slots=True)
class ClaimsTable:
    """A ``client_ports.Claims``."""

    table: str
    dynamodb: "Callable[[], DynamoDBClient]" = field(default_factory=lambda: Lazy(make_dynamodb))

    @translate_aws_errors("The table of jobs")
    def claim(self, wanted: Claim, now: datetime) -> Claim:
        dynamodb = self.dynamodb()
        try:
            dynamodb.put_item(
                TableName=self.table,
                Item=_item(wanted),
                ConditionExpression="attribute_not_exists(pk) OR expires_at <= :now",
                ExpressionAttributeValues={":now": number(int(now.timestamp()))},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except dynamodb.exceptions.ConditionalCheckFailedException as refused:
            found: Mapping[str, Any] = refused.response
            return _claim(found["Item"])
        return wanted


def _item(claim: Claim) -> Item:
    return {
        "pk": string(f"key#{claim.key}"),
        "sk": string(SORT_KEY),
        "request": string(claim.request),
        "job": string(claim.job),
        "expires_at": number(int(claim.expires_at.timestamp())),
    }


def _claim(item: Item) -> Claim:
    return Claim(
        key=item["pk"]["S"].removeprefix("key#"),
        request=item["request"]["S"],
        job=item["job"]["S"],
        expires_at=datetime.fromtimestamp(int(item["expires_at"]["N"]), UTC),
    )
