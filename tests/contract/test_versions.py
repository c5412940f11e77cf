"""What one version stores and another one reads: after an update, and after a roll-back."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.adapters.outcome_texts import (
    dialect_of,
    dialect_text,
    plan_of,
    plan_text,
    problem_of,
    problem_text,
    result_of,
    result_text,
)
from chalicelib.engine.evidence import Suggestion
from chalicelib.engine.excerpt import Excerpt
from chalicelib.jobs.job import LeftOut, Notice, Problem, Result
from chalicelib.jobs.parts import Plan
from tests.findings import DIALECT

PLAN = Plan(size=1000, part_bytes=10, data_start=7, data_line=1, fields=2)
PLAN_WITHOUT_AT_ONCE = {
    "size": 1000,
    "part_bytes": 10,
    "data_start": 7,
    "data_line": 1,
    "fields": 2,
    "window": 20_000,
    "columns": [],
    "hidden": False,
}
PROBLEM = Problem(
    "not_a_number",
    "Line 3 ...",
    line=3,
    suggestions=(Suggestion("skip", "Leave it out.", (("non_numeric", "skip"),)),),
    excerpt=Excerpt(((3, "1,x"),), 3, begin=2, end=3, first_byte=2, last_byte=3),
)
RESULT = Result(
    ("a",),
    ("87.20",),
    (False,),
    (2,),
    (1,),
    (0,),
    left_out=(LeftOut("town", 1, "Bonn", "It has no numbers."),),
    warnings=(Notice("code", "detail"),),
)


def with_news(text: str) -> str:
    """Return the JSON as a newer version might have stored it: each object has one member more."""

    def add(members: dict[str, Any]) -> dict[str, Any]:
        return {**members, "news": []}

    return json.dumps(json.loads(text, object_hook=add))


@pytest.mark.parametrize(
    ("value", "write", "read"),
    [(RESULT, result_text, result_of), (PROBLEM, problem_text, problem_of)],
)
def test_what_a_newer_version_says_besides_is_ignored(
    value: object, write: Callable[[Any], str], read: Callable[[str], object]
) -> None:
    assert read(with_news(write(value))) == read(write(value)) == value


@pytest.mark.parametrize(
    ("value", "write", "read"),
    [(PLAN, plan_text, plan_of), (DIALECT, dialect_text, dialect_of)],
)
def test_how_a_newer_version_sums_is_never_guessed(
    value: object, write: Callable[[Any], str], read: Callable[[str], object]
) -> None:
    assert read(write(value)) == value
    with pytest.raises(TypeError, match="news"):
        read(with_news(write(value)))


def test_a_plan_of_large_parts_can_be_read_by_the_version_before() -> None:
    assert json.loads(plan_text(PLAN)) == PLAN_WITHOUT_AT_ONCE


def test_a_plan_of_the_version_before_sends_parts_one_by_one() -> None:
    assert plan_of(json.dumps(PLAN_WITHOUT_AT_ONCE)) == PLAN
    assert PLAN.at_once == 1


def test_a_plan_of_small_parts_keeps_how_many_are_sent_at_once() -> None:
    plan = Plan(1000, 10, 7, 1, 2, window=12, at_once=6)
    assert plan_of(plan_text(plan)) == plan
