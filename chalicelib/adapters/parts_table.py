"""The parts of jobs, in the same table: an item for each outcome, and one for each group of parts.

No write has a condition: repeating a write changes nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from chalicelib.adapters.aws_errors import translate_aws_errors
from chalicelib.adapters.clients import Lazy, make_dynamodb
from chalicelib.adapters.job_item import (
    Attribute,
    Item,
    expiry,
    member,
    number,
    numbers,
    string,
)
from chalicelib.adapters.long_texts import LongTexts
from chalicelib.adapters.part_item import (
    GROUP,
    columns_of,
    columns_text,
    group_key,
    outcome_of,
    part_item,
)
from chalicelib.adapters.results_bucket import ResultsBucket
from chalicelib.engine.states import State
from chalicelib.engine.sums import ColumnSum
from chalicelib.errors import Misconfigured
from chalicelib.jobs.job import utc_now
from chalicelib.jobs.parts import Outcome, Run, group_of
from chalicelib.jobs.ports import GroupCount, SavedPart

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# A merge holds the items of all parts. A write of an object costs as much as 8 write units.
INLINE_BYTES = 4 * 1024
WRITERS = 16
TABLE = "The table of jobs"


@dataclass(frozen=True, slots=True)
class PartsTable:
    """A ``ports.Parts``. Sums of more than ``inline_bytes`` are in the results bucket."""

    table: str
    results_bucket: ResultsBucket
    keep_days: int
    dynamodb: "Callable[[], DynamoDBClient]" = field(default_factory=lambda: Lazy(make_dynamodb))
    inline_bytes: int = INLINE_BYTES
    now: Callable[[], datetime] = utc_now

    @property
    def texts(self) -> LongTexts:
        return LongTexts(self.results_bucket, self.inline_bytes)

    @translate_aws_errors(TABLE)
    def save(self, job_id: str, outcome: Outcome, columns: Sequence[ColumnSum]) -> None:
        key = f"{job_id}/part-{outcome.number}-{outcome.start.value}.json"
        item = {
            **part_item(job_id, outcome),
            **self.texts.attribute("columns", columns_text(columns), key),
            **expiry(self.now(), self.keep_days),
        }
        self.dynamodb().put_item(TableName=self.table, Item=item)

    @translate_aws_errors(TABLE)
    def saved(self, job_id: str) -> Mapping[tuple[int, State], SavedPart]:
        found = [
            SavedPart(outcome_of(item), partial(self._columns, item))
            for item in self._items(job_id, "part#", consistent=True)
        ]
        return {(part.outcome.number, part.outcome.start): part for part in found}

    @translate_aws_errors(TABLE)
    def add_done(self, job_id: str, number: int, run: Run) -> GroupCount:
        answer = self.dynamodb().update_item(
            TableName=self.table,
            Key=group_key(job_id, group_of(number), run),
            UpdateExpression="SET expires_at = if_not_exists(expires_at, :expires) ADD done :part",
            ExpressionAttributeValues={":part": member(number), ":expires": self._expires()},
            # The old values also show whether the part is new.
            ReturnValues="ALL_OLD",
        )
        before: Item = answer.get("Attributes", {})
        done = numbers(before, "done")
        expected = int(before["expected"]["N"]) if "expected" in before else 0
        return GroupCount(done | {number}, number not in done, expected)

    @translate_aws_errors(TABLE)
    def done(self, job_id: str, consistent: bool = True, run: Run = Run.FIRST) -> frozenset[int]:
        groups = self._items(job_id, GROUP[run], consistent)
        return frozenset[int]().union(*(numbers(item, "done") for item in groups))

    @translate_aws_errors(TABLE)
    def expect_reruns(self, job_id: str, counts: Mapping[int, int]) -> None:
        with ThreadPoolExecutor(WRITERS) as pool:
            list(pool.map(partial(self._expect, job_id), counts, counts.values()))

    def _expect(self, job_id: str, group: int, count: int) -> None:
        self.dynamodb().update_item(
            TableName=self.table,
            Key=group_key(job_id, group, Run.RERUN),
            UpdateExpression=(
                "SET expected = if_not_exists(expected, :count),"
                " expires_at = if_not_exists(expires_at, :expires)"
            ),
            ExpressionAttributeValues={":count": number(count), ":expires": self._expires()},
        )

    def _items(self, job_id: str, start: str, consistent: bool) -> Iterator[Item]:
        pages = (
            self.dynamodb()
            .get_paginator("query")
            .paginate(
                TableName=self.table,
                KeyConditionExpression="pk = :job AND begins_with(sk, :start)",
                ExpressionAttributeValues={":job": string(job_id), ":start": string(start)},
                ConsistentRead=consistent,
            )
        )
        for page in pages:
            yield from page["Items"]

    @translate_aws_errors(TABLE)
    def _columns(self, item: Item) -> Iterator[ColumnSum]:
        text = self.texts.get("columns", item)
        if text is None:
            raise Misconfigured(
                "The results bucket does not return the sums of a part; report it to the operator."
            )
        return columns_of(text)

    def _expires(self) -> Attribute:
        return expiry(self.now(), self.keep_days)["expires_at"]
