"""A job as an item of the table, and back. Structures travel as JSON texts, so that an item can be read by eye."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from chalicelib.engine.options import Options
from chalicelib.engine.states import State
from chalicelib.engine.sums import ColumnSum, digits
from chalicelib.errors import Fault
from chalicelib.jobs.job import FileVersion, Job, Ledger, Problem, Result, Status, as_text
from chalicelib.jobs.parts import Outcome, Plan

Item = dict[str, dict[str, Any]]
SORT_KEY = "job"
SHARDS = "0123456789"


def key_of(job_id: str) -> Item:
    return {"pk": {"S": job_id}, "sk": {"S": SORT_KEY}}


def shard_of(job_id: str) -> str:
    """Which tenth of the sparse index a job in progress is counted in."""
    return SHARDS[int(job_id[:8], 16) % len(SHARDS)]


def expiry(submitted_at: datetime, keep_days: int) -> Item:
    return {"expires_at": {"N": str(int((submitted_at + timedelta(days=keep_days)).timestamp()))}}


def new_item(job: Job, keep_days: int) -> Item:
    """The item of a job that was just accepted."""
    return {
        **key_of(job.id),
        **expiry(job.submitted_at, keep_days),
        "csv": {"S": job.file_name},
        "options": {"S": json.dumps(job.options.as_dict())},
        "file": {"S": json.dumps(asdict(job.version))},
        "status": {"S": job.status.value},
        "in_progress": {"S": shard_of(job.id)},
        "submitted_at": {"S": as_text(job.submitted_at)},
        "updated_at": {"S": as_text(job.updated_at)},
        "attempts": {"N": str(job.attempts)},
    }


def job_of(item: Item, result_text: str | None = None) -> Job:
    """The job of an item; ``result_text`` where the item only names where its result is."""
    text = item.get("result", {}).get("S", result_text)
    return Job(
        id=item["pk"]["S"],
        file_name=item["csv"]["S"],
        options=Options(**json.loads(item["options"]["S"])),
        version=FileVersion(**json.loads(item["file"]["S"])),
        submitted_at=_moment(item["submitted_at"]["S"]),
        updated_at=_moment(item["updated_at"]["S"]),
        status=Status(item["status"]["S"]),
        started_at=_moment(item["started_at"]["S"]) if "started_at" in item else None,
        finished_at=_moment(item["finished_at"]["S"]) if "finished_at" in item else None,
        attempts=int(item["attempts"]["N"]),
        plan=Plan(**json.loads(item["plan"]["S"])) if "plan" in item else None,
        done_parts=_numbers(item, "done_parts"),
        expected_reruns=int(item["expected_reruns"]["N"]) if "expected_reruns" in item else 0,
        done_reruns=_numbers(item, "done_reruns"),
        last_error=item["last_error"]["S"] if "last_error" in item else None,
        problem=Problem(**json.loads(item["problem"]["S"])) if "problem" in item else None,
        result=result_of(text) if text else None,
        ledger=Ledger(**json.loads(item["ledger"]["S"])) if "ledger" in item else None,
    )


def result_text(result: Result) -> str:
    return json.dumps(asdict(result), separators=(",", ":"))


def result_of(text: str) -> Result:
    members = json.loads(text)
    return Result(**{name: tuple(value) for name, value in members.items()})


def part_key(job_id: str, outcome: Outcome) -> Item:
    return {"pk": {"S": job_id}, "sk": {"S": f"part#{outcome.number}#{outcome.start.value}"}}


def part_item(job_id: str, outcome: Outcome) -> Item:
    """A part's outcome without its sums."""
    return {**part_key(job_id, outcome), "outcome": {"S": json.dumps(asdict(outcome))}}


def outcome_of(item: Item) -> Outcome:
    members = json.loads(item["outcome"]["S"])
    members["start"] = State(members["start"])
    members["ends"] = {State(start): State(end) for start, end in members["ends"].items()}
    members["fault"] = Fault(**members["fault"]) if members["fault"] else None
    return Outcome(**members)


def columns_text(columns: Sequence[ColumnSum]) -> str:
    rows = [
        [digits(column.total), column.values, column.missing, column.skipped, column.is_integer]
        for column in columns
    ]
    return json.dumps(rows, separators=(",", ":"))


def columns_of(text: str) -> tuple[ColumnSum, ...]:
    return tuple(
        ColumnSum(Decimal(total), values, missing, skipped, is_integer)
        for total, values, missing, skipped, is_integer in json.loads(text)
    )


def _numbers(item: Item, name: str) -> frozenset[int]:
    return frozenset(int(number) for number in item.get(name, {}).get("SS", ()))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
