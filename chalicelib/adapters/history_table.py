"""The jobs by client: an index of the table of jobs, and what belongs to lists.

The index has keys only, so a change of a job does not write to it. The jobs of a page are read from
the table.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from chalicelib.adapters.aws_errors import translate_aws_errors
from chalicelib.adapters.clients import Lazy, make_dynamodb
from chalicelib.adapters.job_item import Item, is_expired, job_of, key_of, string
from chalicelib.errors import ServiceDown
from chalicelib.jobs.job import Job, as_text, place_of, utc_now

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

INDEX = "history"
TABLE = "The table of jobs"
CLIENTS: Item = {"pk": {"S": "clients"}, "sk": {"S": "names"}}
SECRET: Item = {"pk": {"S": "secret"}, "sk": {"S": "cursors"}}
SECRET_BYTES = 32
# DynamoDB returns at most so many items at once.
BATCH = 100
TRIES = 5


class HistoryTable:
    """A ``client_ports.History``. It remembers what it has stored and read before."""

    def __init__(
        self,
        table: str,
        dynamodb: "Callable[[], DynamoDBClient] | None" = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.table = table
        self.dynamodb = dynamodb or Lazy(make_dynamodb)
        self.now = now
        self._known: set[str] = set()
        self._secret: bytes | None = None

    @translate_aws_errors(TABLE)
    def add_client(self, name: str) -> None:
        if name in self._known:
            return
        self.dynamodb().update_item(
            TableName=self.table,
            Key=CLIENTS,
            UpdateExpression="ADD members :name",
            ExpressionAttributeValues={":name": {"SS": [name]}},
        )
        self._known.add(name)

    @translate_aws_errors(TABLE)
    def clients(self) -> Sequence[str]:
        found = self.dynamodb().get_item(TableName=self.table, Key=CLIENTS)
        return sorted(found["Item"]["members"]["SS"]) if "Item" in found else []

    @translate_aws_errors(TABLE)
    def newest(self, client: str, before: str, since: datetime | None, count: int) -> Sequence[Job]:
        ids = self._ids(client, before, since)
        jobs: list[Job] = []
        while len(jobs) < count and (some := list(islice(ids, min(count - len(jobs), BATCH)))):
            jobs += self._jobs(some)
        return jobs

    @translate_aws_errors(TABLE)
    def secret(self) -> bytes:
        if self._secret is None:
            self._secret = self._stored_secret()
        return self._secret

    def _ids(self, client: str, before: str, since: datetime | None) -> Iterator[str]:
        """Yield the ids of a client's jobs, the newest first."""
        pages = (
            self.dynamodb()
            .get_paginator("query")
            .paginate(
                TableName=self.table,
                IndexName=INDEX,
                KeyConditionExpression="client = :client AND place BETWEEN :since AND :before",
                ExpressionAttributeValues={
                    ":client": string(client),
                    ":since": string(as_text(since) if since else "0"),
                    ":before": string(before),
                },
                ScanIndexForward=False,
                PaginationConfig={"PageSize": BATCH},
            )
        )
        for page in pages:
            yield from (item["pk"]["S"] for item in page["Items"] if item["place"]["S"] != before)

    def _jobs(self, ids: Sequence[str]) -> list[Job]:
        items = [item for item in self._items(ids) if not is_expired(item, self.now())]
        return sorted((job_of(item, None) for item in items), key=place_of, reverse=True)

    def _items(self, ids: Sequence[str]) -> list[Item]:
        """Return the items of jobs; DynamoDB may leave some keys to another call."""
        found: list[Item] = []
        keys = [key_of(job_id) for job_id in ids]
        for _ in range(TRIES):
            answer = self.dynamodb().batch_get_item(RequestItems={self.table: {"Keys": keys}})
            found += answer["Responses"].get(self.table, [])
            keys = answer["UnprocessedKeys"].get(self.table, {"Keys": []})["Keys"]
            if not keys:
                return found
        raise ServiceDown(f"{TABLE} does not answer; try again in a moment.")

    def _stored_secret(self) -> bytes:
        """Return the secret of all processes: the first one that any of them stored."""
        answer = self.dynamodb().update_item(
            TableName=self.table,
            Key=SECRET,
            UpdateExpression="SET secret = if_not_exists(secret, :new)",
            ExpressionAttributeValues={":new": {"B": secrets.token_bytes(SECRET_BYTES)}},
            ReturnValues="ALL_NEW",
        )
        return bytes(answer["Attributes"]["secret"]["B"])
