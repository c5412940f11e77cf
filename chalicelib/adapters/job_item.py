"""Jobs as items of the table, and back.

Structures are stored as JSON texts, so that people can read an item.
"""

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

from chalicelib.adapters import outcome_texts as texts
from chalicelib.adapters.members import from_members
from chalicelib.engine.options import Options
from chalicelib.jobs.client import OPEN
from chalicelib.jobs.job import FileVersion, Job, Ledger, Status, as_text, place_of
from chalicelib.jobs.parts import Run

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

Attribute: TypeAlias = "AttributeValueTypeDef"
Item: TypeAlias = "dict[str, AttributeValueTypeDef]"
SORT_KEY = "job"
SHARDS = "0123456789"
# What the shards of jobs that have ended and are not announced begin with.
ENDED = "ended#"
# An attribute of the jobs whose result answers no other submission.
NOT_REUSABLE = "not_reusable"
# The names of the sets of complete groups.
DONE_GROUPS = {Run.FIRST: "done_groups", Run.RERUN: "done_rerun_groups"}


def string(text: str) -> Attribute:
    return {"S": text}


def number(value: int) -> Attribute:
    return {"N": str(value)}


def moment(value: datetime) -> Attribute:
    return string(as_text(value))


def member(value: int) -> Attribute:
    """Return a set of one number, to be added to a set of numbers."""
    return {"SS": [str(value)]}


def key_of(job_id: str) -> Item:
    return {"pk": string(job_id), "sk": string(SORT_KEY)}


def shard_of(job_id: str) -> str:
    """Return the shard of the sparse index that counts a job in progress."""
    return SHARDS[int(job_id[:8], 16) % len(SHARDS)]


def expiry(submitted_at: datetime, keep_days: int) -> Item:
    """Return the attribute with the time from which the item is ignored, and later deleted."""
    return {"expires_at": number(int((submitted_at + timedelta(days=keep_days)).timestamp()))}


def is_expired(item: Item, now: datetime) -> bool:
    """Return whether an item is past its time to live. The table deletes it some days later.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ttl-expired-items.html
    """
    return int(item["expires_at"]["N"]) <= now.timestamp()


def new_item(job: Job, keep_days: int) -> Item:
    """Return the item of a job that was just accepted."""
    return {
        **key_of(job.id),
        **expiry(job.submitted_at, keep_days),
        **new_record(job),
        "file_bytes": number(job.version.size),  # for the index, which has no JSON texts
        "in_progress": string(shard_of(job.id)),
    }


def ended_item(job: Job, keep_days: int) -> Item:
    """Return the item of a new job that has ended already, without its result."""
    ledger, texts_of = job.ledger, {}
    if job.plan:
        texts_of["plan"] = texts.plan_text(job.plan)
    if job.dialect:
        texts_of["dialect"] = texts.dialect_text(job.dialect)
    if ledger:
        texts_of["ledger"] = json.dumps(asdict(ledger))
    if job.problem:
        texts_of["problem"] = texts.problem_text(job.problem)
    if job.cached_from:
        texts_of["cached_from"] = job.cached_from
    times = {"started_at": job.started_at, "finished_at": job.finished_at}
    return {
        **key_of(job.id),
        **expiry(job.submitted_at, keep_days),
        **new_record(job),
        **{name: moment(value) for name, value in times.items() if value},
        **{name: string(text) for name, text in texts_of.items()},
    }


def new_record(job: Job) -> Item:
    """Return what ``job_of`` needs, besides the key, of a job that was just accepted."""
    return {
        "client": string(job.client),
        "place": string(place_of(job)),  # for the index of a client's jobs
        "csv": string(job.file_name),
        "options": string(json.dumps(job.options.as_dict())),
        "file": string(json.dumps(asdict(job.version))),
        "status": string(job.status.value),
        "submitted_at": moment(job.submitted_at),
        "updated_at": moment(job.updated_at),
        "attempts": number(job.attempts),
        **({} if job.is_reusable else {NOT_REUSABLE: {"BOOL": True}}),
    }


def job_of(item: Item, result_text: str | None = None) -> Job:
    """Return the job of an item. ``result_text`` is its result, from the item or an object."""
    plan, dialect, problem, ledger = (
        _text(item, name) for name in ("plan", "dialect", "problem", "ledger")
    )
    return Job(
        id=item["pk"]["S"],
        file_name=item["csv"]["S"],
        options=Options.of(json.loads(item["options"]["S"])),
        version=FileVersion(**json.loads(item["file"]["S"])),
        submitted_at=datetime.fromisoformat(item["submitted_at"]["S"]),
        updated_at=datetime.fromisoformat(item["updated_at"]["S"]),
        client=_text(item, "client") or OPEN.name,
        status=Status(item["status"]["S"]),
        started_at=_moment(item, "started_at"),
        finished_at=_moment(item, "finished_at"),
        attempts=int(item["attempts"]["N"]),
        is_reusable=NOT_REUSABLE not in item,
        cached_from=_text(item, "cached_from"),
        dialect=texts.dialect_of(dialect) if dialect else None,
        plan=texts.plan_of(plan) if plan else None,
        done_groups=numbers(item, DONE_GROUPS[Run.FIRST]),
        expected_reruns=int(item.get("expected_reruns", number(0))["N"]),
        expected_rerun_groups=int(item.get("expected_rerun_groups", number(0))["N"]),
        done_rerun_groups=numbers(item, DONE_GROUPS[Run.RERUN]),
        has_overrun="has_overrun" in item,
        last_error=_text(item, "last_error"),
        problem=texts.problem_of(problem) if problem else None,
        result=texts.result_of(result_text) if result_text else None,
        ledger=from_members(Ledger, json.loads(ledger)) if ledger else None,
    )


def _text(item: Item, name: str) -> str | None:
    return item[name]["S"] if name in item else None


def _moment(item: Item, name: str) -> datetime | None:
    return datetime.fromisoformat(item[name]["S"]) if name in item else None


def numbers(item: Item, name: str) -> frozenset[int]:
    """Return the members of a set of numbers; an item has no attribute for an empty set."""
    return frozenset(int(text) for text in item[name]["SS"]) if name in item else frozenset()
