"""The marks of jobs that have ended and are not announced.

They are entries of the index of jobs in progress: the write that ends a job puts it into another
shard of the index in place of removing it, and removing the mark takes it out of the index.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.adapters.job_index import InProgressIndex
from chalicelib.adapters.job_item import (
    ENDED,
    Item,
    is_expired,
    job_of,
    key_of,
    moment,
    shard_of,
    string,
)
from chalicelib.jobs.job import Job

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

READERS = 16


def mark(job_id: str, now: datetime) -> Item:
    """Return what a job that ends ``now`` has until it is announced."""
    return {"in_progress": string(_shard(job_id)), "updated_at": moment(now)}


def _shard(job_id: str) -> str:
    return f"{ENDED}{shard_of(job_id)}"


@dataclass(frozen=True, slots=True)
class EndedMarks:
    """The marks in the table of jobs."""

    table: str
    dynamodb: "Callable[[], DynamoDBClient]"

    def remove(self, job_id: str) -> None:
        """Remove the mark of a job, if it is there."""
        dynamodb = self.dynamodb()
        with suppress(dynamodb.exceptions.ConditionalCheckFailedException):
            dynamodb.update_item(
                TableName=self.table,
                Key=key_of(job_id),
                UpdateExpression="REMOVE in_progress",
                ConditionExpression="in_progress = :mark",
                ExpressionAttributeValues={":mark": string(_shard(job_id))},
            )

    def left(self, before: datetime, limit: int, now: datetime) -> Sequence[Job]:
        """Return up to ``limit`` jobs that were marked earlier, the oldest first, without results.

        Those that have expired by ``now`` are left out.
        """
        ids = InProgressIndex(self.table, self.dynamodb).ended_before(before, limit)
        with ThreadPoolExecutor(READERS) as pool:
            items = list(pool.map(self._marked, ids))
        jobs = [job_of(item) for item in items if item and not is_expired(item, now)]
        return sorted(jobs, key=lambda job: job.updated_at)

    def _marked(self, job_id: str) -> Item:
        """Return the item of a job, or none without a mark: the index may lag behind the table."""
        answer = self.dynamodb().get_item(
            TableName=self.table, Key=key_of(job_id), ConsistentRead=True
        )
        item = answer.get("Item", {})
        return item if item.get("in_progress") == string(_shard(job_id)) else {}
