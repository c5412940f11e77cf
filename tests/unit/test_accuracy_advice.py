"""Every suggestion of every refused case, taken literally."""

from itertools import combinations

import pytest

from tests.accuracy.case import Case, followed, load
from tests.accuracy.reference import Answer
from tests.accuracy.service import answer

REFUSED = [case for case in load() if case.refused]
#: Suggestions that read a file in the other of two ways, by their code and the name of the case.
#: Each has a condition, which the owner knows to be false, and is not the first one.
OTHER_READINGS = {
    # "If the first row holds the names of the columns": it is data.
    "header": """
        byte_order_marks/before-a-first-row-of-numbers no_header/integers no_header/text-and-number
        no_header/decimals no_header/one-column no_header/years-and-values no_header/years-only
        no_header/a-missing-cell-in-the-first-row no_header/thousands-in-the-first-row
        no_header/with-semicolons-and-decimal-commas no_header/money-in-the-first-row
        no_header/dates-and-values preambles/skipped-too-far
    """,
    # "If the first row is data": it holds names.
    "no_header": "no_header/numbers-as-names",
    # "If '1,200' means 1.2": it means 1200.
    "decimal_mark": """
        percentages/above-a-thousand thousands/comma-undeclared
        thousands/comma-undeclared-under-skip thousands/one-column-of-a-comma-file
    """,
}
EXCEPTIONS = {(code, each) for code, names in OTHER_READINGS.items() for each in names.split()}


def is_right(case: Case, options: dict[str, object], result: Answer) -> bool:
    """Return whether all sums are right; of chosen columns, those that were chosen."""
    sums, right = dict(result.sums), {**case.totals, **case.also_totals}
    if result.refused:
        return False
    return sums == right or ("columns" in options and sums.items() <= right.items())


def advised(case: Case) -> list[tuple[str, dict[str, object]]]:
    """Return the suggestions that have options, with their codes."""
    suggestions = answer(case.data, case.options).suggestions
    return [(each.code, dict(each.options)) for each in suggestions if each.options]


def name(case: Case) -> str:
    return f"{case.kind}/{case.name}"


def test_every_suggestion_gets_the_right_sums_or_says_how_else_it_reads_the_file() -> None:
    wrong = set()
    for case in (each for each in REFUSED if each.means):
        for position, (code, options) in enumerate(advised(case)):
            result = answer(case.data, followed(case.options, options))
            assert not result.refused, (name(case), code, result)
            if not is_right(case, options, result):
                assert position > 0, (name(case), code, result)
                wrong.add((code, name(case)))
    assert wrong == EXCEPTIONS


@pytest.mark.parametrize("case", [each for each in REFUSED if each.follow], ids=name)
def test_a_refusal_whose_file_has_sums_suggests_options(case: Case) -> None:
    assert advised(case)


@pytest.mark.parametrize("case", REFUSED, ids=name)
def test_a_refusal_says_what_to_do_in_sentences(case: Case) -> None:
    result = answer(case.data, case.options)
    for sentence in [result.message, *(each.sentence for each in result.suggestions)]:
        assert sentence[0].isupper() or sentence[0] in "'\""
        assert sentence.endswith(".")
        assert "\n" not in sentence
    options = [each.options for each in result.suggestions if each.options]
    assert all(one != other for one, other in combinations(options, 2))
