"""What is known of a job's file, its result and its problem as JSON texts, and back.

Texts of older versions lack the members that were added later. Members that a newer version has
added are ignored in results and problems, which people read. A plan or a dialect with such members
is refused: without them, this version might compute another sum.
"""

import json
from dataclasses import asdict
from typing import Any

from chalicelib.adapters.members import from_members
from chalicelib.engine.dialect import Dialect
from chalicelib.engine.evidence import Suggestion
from chalicelib.engine.excerpt import Excerpt
from chalicelib.engine.naming import Naming
from chalicelib.engine.row_ends import RowEnd
from chalicelib.jobs.job import LeftOut, Notice, Problem, Result
from chalicelib.jobs.parts import Plan


def dialect_text(dialect: Dialect) -> str:
    return json.dumps(asdict(dialect))


def dialect_of(text: str) -> Dialect:
    members = json.loads(text)
    members["row_end"] = RowEnd(members["row_end"])
    members["naming"] = Naming(members["naming"])
    members["reasons"] = tuple((name, why) for name, why in members["reasons"])
    return Dialect(**members)


def plan_text(plan: Plan) -> str:
    """Return a plan as JSON.

    If ``at_once`` is 1, it is left out, so that versions without it can read the plan.
    """
    members = asdict(plan)
    if plan.at_once == 1:
        del members["at_once"]
    return json.dumps(members)


def plan_of(text: str) -> Plan:
    members = json.loads(text)
    return Plan(**members | {"columns": tuple(members.get("columns", ()))})


def result_text(result: Result) -> str:
    return json.dumps(asdict(result), separators=(",", ":"))


def result_of(text: str) -> Result:
    members: dict[str, Any] = json.loads(text)
    left_out = tuple(from_members(LeftOut, each) for each in members.pop("left_out", ()))
    warnings = tuple(from_members(Notice, each) for each in members.pop("warnings", ()))
    columns = {name: tuple(values) for name, values in members.items()}
    return from_members(Result, {**columns, "left_out": left_out, "warnings": warnings})


def problem_text(problem: Problem) -> str:
    return json.dumps(asdict(problem))


def problem_of(text: str) -> Problem:
    members: dict[str, Any] = json.loads(text)
    members["suggestions"] = tuple(map(_suggestion, members.get("suggestions", ())))
    excerpt = members.get("excerpt")
    members["excerpt"] = _excerpt(excerpt) if excerpt else None
    return from_members(Problem, members)


def _suggestion(members: dict[str, Any]) -> Suggestion:
    options = tuple((name, value) for name, value in members["options"])
    return Suggestion(members["code"], members["sentence"], options)


def _excerpt(members: dict[str, Any]) -> Excerpt:
    members["lines"] = tuple((number, text) for number, text in members["lines"])
    return from_members(Excerpt, members)
