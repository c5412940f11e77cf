"""Counts the jobs in progress of each client: exactly, and whatever dies.

A count changes in one transaction with the write that stores a job, ends it or removes it. As only
one transaction at a time can change an item, each client has ten counts, each with its share of the
limit. A job's item says which of them has it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.job_item import SHARDS, Item, number, string
from chalicelib.adapters.pauses import Pauses
from chalicelib.errors import ServiceDown, TooManyJobs

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef as Write

#: The attribute of a job that counts: which of its client's counts has it.
COUNTED_IN = "counted_in"
TRIES = 8
REFUSED = "ConditionalCheckFailed"
# Another transaction changes the same item, or there are too many of them: a later try may succeed.
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
BUSY = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
SHORT_PAUSES = Pauses(first_seconds=0.05, max_seconds=1.0)
# A count expires after all jobs that it counts.
LONGER = timedelta(days=1)

Reasons = Sequence[Mapping[str, Any]]
"""Why a transaction was cancelled: one for each of its writes, with the code "None" if it was not
for this one."""


@dataclass(frozen=True, slots=True)
class ClientCounts:
    """The counts of all clients, in the table of jobs."""

    table: str
    dynamodb: "Callable[[], DynamoDBClient]"
    pauses: Pauses = SHORT_PAUSES

    def put(self, item: Item, limit: int) -> bool:
        """Store a new job and count it; return False if it is stored already.

        Raise TooManyJobs if ``limit`` jobs count already.
        """
        chance = int(item["pk"]["S"][8:16], 16)
        shard = chance % min(limit, len(SHARDS))
        for attempt in range(1, TRIES + 1):
            reasons = self._cancelled([self._put(item, shard), self._add(item, shard, limit)])
            if not reasons:
                return True
            if reasons[0]["Code"] == REFUSED:
                return False
            if reasons[1]["Code"] != REFUSED:
                self.pauses.wait(attempt)
            room = self._with_room(item["client"]["S"], limit)
            if not room:
                raise TooManyJobs(limit)
            shard = room[(chance + attempt) % len(room)]
        raise _too_busy()

    def release(self, item: Item, write: "Write") -> "Item | None":
        """Do a write that takes a job out of progress, and do not count the job any more.

        Return None, or the job's item if the write's condition has refused it.
        """
        writes = [write, self._subtract(item)]
        for attempt in range(1, TRIES + 1):
            reasons = self._cancelled(writes)
            if not reasons:
                return None
            if reasons[0]["Code"] == REFUSED:
                return dict(reasons[0].get("Item", {}))
            if reasons[-1]["Code"] == REFUSED:  # an operator has deleted the count
                writes = [write]
            self.pauses.wait(attempt)
        raise _too_busy()

    def of(self, client: str) -> dict[int, int]:
        """Return how many jobs each count of a client has."""
        found = self.dynamodb().query(
            TableName=self.table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": _key(client, 0)["pk"]},
            ConsistentRead=True,
        )
        jobs = {item["sk"]["S"]: int(item["jobs"]["N"]) for item in found["Items"]}
        return {shard: jobs.get(_key(client, shard)["sk"]["S"], 0) for shard in range(len(SHARDS))}

    def _with_room(self, client: str, limit: int) -> list[int]:
        return [shard for shard, jobs in self.of(client).items() if jobs < _share(limit, shard)]

    def _cancelled(self, writes: "Sequence[Write]") -> Reasons:
        """Do the writes, or none of them. Return the reasons if they are for the caller to handle.

        botocore adds a token that makes its own retries of a transaction harmless.
        """
        dynamodb = self.dynamodb()
        try:
            dynamodb.transact_write_items(TransactItems=writes)
        except dynamodb.exceptions.TransactionCanceledException as error:
            reasons: Reasons = error.response["CancellationReasons"]
            if {each["Code"] for each in reasons} <= {"None", REFUSED, *BUSY}:
                return reasons
            raise
        return ()

    def _put(self, item: Item, shard: int) -> "Write":
        return {
            "Put": {
                "TableName": self.table,
                "Item": {**item, COUNTED_IN: string(SHARDS[shard])},
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }

    def _add(self, item: Item, shard: int, limit: int) -> "Write":
        expires_at = int(item["expires_at"]["N"]) + int(LONGER.total_seconds())
        return {
            "Update": {
                "TableName": self.table,
                "Key": _key(item["client"]["S"], shard),
                "UpdateExpression": "ADD jobs :one SET expires_at = :expires_at",
                "ConditionExpression": "attribute_not_exists(jobs) OR jobs < :share",
                "ExpressionAttributeValues": {
                    ":one": number(1),
                    ":share": number(_share(limit, shard)),
                    ":expires_at": number(expires_at),
                },
            }
        }

    def _subtract(self, item: Item) -> "Write":
        return {
            "Update": {
                "TableName": self.table,
                "Key": _key(item["client"]["S"], int(item[COUNTED_IN]["S"])),
                "UpdateExpression": "ADD jobs :less",
                "ConditionExpression": "jobs > :zero",
                "ExpressionAttributeValues": {":less": number(-1), ":zero": number(0)},
            }
        }


def _key(client: str, shard: int) -> Item:
    return {"pk": string(f"client#{client}"), "sk": string(f"count#{SHARDS[shard]}")}


def _share(limit: int, shard: int) -> int:
    """Return how many jobs a count may have. The shares of all counts add up to the limit."""
    return limit // len(SHARDS) + (shard < limit % len(SHARDS))


def _too_busy() -> ServiceDown:
    return ServiceDown("The table of jobs is too busy; try again in a moment.")
