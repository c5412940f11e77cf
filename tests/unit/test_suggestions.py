"""Suggestions: each cause by example, and every suggestion followed literally."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.engine.evidence import Suggestion
from tests.accuracy.reference import Answer, answer
from tests.csv_files import junk_files, tidy_files


def refusal(text: str, **options: object) -> Answer:
    result = answer(text.encode(), {"step": 1, **options})
    assert result.refused, result
    return result


def followed(text: str, given: Mapping[str, Any], suggestion: Suggestion) -> Answer:
    return answer(text.encode(), {"step": 1, **given, **dict(suggestion.options)})


def sums(**totals: object) -> dict[str, Decimal]:
    return {name: Decimal(str(total)) for name, total in totals.items()}


@pytest.mark.parametrize(
    ("text", "given_options", "code", "options", "expected"),
    [
        # Numbers.
        ("v\n38,72\n0,28\n", {}, "decimal_mark", {"decimal": ","}, {"v": 39}),
        ("a;v\nx;38,72\ny;0,28\n", {}, "decimal_mark", {"decimal": ","}, {"v": 39}),
        ("a;v\nx;1.234,5\ny;2\n", {}, "decimal_mark", None, {"v": "1236.5"}),
        ('a,v\nx,"1,200"\ny,900\n', {}, "thousands", {"thousands": ","}, {"v": 2100}),
        ('a,v\nx,"1,234,567"\n', {}, "thousands", {"thousands": ","}, {"v": 1234567}),
        ("a,v\nx,1 200\ny,900\n", {}, "thousands", {"thousands": " "}, {"v": 2100}),
        ("a,v\nx,1'200\ny,900\n", {}, "thousands", {"thousands": "'"}, {"v": 2100}),
        ("a,v\nx,1.200.300\n", {}, "decimal_mark", None, {"v": 1200300}),
        ("a,v\nx,$2.39\ny,$10\n", {}, "marks", {"strip": "$"}, {"v": "12.39"}),
        ("a,v\nx,32%\ny,8 %\n", {}, "marks", {"strip": "%"}, {"v": 40}),
        ("a,v\nx,(5)\ny,12\n", {}, "marks", {"strip": "()"}, {"v": 7}),
        ('a,v\nx,"$1,200"\ny,5 €\n', {}, "thousands", None, {"v": 1205}),
        ("a;v\nx;1.5\ny;2\n", {"decimal": ","}, "decimal_mark", {"decimal": "."}, {"v": "3.5"}),
        ("a;v\nx;1.500\n", {"decimal": ","}, "thousands", {"thousands": "."}, {"v": 1500}),
        ("a,v\nx,5%\n", {"strip": "$"}, "marks", {"strip": "$%"}, {"v": 5}),
        # Missing values.
        ("v\n1\n-\n3\n", {}, "missing_marker", {"missing": ["-"]}, {"v": 4}),
        ("v\n1\nn/k\n..\n", {}, "missing_marker", {"missing": ["n/k", ".."]}, {"v": 1}),
        ("v\n1\n?\n-\n", {"missing": ["-"]}, "missing_marker", {"missing": ["-", "?"]}, {"v": 1}),
        ("v\n1\nUnknown\n", {}, "missing_marker", {"missing": ["Unknown"]}, {"v": 1}),
        ("v\n<5\n7\n<1\n", {}, "below_detection", {"missing": ["<5", "<1"]}, {"v": 7}),
        ("v\n1\noops a lot\n", {}, "text", {"non_numeric": "skip"}, {"v": 1}),
        ("v\n1\n136A\n", {}, "text", {"non_numeric": "skip"}, {"v": 1}),
        # One cell of four is no reason to give the column up.
        (
            "n,v\n1,10.5\n2,-7\n3,oops here\n4,3\n",
            {"step": 1},
            "text",
            {"non_numeric": "skip"},
            {"n": 10, "v": 6.5},
        ),
        # Rows.
        (
            "Population of towns\nsource: census\n\ntown,people\nA,5\nB,6\n",
            {},
            "title_lines",
            {"skip_rows": 3},
            {"people": 11},
        ),
        ("Towns, 2020\r\rtown;n\rA;5\rB;6\r", {}, "title_lines", {"skip_rows": 2}, {"n": 11}),
        ("T\n\nU\na,b,c,\n1,x,2\n3,y,4\n", {}, "title_lines", {"skip_rows": 3}, {"a": 4, "c": 6}),
        (
            "x\nT\na;b\n1;2\n3;4\n",
            {"skip_rows": 1},
            "title_lines",
            {"skip_rows": 2},
            sums(a=4, b=6),
        ),
        ("a,b,c\n1,2,3\n4,5\n", {}, "short_row", {"ragged": "pad"}, sums(a=5, b=7, c=3)),
        ("a,b,c\n1,2,3\n4\n", {}, "short_row", {"ragged": "pad"}, sums(a=5, b=2, c=3)),
        ("a,b,c\n1,2,3\n4,5", {}, "half_written", {"last_row": "drop"}, sums(a=1, b=2, c=3)),
        ("x,y\na,1,z\na,3,z\n", {}, "short_header", None, sums(col1=4)),
        # Tables.
        (
            "a;b\n1;2\n3;4\n",
            {"delimiter": ","},
            "wrong_delimiter",
            {"delimiter": ";"},
            sums(a=4, b=6),
        ),
        ("a b\n1 2\n3 4\n", {}, "wrong_delimiter", {"delimiter": " "}, sums(a=4, b=6)),
        ('"a" "b"\n"x" 2\n', {}, "wrong_delimiter", {"delimiter": " "}, sums(b=2)),
        ("a,b;c\n1,2;3\n", {}, "delimiter", {"delimiter": ","}, None),
        ("10,1\n20,2\n", {}, "no_header", {"header": False}, sums(col0=30, col1=3)),
        ("10,1\n", {}, "no_header", {"header": False}, sums(col0=10, col1=1)),
        ("a,b\nx,1\ny,2\n", {"columns": ["a"]}, "other_columns", {"columns": ["b"]}, sums(b=3)),
        ("a,b,b\nx,1,2\n", {"columns": ["a"]}, "other_columns", {"columns": [1, 2]}, None),
    ],
)
def test_the_first_suggestion_names_the_cause_and_gets_the_sum(
    text: str,
    given_options: dict[str, object],
    code: str,
    options: dict[str, object] | None,
    expected: dict[str, object] | None,
) -> None:
    suggestion = refusal(text, **given_options).suggestions[0]
    assert suggestion.code == code
    assert options is None or dict(suggestion.options) == options
    result = followed(text, given_options, suggestion)
    if expected is not None:
        assert {name: +total for name, total in result.sums.items()} == {
            name: Decimal(str(total)) for name, total in expected.items()
        }


def test_a_number_of_two_meanings_is_suggested_in_both() -> None:
    found = refusal('id,votes\nx,"1,200"\ny,900\n').suggestions
    assert [(each.code, dict(each.options)) for each in found[:2]] == [
        ("thousands", {"thousands": ","}),
        ("decimal_mark", {"decimal": ","}),
    ]
    assert found[0].sentence == "If '1,200' means 1200, submit with thousands=\",\"."
    assert found[1].sentence == "If '1,200' means 1.2, submit with decimal=\",\"."


def test_other_cells_of_the_column_decide_on_the_meaning() -> None:
    (only,) = refusal('v;w\n"1,200";x\n"1,5";y\n').suggestions[:1]
    assert (only.code, len(refusal('v;w\n"1,200";x\n"1,5";y\n').suggestions)) == (
        "decimal_mark",
        1,
    )
    assert refusal('v;w\n"1,200";x\n"1,200.5";y\n').suggestions[0].code == "thousands"


def test_both_readings_of_the_first_row_are_suggested() -> None:
    found = refusal("10,1\n20,2\n").suggestions
    assert [each.options for each in found] == [(("header", False),), (("header", True),)]


def test_both_delimiters_that_fit_are_suggested() -> None:
    found = refusal("a,b;c\n1,2;3\n").suggestions
    assert [each.options for each in found] == [(("delimiter", ","),), (("delimiter", ";"),)]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("a,b\n1,2,\n3,4\n", "trailing_delimiter", "Delete the empty field at the end"),
        ("a,b\n1,x,y\n3,4\n", "long_row", "Quote fields that contain the comma"),
        ("a,b\n1,38,72\n3,4\n", "unquoted_commas", "may be part of a number"),
        ("name\nAda\nGrace\n", "only_text", "Column 1 ('name') holds text ('Ada')"),
        ("région\nRhône\n", "only_text", "Column 1 ('région') holds text ('Rhône')"),
        ("a,b\n", "no_rows", "no rows"),
        ("a,b\n1,2\n3,4\nSource: x\n", "note", "a note below the table"),
        ("  1.5   2.5   3\n 10.5  20    4\n", "aligned_by_blanks", "several blanks"),
        ("v\n1\n5-\n", "misspelt", "out of place"),
    ],
)
def test_where_no_option_helps_the_cause_is_named(text: str, code: str, words: str) -> None:
    suggestion = refusal(text).suggestions[0]
    assert (suggestion.code, suggestion.options) == (code, ())
    assert words in suggestion.sentence


def test_a_marker_with_a_comma_is_written_as_a_query_needs_it() -> None:
    text = 'v;w\n1;x\n"-,";y\n'
    assert r'submit with missing="-\,"' in refusal(text).suggestions[0].sentence


def test_a_title_is_shown_and_where_the_table_begins() -> None:
    (found,) = refusal("Towns\n\ntown,people\nA,5\nB,6\n").suggestions
    assert found.sentence == (
        "If the table begins in line 3, below 'Towns', submit with skip_rows=2."
    )


faulty = st.one_of(
    tidy_files(bad=True),
    junk_files((b"1", b"2,5", b",", b";", b"\n", b"a", b"5%", b"-", b"1,200", b'"')),
)


@given(faulty, st.sampled_from([{}, {"delimiter": ";"}, {"decimal": ","}, {"header": True}]))
@example(b'n0,n1,n2\n0,,\n0,"a"b,"a,b"\n', {"delimiter": ";"})
def test_every_suggestion_that_is_followed_gets_past_its_fault(
    data: bytes, options: dict[str, object]
) -> None:
    options = {"step": 1, **options}
    first = answer(data, options)
    for suggestion in first.suggestions:
        if suggestion.options:
            result = answer(data, {**options, **dict(suggestion.options)})
            assert (result.refused, result.message) != (first.refused, first.message), suggestion
