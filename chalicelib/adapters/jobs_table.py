"""The table of jobs on DynamoDB.

Every change is one conditional write; the condition has the statuses that the change is legal from.
A refused write returns the item as it is, and so does the method: another writer was faster, which
is not an error.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.aws_errors import translate_aws_errors
from chalicelib.adapters.client_counts import COUNTED_IN, SHORT_PAUSES, ClientCounts
from chalicelib.adapters.clients import Lazy, make_dynamodb
from chalicelib.adapters.ended_marks import EndedMarks, mark
from chalicelib.adapters.job_change import Change, advance, unsent_removal
from chalicelib.adapters.job_index import InProgressIndex
from chalicelib.adapters.job_item import (
    DONE_GROUPS,
    Item,
    ended_item,
    is_expired,
    job_of,
    key_of,
    member,
    moment,
    new_item,
    number,
    string,
)
from chalicelib.adapters.long_texts import LongTexts
from chalicelib.adapters.outcome_texts import dialect_text, plan_text, problem_text, result_text
from chalicelib.adapters.pauses import Pauses
from chalicelib.adapters.results_bucket import ResultsBucket
from chalicelib.engine.dialect import Dialect
from chalicelib.errors import UnknownJob
from chalicelib.jobs.job import Job, Ledger, Problem, Result, Status, start_of, utc_now
from chalicelib.jobs.parts import Plan, Run

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Reading an item with a text of this many bytes costs 4 read units; an item may have 400 KB.
INLINE_BYTES = 16 * 1024
LAST_ERROR_CHARS = 500
READERS = 16
TABLE = "The table of jobs"


@dataclass(frozen=True, slots=True)
class JobsTable:
    """A ``ports.Jobs``.

    ``keep_days`` after its submission a job is unknown. Results of more than ``inline_bytes`` are
    in the results bucket. ``marks_ended``: jobs that end are marked until they are announced.
    """

    table: str
    results_bucket: ResultsBucket
    keep_days: int
    dynamodb: "Callable[[], DynamoDBClient]" = field(default_factory=lambda: Lazy(make_dynamodb))
    inline_bytes: int = INLINE_BYTES
    now: Callable[[], datetime] = utc_now
    pauses: Pauses = SHORT_PAUSES
    marks_ended: bool = False

    @property
    def texts(self) -> LongTexts:
        return LongTexts(self.results_bucket, self.inline_bytes)

    @property
    def counts(self) -> ClientCounts:
        return ClientCounts(self.table, self.dynamodb, self.pauses)

    @translate_aws_errors(TABLE)
    def put(self, job: Job) -> bool:
        return self._put(new_item(job, self.keep_days))

    @translate_aws_errors(TABLE)
    def put_within(self, job: Job, limit: int) -> bool:
        return self.counts.put(new_item(job, self.keep_days), limit)

    @translate_aws_errors(TABLE)
    def put_ended(self, job: Job) -> bool:
        item = ended_item(job, self.keep_days) | self._mark(job.id, job.updated_at)
        if job.result:
            item |= self._result_attribute(job.id, job.result)
        return self._put(item)

    @translate_aws_errors(TABLE)
    def get(self, job_id: str) -> Job:
        answer = self.dynamodb().get_item(
            TableName=self.table, Key=key_of(job_id), ConsistentRead=True
        )
        if "Item" not in answer:
            raise UnknownJob
        return self._job(answer["Item"])

    def find(self, job_id: str) -> Job | None:
        try:
            return self.get(job_id)
        except UnknownJob:
            return None

    @translate_aws_errors(TABLE)
    def remove_unsent(self, job_id: str) -> None:
        dynamodb = self.dynamodb()
        try:
            dynamodb.delete_item(**unsent_removal(self.table, job_id, alone=True))
        except dynamodb.exceptions.ConditionalCheckFailedException as refused:
            before: Mapping[str, Any] = refused.response
            if COUNTED_IN in before.get("Item", {}):
                removal = unsent_removal(self.table, job_id)
                self.counts.release(before["Item"], {"Delete": removal})

    @translate_aws_errors(TABLE)
    def start(self, job_id: str, now: datetime) -> Job:
        stamp = moment(now)
        change = Change(Status.RUNNING, {"updated_at": stamp}, once={"started_at": stamp})
        return self._change(job_id, change)

    @translate_aws_errors(TABLE)
    def plan(self, job_id: str, plan: Plan, dialect: Dialect, now: datetime) -> Job:
        kept = {"plan": string(plan_text(plan)), "dialect": string(dialect_text(dialect))}
        return self._change(job_id, Change(Status.RUNNING, {"updated_at": moment(now)}, once=kept))

    @translate_aws_errors(TABLE)
    def touch(self, job: Job, now: datetime) -> None:
        self._advance(job, now)

    @translate_aws_errors(TABLE)
    def add_done_group(self, job_id: str, group: int, run: Run) -> Job:
        return self._change(job_id, Change(Status.RUNNING, adds={DONE_GROUPS[run]: member(group)}))

    @translate_aws_errors(TABLE)
    def expect_reruns(self, job_id: str, count: int, groups: int, now: datetime) -> Job:
        kept = {"expected_reruns": number(count), "expected_rerun_groups": number(groups)}
        return self._change(job_id, Change(Status.RUNNING, {"updated_at": moment(now)}, once=kept))

    @translate_aws_errors(TABLE)
    def set_overrun(self, job_id: str) -> None:
        self._change(job_id, Change(Status.RUNNING, {"has_overrun": {"BOOL": True}}))

    @translate_aws_errors(TABLE)
    def set_last_error(self, job_id: str, text: str) -> None:
        self._change(
            job_id, Change(Status.RUNNING, {"last_error": string(text[:LAST_ERROR_CHARS])})
        )

    @translate_aws_errors(TABLE)
    def succeed(
        self, job_id: str, result: Result, ledger: Ledger, dialect: Dialect, now: datetime
    ) -> Job:
        changes = {
            **self._mark(job_id, now),
            "finished_at": moment(now),
            "ledger": string(json.dumps(asdict(ledger))),
            **self._result_attribute(job_id, result),
        }
        once = {
            "started_at": moment(start_of(ledger, now)),
            "dialect": string(dialect_text(dialect)),
        }
        return self._change(job_id, Change(Status.SUCCEEDED, changes, once=once))

    @translate_aws_errors(TABLE)
    def fail(self, job_id: str, problem: Problem, dialect: Dialect | None, now: datetime) -> Job:
        end = {**self._mark(job_id, now), "finished_at": moment(now)}
        changes = {**end, "problem": string(problem_text(problem))}
        once = {"dialect": string(dialect_text(dialect))} if dialect else {}
        return self._change(job_id, Change(Status.FAILED, changes, once=once))

    @translate_aws_errors(TABLE)
    def cancel(self, job_id: str, now: datetime) -> Job:
        end = {**self._mark(job_id, now), "finished_at": moment(now)}
        return self._change(job_id, Change(Status.CANCELLED, end))

    @translate_aws_errors(TABLE)
    def set_announced(self, job_id: str) -> None:
        EndedMarks(self.table, self.dynamodb).remove(job_id)

    @translate_aws_errors(TABLE)
    def not_announced_since(self, before: datetime, limit: int) -> Sequence[Job]:
        return EndedMarks(self.table, self.dynamodb).left(before, limit, self.now())

    @translate_aws_errors(TABLE)
    def retry(self, job: Job, now: datetime) -> bool:
        return self._advance(job, now, attempts=1)

    @translate_aws_errors(TABLE)
    def in_progress(self) -> int:
        return InProgressIndex(self.table, self.dynamodb).count()

    @translate_aws_errors(TABLE)
    def in_progress_of(self, client: str) -> int:
        return sum(self.counts.of(client).values())

    @translate_aws_errors(TABLE)
    def bytes_in_progress(self) -> int:
        return InProgressIndex(self.table, self.dynamodb).bytes()

    @translate_aws_errors(TABLE)
    def not_updated_since(self, before: datetime) -> Sequence[Job]:
        ids = InProgressIndex(self.table, self.dynamodb).not_updated_since(before)
        with ThreadPoolExecutor(READERS) as pool:
            found = list(pool.map(self.find, ids))
        # The index may be older than the table.
        return [job for job in found if job is not None and not job.status.is_final]

    def _mark(self, job_id: str, now: datetime) -> Item:
        return mark(job_id, now) if self.marks_ended else {}

    def _put(self, item: Item) -> bool:
        dynamodb = self.dynamodb()
        try:
            dynamodb.put_item(
                TableName=self.table, Item=item, ConditionExpression="attribute_not_exists(pk)"
            )
        except dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _result_attribute(self, job_id: str, result: Result) -> Item:
        return self.texts.attribute("result", result_text(result), f"{job_id}/result.json")

    def _advance(self, job: Job, now: datetime, attempts: int = 0) -> bool:
        """Set ``updated_at``, unless the job has changed since it was read."""
        dynamodb = self.dynamodb()
        try:
            dynamodb.update_item(**advance(self.table, job, now, attempts))
        except dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _change(self, job_id: str, change: Change) -> Job:
        dynamodb = self.dynamodb()
        try:
            update = change.update(self.table, job_id, self.now(), alone=True)
            answer = dynamodb.update_item(**update, ReturnValues="ALL_NEW")
        except dynamodb.exceptions.ConditionalCheckFailedException as refused:
            before: Mapping[str, Any] = refused.response
            return self._after_refusal(job_id, change, before.get("Item", {}))
        return self._job(answer["Attributes"])

    def _after_refusal(self, job_id: str, change: Change, item: Item) -> Job:
        """End a job that counts to its client, or return a job that another writer has changed."""
        if change.to.is_final and COUNTED_IN in item:
            update = change.update(self.table, job_id, self.now())
            refusal = self.counts.release(item, {"Update": update})
            if refusal is None:
                return self.get(job_id)
            item = refusal
        if not item:
            raise UnknownJob
        return self._job(item)

    def _job(self, item: Item) -> Job:
        """Return the job of an item. Raise UnknownJob if the job or its result has expired."""
        if is_expired(item, self.now()):
            raise UnknownJob
        text = self.texts.get("result", item)
        if text is None and "result_key" in item:
            raise UnknownJob
        return job_of(item, text)
