"""The words that messages share."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.wording import (
    UNSEEN,
    counted,
    delimiter_name,
    listed,
    option,
    sentence,
    shortened,
    shown,
    visible,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,200", "'1,200'"),
        ("Île-de-France", "'Île-de-France'"),
        (r"a\b", r"'a\b'"),
        ("1'200", '"1\'200"'),
        ("5\"'", "'5\"''"),
        ("a\tb\n", "'a␉b␊'"),
        ("1\x00\x7f", "'1␀␡'"),
        ("\ufeff3", "'<U+FEFF>3'"),
        ("gr\udcf6sse", "'gr<F6>sse'"),
        ("1\u00a0200", "'1\u00a0200'"),
        ("", "''"),
        ("x" * 40, f"'{'x' * 40}'"),
        ("a" * 30 + "b" * 30, f"'{'a' * 26}…{'b' * 13}'"),
    ],
)
def test_a_cell_is_shown_as_it_is(text: str, expected: str) -> None:
    assert shown(text) == expected


@given(st.text(), st.integers(4, 60))
def test_a_text_that_is_cut_keeps_its_ends_and_its_limit(text: str, limit: int) -> None:
    short = shortened(text, limit)
    assert len(short) <= limit
    head, _, tail = short.partition("…")
    assert short == text or (text.startswith(head) and text.endswith(tail) and head and tail)


@given(st.text())
def test_whatever_is_shown_can_be_seen(text: str) -> None:
    unseen = {each for each in visible(text) if unicodedata.category(each) in UNSEEN}
    assert not unseen


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "0 fields"), (1, "1 field"), (2, "2 fields"), (1234, "1,234 fields")],
)
def test_numbers_agree_with_their_nouns(number: int, expected: str) -> None:
    assert counted(number, "field") == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_words_are_listed(words: list[str], expected: str) -> None:
    assert listed(words) == expected
    assert listed(words, "or") == expected.replace("and", "or")


def test_delimiters_have_names() -> None:
    assert (delimiter_name(";"), delimiter_name("\t"), delimiter_name("~")) == (
        "semicolon",
        "tab",
        "'~'",
    )


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("decimal", ",", 'decimal=","'),
        ("thousands", " ", 'thousands=" "'),
        ("thousands", "", 'thousands=""'),
        ("delimiter", "\t", r'delimiter="\t"'),
        ("header", False, "header=false"),
        ("skip_rows", 3, "skip_rows=3"),
        ("missing", ["-"], "missing=-"),
        ("missing", ["-", "a,b"], r'missing="-,a\,b"'),
        ("columns", ["price", 12], "columns=price,12"),
    ],
)
def test_an_option_is_written_as_it_is_typed(name: str, value: object, expected: str) -> None:
    assert option(name, value) == expected


def test_a_clause_becomes_a_sentence() -> None:
    assert sentence("the row is short") == "The row is short."
    assert sentence("'x' is no number") == "'x' is no number."
