"""Which job has a result, by a key, as items of the table of jobs that expire with their jobs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.adapters.aws_errors import translate_aws_errors
from chalicelib.adapters.clients import Lazy, make_dynamodb
from chalicelib.adapters.job_item import Item, is_expired, number, string

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SORT_KEY = "cached"
TABLE = "The table of jobs"


@dataclass(frozen=True, slots=True)
class CacheTable:
    """An ``outcome_ports.Cache``."""

    table: str
    dynamodb: "Callable[[], DynamoDBClient]" = field(default_factory=lambda: Lazy(make_dynamodb))

    @translate_aws_errors(TABLE)
    def find(self, key: str, now: datetime) -> str | None:
        # Not consistent, which costs half: what is missed is only summed once more.
        answer = self.dynamodb().get_item(TableName=self.table, Key=_key(key))
        item = answer.get("Item")
        return None if item is None or is_expired(item, now) else item["job"]["S"]

    @translate_aws_errors(TABLE)
    def store(self, key: str, job_id: str, expires_at: datetime) -> None:
        # An update, since no worker needs the right to put items for anything else.
        self.dynamodb().update_item(
            TableName=self.table,
            Key=_key(key),
            UpdateExpression="SET job = :job, expires_at = :expires_at",
            ExpressionAttributeValues={
                ":job": string(job_id),
                ":expires_at": number(int(expires_at.timestamp())),
            },
        )


def _key(key: str) -> Item:
    return {"pk": string(f"cache#{key}"), "sk": string(SORT_KEY)}
