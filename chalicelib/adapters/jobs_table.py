"""The door to DynamoDB: the table of jobs.

Every change is one conditional write that names the legal source states. A refused write answers with the item that
won, and that is what the caller gets: someone was faster, which is no error.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any

from chalicelib.adapters.clients import client, translate_aws_errors
from chalicelib.adapters.job_item import (
    SHARDS,
    Item,
    columns_of,
    columns_text,
    expiry,
    job_of,
    key_of,
    new_item,
    outcome_of,
    part_item,
    result_text,
)
from chalicelib.adapters.results_bucket import ResultsBucket
from chalicelib.engine.states import State
from chalicelib.engine.sums import ColumnSum
from chalicelib.errors import UnknownJob
from chalicelib.jobs.job import ALLOWED_FROM, Job, Ledger, Problem, Result, Status, as_text, utc_now
from chalicelib.jobs.parts import Outcome, Plan
from chalicelib.jobs.ports import SavedPart

INDEX = "in_progress"
# A text of this many bytes stays in the item: reading it costs 4 read units, and an item may not grow beyond 400 KB.
INLINE_BYTES = 16 * 1024
PROBLEM_CHARS = 500
NOTHING: Item = {}
TABLE = "The table of jobs"


class JobsTable:
    """A ``ports.Jobs``."""

    def __init__(
        self,
        table: str,
        results_bucket: ResultsBucket,
        keep_days: int,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.now = now
        self.table = table
        self.results_bucket = results_bucket
        self.keep_days = keep_days

    @translate_aws_errors(TABLE)
    def put(self, job: Job) -> None:
        item = new_item(job, self.keep_days)
        client("dynamodb").put_item(
            TableName=self.table, Item=item, ConditionExpression="attribute_not_exists(pk)"
        )

    @translate_aws_errors(TABLE)
    def get(self, job_id: str) -> Job:
        answer = client("dynamodb").get_item(
            TableName=self.table, Key=key_of(job_id), ConsistentRead=True
        )
        if "Item" not in answer:
            raise UnknownJob
        return self._job(answer["Item"])

    @translate_aws_errors(TABLE)
    def remove_unsent(self, job_id: str) -> None:
        still_queued = "#status = :queued"
        self._unless_refused(
            client("dynamodb").delete_item,
            Key=key_of(job_id),
            ConditionExpression=still_queued,
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={":queued": {"S": Status.QUEUED.value}},
        )

    @translate_aws_errors(TABLE)
    def start(self, job_id: str, now: datetime) -> Job:
        stamp = {"S": as_text(now)}
        return self._change(
            job_id, Status.RUNNING, {"updated_at": stamp}, once={"started_at": stamp}
        )

    @translate_aws_errors(TABLE)
    def plan(self, job_id: str, plan: Plan, now: datetime) -> Job:
        kept = {"plan": {"S": json.dumps(asdict(plan))}}
        return self._change(job_id, Status.RUNNING, {"updated_at": {"S": as_text(now)}}, once=kept)

    @translate_aws_errors(TABLE)
    def save_part(self, job_id: str, outcome: Outcome, columns: Sequence[ColumnSum]) -> None:
        name = f"{job_id}/part-{outcome.number}-{outcome.start.value}.json"
        item = (
            part_item(job_id, outcome)
            | self._text_or_blob("columns", columns_text(columns), name)
            | expiry(self.now(), self.keep_days)
        )
        client("dynamodb").put_item(TableName=self.table, Item=item)

    @translate_aws_errors(TABLE)
    def saved_parts(self, job_id: str) -> Mapping[tuple[int, State], SavedPart]:
        pages = (
            client("dynamodb")
            .get_paginator("query")
            .paginate(
                TableName=self.table,
                KeyConditionExpression="pk = :job AND begins_with(sk, :part)",
                ExpressionAttributeValues={":job": {"S": job_id}, ":part": {"S": "part#"}},
                ConsistentRead=True,
            )
        )
        saved = [
            SavedPart(outcome_of(item), partial(self._columns, item))
            for page in pages
            for item in page["Items"]
        ]
        return {(part.outcome.number, part.outcome.start): part for part in saved}

    @translate_aws_errors(TABLE)
    def add_done(self, job_id: str, number: int, now: datetime) -> Job:
        return self._change(
            job_id,
            Status.RUNNING,
            {"updated_at": {"S": as_text(now)}},
            member=("done_parts", number),
        )

    @translate_aws_errors(TABLE)
    def expect_reruns(self, job_id: str, count: int, now: datetime) -> Job:
        kept = {"expected_reruns": {"N": str(count)}}
        return self._change(job_id, Status.RUNNING, {"updated_at": {"S": as_text(now)}}, once=kept)

    @translate_aws_errors(TABLE)
    def add_done_rerun(self, job_id: str, number: int, now: datetime) -> Job:
        return self._change(
            job_id,
            Status.RUNNING,
            {"updated_at": {"S": as_text(now)}},
            member=("done_reruns", number),
        )

    @translate_aws_errors(TABLE)
    def set_last_error(self, job_id: str, text: str) -> None:
        self._change(job_id, Status.RUNNING, {"last_error": {"S": text[:PROBLEM_CHARS]}})

    @translate_aws_errors(TABLE)
    def succeed(self, job_id: str, result: Result, ledger: Ledger, now: datetime) -> Job:
        changes = {"finished_at": {"S": as_text(now)}, "ledger": {"S": json.dumps(asdict(ledger))}}
        changes |= self._text_or_blob("result", result_text(result), f"{job_id}/result.json")
        return self._change(job_id, Status.SUCCEEDED, changes)

    @translate_aws_errors(TABLE)
    def fail(self, job_id: str, problem: Problem, now: datetime) -> Job:
        changes = {
            "finished_at": {"S": as_text(now)},
            "problem": {"S": json.dumps(asdict(problem))},
        }
        return self._change(job_id, Status.FAILED, changes)

    @translate_aws_errors(TABLE)
    def retry(self, job: Job, now: datetime) -> bool:
        unmoved = "#status = :status AND updated_at = :seen"
        answer = self._unless_refused(
            client("dynamodb").update_item,
            Key=key_of(job.id),
            UpdateExpression="SET updated_at = :now ADD attempts :one",
            ConditionExpression=unmoved,
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={
                ":status": {"S": job.status.value},
                ":seen": {"S": as_text(job.updated_at)},
                ":now": {"S": as_text(now)},
                ":one": {"N": "1"},
            },
        )
        return answer is not None

    @translate_aws_errors(TABLE)
    def in_progress(self) -> int:
        return sum(
            page["Count"] for shard in SHARDS for page in self._index_pages(shard, Select="COUNT")
        )

    @translate_aws_errors(TABLE)
    def not_updated_since(self, before: datetime) -> Sequence[Job]:
        pages = [
            page for shard in SHARDS for page in self._index_pages(shard, before=as_text(before))
        ]
        found = (self.find(item["pk"]["S"]) for page in pages for item in page["Items"])
        return [
            job for job in found if job is not None and not job.status.is_final
        ]  # the index lags behind the table

    def find(self, job_id: str) -> Job | None:
        try:
            return self.get(job_id)
        except UnknownJob:
            return None

    def _index_pages(self, shard: str, before: str | None = None, **more: Any) -> Any:
        condition, values = "in_progress = :shard", {":shard": {"S": shard}}
        if before is not None:
            condition += " AND updated_at < :before"
            values[":before"] = {"S": before}
        pages = client("dynamodb").get_paginator("query")
        return pages.paginate(
            TableName=self.table,
            IndexName=INDEX,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            **more,
        )

    def _text_or_blob(self, name: str, text: str, key: str) -> Item:
        """The attribute for a text: the text itself, or the key of the object that it was put into."""
        if len(text.encode()) <= INLINE_BYTES:
            return {name: {"S": text}}
        # The object first: an item must never name what is not there. Repeated work writes the same bytes again.
        self.results_bucket.put(key, text)
        return {f"{name}_key": {"S": key}}

    def _columns(self, item: Item) -> tuple[ColumnSum, ...]:
        return columns_of(
            item["columns"]["S"]
            if "columns" in item
            else self.results_bucket.get(item["columns_key"]["S"])
        )

    def _change(
        self,
        job_id: str,
        to: Status,
        sets: Item,
        once: Item = NOTHING,
        member: tuple[str, int] | None = None,
    ) -> Job:
        """Move a job to the status ``to`` and set attributes; those in ``once`` only where they are not set yet.

        ``member`` is a number to add to the set of that name.
        """
        values = {"status": {"S": to.value}} | sets | once
        assignments = [
            f"#{name} = {f'if_not_exists(#{name}, :{name})' if name in once else f':{name}'}"
            for name in values
        ]
        sources = {
            f":from{number}": {"S": status.value}
            for number, status in enumerate(sorted(ALLOWED_FROM[to]))
        }
        # A change comes from a legal source state only; this also refuses an item that does not exist.
        from_legal_state = f"#status IN ({', '.join(sources)})"
        update = f"SET {', '.join(assignments)}" + (f" ADD {member[0]} :member" if member else "")
        added = {":member": {"SS": [str(member[1])]}} if member else {}
        if to.is_final:
            update += " REMOVE in_progress"  # leaves the sparse index, and the counter with it
        try:
            answer = client("dynamodb").update_item(
                TableName=self.table,
                Key=key_of(job_id),
                UpdateExpression=update,
                ConditionExpression=from_legal_state,
                ExpressionAttributeNames={f"#{name}": name for name in values},
                ExpressionAttributeValues=sources
                | {f":{name}": value for name, value in values.items()}
                | added,
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except client("dynamodb").exceptions.ConditionalCheckFailedException as refused:
            if "Item" not in refused.response:
                raise UnknownJob from None
            return self._job(refused.response["Item"])
        return self._job(answer["Attributes"])

    def _unless_refused(self, call: Callable[..., Any], **arguments: Any) -> Any | None:
        try:
            return call(TableName=self.table, **arguments)
        except client("dynamodb").exceptions.ConditionalCheckFailedException:
            return None

    def _job(self, item: Item) -> Job:
        key = item.get("result_key", {}).get("S")
        return job_of(item, self.results_bucket.get(key) if key else None)
