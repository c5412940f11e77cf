"""Options: what is accepted and what is refused, from a query and from JSON."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.options import Options
from chalicelib.engine.read_options import NumberOptions, ReadOptions
from chalicelib.errors import BadRequest
from chalicelib.jobs.options import NAMES, parse_options

ALL = Options(
    columns=("price", 12, "a,b"),
    non_numeric="skip",
    read=ReadOptions(
        delimiter=";",
        header=False,
        encoding="windows-1252",
        skip_rows=3,
        comment="#",
        ragged="pad",
        last_row="drop",
        numbers=NumberOptions(decimal=",", thousands=".", strip="€%", missing=("-", "?")),
    ),
)
IN_JSON = {
    "columns": ["price", 12, "a,b"],
    "non_numeric": "skip",
    "delimiter": ";",
    "header": False,
    "encoding": "windows-1252",
    "skip_rows": 3,
    "comment": "#",
    "ragged": "pad",
    "last_row": "drop",
    "decimal": ",",
    "thousands": ".",
    "strip": "€%",
    "missing": ["-", "?"],
}
IN_A_QUERY = {name: str(value) for name, value in IN_JSON.items()} | {
    "columns": r"price,12,a\,b",
    "header": "false",
    "missing": "-,?",
}


@pytest.mark.parametrize(
    ("given_options", "options"),
    [
        ({}, Options()),
        ({"step": "3", "first": "2"}, Options(step=3, first=2)),
        ({"step": 3, "first": 2}, Options(step=3, first=2)),
        ({"header": "1", "delimiter": "\t"}, Options(read=ReadOptions("\t", True))),
        ({"delimiter": "\\t"}, Options(read=ReadOptions("\t"))),
        ({"columns": "", "missing": "", "comment": "", "strip": ""}, Options()),
        ({"columns": r"\2020"}, Options(columns=("2020",))),
        ({"columns": ["2020", 0]}, Options(columns=("2020", 0))),
        (IN_JSON, ALL),
        (IN_A_QUERY, ALL),
    ],
)
def test_options_are_read_from_texts_and_from_json(
    given_options: dict[str, object], options: Options
) -> None:
    assert parse_options(given_options) == options


@pytest.mark.parametrize("options", [Options(), Options(step=2, first=5), ALL])
def test_the_options_of_a_job_can_be_submitted_as_they_are_shown(options: Options) -> None:
    assert tuple(options.as_dict()) == NAMES
    assert parse_options(options.as_dict()) == options
    assert Options.of(options.as_dict()) == options


def test_null_is_the_same_as_leaving_an_option_out() -> None:
    assert parse_options(dict.fromkeys(NAMES)) == Options()


def test_the_options_of_an_old_job_are_read_as_they_were_meant() -> None:
    stored = {"step": 3, "first": 1, "delimiter": ",", "header": True, "non_numeric": "fail"}
    assert Options.of(stored) == Options(3, 1, (), "fail", ReadOptions(",", True))


@pytest.mark.parametrize("name", ["step", "first", "skip_rows"])
@pytest.mark.parametrize(
    "value", ["", "x", "-1", "1.5", "1e3", "٣", "99999999999", " 1", True, 1.0, [1], {"a": 1}]
)
def test_what_is_not_a_number_in_range_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(BadRequest, match=name):
        parse_options({name: value})


@pytest.mark.parametrize("name", ["delimiter", "comment"])
@pytest.mark.parametrize(
    "value", [",,", '"', "\n", "\r", "\0", "1", "e", "+", "-", ".", "é", "´", 5, [","]]
)
def test_a_character_of_numbers_or_quotes_is_no_delimiter_and_no_comment(
    name: str, value: object
) -> None:
    with pytest.raises(BadRequest, match=f"^{name} must be"):
        parse_options({name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("delimiter", ""),
        ("header", "maybe"),
        ("header", 1),
        ("non_numeric", "ignore"),
        ("step", "0"),
        ("encoding", "utf8"),
        ("ragged", True),
        ("last_row", "skip"),
        ("columns", "a,"),
        ("columns", "a,,b"),
        ("columns", "a\\"),
        ("columns", [1.5]),
        ("columns", [-1]),
        ("columns", [True]),
        ("columns", [""]),
        ("columns", ["\ud800"]),
        ("columns", 7),
        ("columns", "a,a"),
        ("columns", ["a", "b", "a"]),
        ("missing", "-,"),
        ("missing", [1]),
        ("missing", {"-": 1}),
        ("decimal", ""),
        ("decimal", "1"),
        ("decimal", ",."),
        ("thousands", "x"),
        ("thousands", "."),
        ("strip", "€1"),
        ("strip", "."),
        ("strip", ["€"]),
        ("strip", "€" * 1001),
    ],
)
def test_other_values_are_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(BadRequest, match=name) as refused:
        parse_options({name: value})
    assert refused.value.detail.endswith(".")


@pytest.mark.parametrize("other", [{"step": 2}, {"first": "0"}])
def test_columns_and_a_step_exclude_each_other(other: dict[str, object]) -> None:
    with pytest.raises(BadRequest, match=f"columns and {next(iter(other))} exclude each other"):
        parse_options({"columns": ["a"], **other})


def test_options_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(BadRequest, match="decimal and thousands"):
        parse_options({"decimal": ",", "thousands": ","})
    with pytest.raises(BadRequest, match="comment and delimiter"):
        parse_options({"comment": ";", "delimiter": ";"})


def test_an_unknown_option_is_refused_with_the_list_of_all() -> None:
    with pytest.raises(BadRequest, match=rf"delimeter.*{', '.join(NAMES)}"):
        parse_options({"delimeter": ","})


@given(
    st.text(),
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(),
        st.lists(st.integers()),
        st.binary(),
    ),
)
def test_any_json_value_is_accepted_or_refused_with_a_sentence(name: str, value: object) -> None:
    for given_options in ({name: value}, *({each: value} for each in NAMES)):
        try:
            assert isinstance(parse_options(given_options), Options)
        except BadRequest as refused:
            assert refused.detail.endswith(".")
