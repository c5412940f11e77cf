"""The index of the jobs in progress: sparse, and in shards that are queried at the same time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

from chalicelib.adapters.job_item import SHARDS, moment, string

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

INDEX = "in_progress"


class InProgressIndex:
    """The index. It is eventually consistent: it may have an ended job, and lack a new one."""

    def __init__(self, table: str, dynamodb: "Callable[[], DynamoDBClient]") -> None:
        self.table = table
        self.dynamodb = dynamodb

    def count(self) -> int:
        with ThreadPoolExecutor(len(SHARDS)) as pool:
            return sum(pool.map(self._count, SHARDS))

    def not_updated_since(self, before: datetime) -> list[str]:
        """Return the ids of the jobs whose ``updated_at`` is earlier."""
        with ThreadPoolExecutor(len(SHARDS)) as pool:
            return list(
                chain.from_iterable(pool.map(lambda shard: self._ids(shard, before), SHARDS))
            )

    def _count(self, shard: str) -> int:
        pages = (
            self.dynamodb()
            .get_paginator("query")
            .paginate(
                TableName=self.table,
                IndexName=INDEX,
                Select="COUNT",
                KeyConditionExpression="in_progress = :shard",
                ExpressionAttributeValues={":shard": string(shard)},
            )
        )
        return sum(page["Count"] for page in pages)

    def _ids(self, shard: str, before: datetime) -> list[str]:
        pages = (
            self.dynamodb()
            .get_paginator("query")
            .paginate(
                TableName=self.table,
                IndexName=INDEX,
                KeyConditionExpression="in_progress = :shard AND updated_at < :before",
                ExpressionAttributeValues={":shard": string(shard), ":before": moment(before)},
            )
        )
        return [item["pk"]["S"] for page in pages for item in page["Items"]]
