"""The index of the jobs in progress: sparse, and in shards that are queried at the same time."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.job_item import ENDED, SHARDS, Attribute, moment, string

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import QueryOutputTypeDef

INDEX = "in_progress"


class InProgressIndex:
    """The index. It is eventually consistent: it may have an ended job, and lack a new one."""

    def __init__(self, table: str, dynamodb: "Callable[[], DynamoDBClient]") -> None:
        self.table = table
        self.dynamodb = dynamodb

    def count(self) -> int:
        with ThreadPoolExecutor(len(SHARDS)) as pool:
            return sum(pool.map(self._count, SHARDS))

    def bytes(self) -> int:
        """Return the bytes of the files of all jobs in it."""
        with ThreadPoolExecutor(len(SHARDS)) as pool:
            return sum(pool.map(self._bytes, SHARDS))

    def not_updated_since(self, before: datetime) -> list[str]:
        """Return the ids of the jobs whose ``updated_at`` is earlier."""
        with ThreadPoolExecutor(len(SHARDS)) as pool:
            return list(
                chain.from_iterable(pool.map(lambda shard: self._ids(shard, before), SHARDS))
            )

    def ended_before(self, before: datetime, limit: int) -> list[str]:
        """Return up to ``limit`` ids of the jobs that ended earlier and are not announced."""
        shards = [f"{ENDED}{shard}" for shard in SHARDS]
        share = {"PaginationConfig": {"MaxItems": max(1, limit // len(SHARDS))}}
        with ThreadPoolExecutor(len(shards)) as pool:
            ids = pool.map(lambda shard: self._ids(shard, before, **share), shards)
            return list(chain.from_iterable(ids))

    def _count(self, shard: str) -> int:
        return sum(page["Count"] for page in self._pages(shard, Select="COUNT"))

    def _bytes(self, shard: str) -> int:
        pages = self._pages(shard, ProjectionExpression="file_bytes")
        # An index that was made before it had this attribute lacks it.
        return sum(int(item["file_bytes"]["N"]) for page in pages for item in page["Items"] if item)

    def _ids(self, shard: str, before: datetime, **more: Any) -> list[str]:
        pages = self._pages(shard, moment(before), **more)
        return [item["pk"]["S"] for page in pages for item in page["Items"]]

    def _pages(
        self, shard: str, before: "Attribute | None" = None, **more: Any
    ) -> "Iterator[QueryOutputTypeDef]":
        """Query a shard; ``before``: only jobs whose ``updated_at`` is earlier."""
        earlier = {":before": before} if before else {}
        return iter(
            self.dynamodb()
            .get_paginator("query")
            .paginate(
                TableName=self.table,
                IndexName=INDEX,
                KeyConditionExpression="in_progress = :shard"
                + (" AND updated_at < :before" if before else ""),
                ExpressionAttributeValues={":shard": string(shard), **earlier},
                **more,
            )
        )
