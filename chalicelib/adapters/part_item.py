"""Parts, and groups of them, as items of the table, and back."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from chalicelib.adapters.job_item import Item, string
from chalicelib.engine.states import State
from chalicelib.engine.sums import ColumnSum, Kind, RefusedCell, digits
from chalicelib.errors import Fault
from chalicelib.jobs.parts import Outcome, Run

# What the sort keys of groups begin with.
GROUP = {Run.FIRST: "group#", Run.RERUN: "rerun#"}
KINDS = {kind.value: kind for kind in Kind}
# Columns without refused cells are stored without what counts and names these.
PLAIN_MEMBERS = 6


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
    """Return a line of JSON for each column, so that they can be read one at a time."""
    return "\n".join(json.dumps(_row_of(column), separators=(",", ":")) for column in columns)


def columns_of(text: str) -> Iterator[ColumnSum]:
    position = 0
    while position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        yield _column_of(json.loads(text[position:end]))
        position = end + 1


def _row_of(column: ColumnSum) -> list[object]:
    """Return the members of a column in their order. Columns of numbers alone have fewer."""
    row: list[object] = [
        digits(column.total),
        column.values,
        column.missing,
        column.skipped,
        column.is_integer,
        column.scales,
    ]
    if column.refused:
        cells = [[cell.kind, cell.code, cell.text, cell.line, cell.byte] for cell in column.refused]
        row += [column.alike, column.comparisons, cells]
    return row


def _column_of(row: Sequence[Any]) -> ColumnSum:
    total, *members = row
    if len(row) > PLAIN_MEMBERS:
        members[-1] = tuple(
            RefusedCell(KINDS[kind], sys.intern(code), *rest) for kind, code, *rest in members[-1]
        )
    return ColumnSum(Decimal(total), *members)
