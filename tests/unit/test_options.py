"""Names and options: what is accepted and what is refused, from a query and from JSON."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.options import Options
from chalicelib.errors import BadRequest
from chalicelib.jobs.options import parse_name, parse_options
from chalicelib.web.requests import name_in_path


@pytest.mark.parametrize(
    ("given_options", "options"),
    [
        ({}, Options()),
        ({"step": "3", "first": "2"}, Options(step=3, first=2)),
        ({"step": 3, "first": 2, "header": False}, Options(step=3, first=2, header=False)),
        ({"header": "false", "delimiter": ";"}, Options(header=False, delimiter=";")),
        (
            {"header": "1", "delimiter": "\t", "non_numeric": "skip"},
            Options(delimiter="\t", non_numeric="skip"),
        ),
    ],
)
def test_options_are_read_from_texts_and_from_json(
    given_options: dict[str, object], options: Options
) -> None:
    assert parse_options(given_options) == options


@pytest.mark.parametrize("name", ["step", "first"])
@pytest.mark.parametrize(
    "value", ["", "x", "-1", "1.5", "1e3", "٣", "99999999999", " 1", None, True, 1.0, [1], {"a": 1}]
)
def test_what_is_not_a_number_in_range_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(BadRequest, match=name):
        parse_options({name: value})


@pytest.mark.parametrize(
    "value", ["", ",,", '"', "\n", "\r", "\0", "1", "e", "+", "-", ".", "é", "´", None, 5, [","]]
)
def test_a_delimiter_that_cannot_be_one_is_refused(value: object) -> None:
    with pytest.raises(BadRequest, match="delimiter"):
        parse_options({"delimiter": value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("header", "maybe"),
        ("header", 1),
        ("non_numeric", "ignore"),
        ("non_numeric", None),
        ("step", "0"),
    ],
)
def test_other_values_are_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(BadRequest, match=name):
        parse_options({name: value})


def test_an_unknown_option_is_refused_with_the_list_of_all() -> None:
    with pytest.raises(BadRequest, match=r"delimeter.*step, first, delimiter, header, non_numeric"):
        parse_options({"delimeter": ","})


@pytest.mark.parametrize(
    "name",
    ["data.csv", "a b.csv", "sub/x.csv", "день.csv", "😀", "..csv", "a..b/c", "a%2Fb", "x" * 1024],
)
def test_a_name_below_the_folder_is_accepted_as_it_is(name: str) -> None:
    assert parse_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/",
        "/etc/passwd",
        "../x",
        "a/../x",
        "a/./x",
        "a//b",
        "a/",
        "..",
        ".",
        "a\\b",
        "..\\x",
        "a\0b",
        "a\nb",
        "a\x7fb",
        "a\udce9",
        "x" * 1025,
    ]
    + ["é" * 513, None, 5, ["a"]],
)
def test_a_name_that_could_lead_elsewhere_is_refused(name: object) -> None:
    with pytest.raises(BadRequest):
        parse_name(name)


@pytest.mark.parametrize(
    ("segment", "name"),
    [
        ("csv_name=data.csv", "data.csv"),
        ("csv_name=a%20b+c.csv", "a b+c.csv"),
        ("csv_name=sub%2Fx.csv", "sub/x.csv"),
    ]
    + [
        ("csv_name=%252e%252e%252fx", "%2e%2e%2fx"),
        ("csv_name=", ""),
        ("csv_name=%D0%B4.csv", "д.csv"),
        ("favicon.ico", None),
        ("csv_name", None),
    ],
)
def test_a_name_is_percent_decoded_once(segment: str, name: str | None) -> None:
    assert name_in_path(segment) == name


@pytest.mark.parametrize(
    "segment",
    [
        "csv_name=..%2f..%2fetc%2fpasswd",
        "csv_name=%2e%2e/x",
        "csv_name=%00",
        "csv_name=..%5cx",
        "csv_name=%2Fetc",
    ],
)
def test_a_decoded_way_out_is_refused(segment: str) -> None:
    with pytest.raises(BadRequest):
        parse_name(name_in_path(segment))


def test_a_name_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(BadRequest, match="UTF-8"):
        name_in_path("csv_name=%ff.csv")


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
    for given_options in (
        {name: value},
        {"step": value},
        {"delimiter": value},
        {"header": value},
        {"non_numeric": value},
    ):
        try:
            assert isinstance(parse_options(given_options), Options)
        except BadRequest as refused:
            assert refused.detail.endswith(".")
