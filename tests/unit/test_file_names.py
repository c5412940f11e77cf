"""Names of files: what is accepted and what is refused, from a path and from JSON."""

import pytest

from chalicelib.errors import BadRequest
from chalicelib.jobs.file_names import parse_name
from chalicelib.web.requests import name_in_path


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
