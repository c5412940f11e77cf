"""The accuracy cases: well-formed, and right by a reading of each in plain Python."""

from collections import Counter
from dataclasses import fields
from decimal import Decimal

import pytest

from chalicelib.engine.read_options import NumberOptions, ReadOptions
from tests.accuracy.case import Case, followed, load
from tests.accuracy.reference import Answer, answer

CASES = load()
IDS = [f"{case.kind}/{case.name}" for case in CASES]
FEWEST_CASES = 300
OPTIONS = {each.name for kind in (ReadOptions, NumberOptions) for each in fields(kind)}
OPTIONS = OPTIONS - {"numbers"} | {"columns", "first", "step", "non_numeric"}

each_case = pytest.mark.parametrize("case", CASES, ids=IDS)


def test_there_are_enough_cases_of_every_kind_and_none_twice() -> None:
    assert len(CASES) >= FEWEST_CASES
    assert not [name for name, count in Counter(IDS).items() if count > 1]
    kinds = Counter(case.kind for case in CASES)
    assert not [kind for kind, count in kinds.items() if count < 5]
    contents = Counter((case.data, str(sorted(case.options.items()))) for case in CASES)
    assert not [content for content, count in contents.items() if count > 1]


@each_case
def test_a_case_is_well_formed(case: Case) -> None:
    assert case.name == case.name.lower().replace(" ", "-").strip("-")
    assert case.note
    assert case.note[-1] not in ".,;"
    assert set(case.options) <= OPTIONS
    for total in (case.means or {}).values():
        assert not isinstance(total, float)
        assert Decimal(total).is_finite()
    assert case.means != {}
    assert case.refused or case.means is not None, "a file that is summed has a sum"
    if case.follow is not None:
        assert case.refused
        assert case.means
        assert set(case.follow) <= OPTIONS


def check_sums(case: Case, result: Answer) -> None:
    assert not result.refused, result
    assert dict(result.sums) == {**case.totals, **case.also_totals}
    assert set(result.left_out) == set(case.left_out)


@each_case
def test_a_case_is_summed_or_refused_as_it_says(case: Case) -> None:
    result = answer(case.data, case.options)
    assert result.refused == case.refused, result
    if not case.refused:
        check_sums(case, result)


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.follow],
    ids=[name for name, case in zip(IDS, CASES, strict=True) if case.follow],
)
def test_a_refusal_suggests_what_gets_the_right_sum(case: Case) -> None:
    assert case.follow is not None
    suggestions = [dict(each.options) for each in answer(case.data, case.options).suggestions]
    assert (case.follow in suggestions) == case.suggested, suggestions
    result = answer(case.data, followed(case.options, case.follow))
    if "columns" not in case.follow:
        check_sums(case, result)
    assert dict(result.sums).items() >= case.totals.items()
