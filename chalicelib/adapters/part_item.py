"""Parts, and groups of them, as items of the table, and back."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal

from chalicelib.adapters.job_item import Item, string
from chalicelib.engine.states import State
from chalicelib.engine.sums import ColumnSum, digits
from chalicelib.errors import Fault
from chalicelib.jobs.parts import Outcome, Run

# What the sort keys of groups begin with.
GROUP = {Run.FIRST: "group#", Run.RERUN: "rerun#"}


def group_key(job_id: str, group: int, run: Run) -> Item:
    return {"pk": string(job_id), "sk": string(f"{GROUP[run]}{group}")}


def part_key(job_id: str, outcome: Outcome) -> Item:
    return {
        "pk": string(job_id),
        "sk": string(f"part#{outcome.number}#{outcome.start.value}"),
    }


def part_item(job_id: str, outcome: Outcome) -> Item:
    """Return the item of a part's outcome, without its sums."""
    return {**part_key(job_id, outcome), "outcome": string(json.dumps(asdict(outcome)))}


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
