"""What a client reads about a fault: sentences, suggestions, and the lines around it."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.dialect import Dialect, detect
from chalicelib.engine.errors import BadCsv, Fault
from chalicelib.engine.evidence import Evidence
from chalicelib.engine.excerpt import MAX_LINE_CHARS, Style, excerpt_of
from chalicelib.engine.explain import Explanation, explain
from chalicelib.engine.nearby import Nearby
from chalicelib.engine.read_options import ReadOptions
from chalicelib.engine.sample import read_head
from chalicelib.engine.sums import refusal


def explained(data: bytes, fault: Fault, options: ReadOptions | None = None) -> Explanation:
    options = options or ReadOptions()
    head, _ = read_head([data], options)
    dialect: Dialect | None = None
    with suppress(BadCsv):
        dialect = detect(head, options)
    return explain(fault, Evidence(head, options, dialect))


def test_a_cell_is_explained_by_its_place_its_text_and_an_option() -> None:
    data = b'id;Preis\n1;5\n2;"1.234,50"\n'
    message = refusal("looks_like_a_number", "1.234,50")
    found = explained(data, Fault("looks_like_a_number", message, 2, 15, 1))
    assert found.detail == (
        "Line 3, column 2 ('Preis'): '1.234,50' looks like a number, but is not written as the"
        ' options say. If \'1.234,50\' means 1234.5, submit with decimal="," and thousands=".".'
    )
    assert dict(found.suggestions[0].options) == {"decimal": ",", "thousands": "."}


def test_both_meanings_of_a_number_are_explained() -> None:
    data = b'id,n\n1,"1,200"\n2,900\n'
    found = explained(data, Fault("looks_like_a_number", "it looks like a number", 1, 7, 1))
    assert found.detail.endswith(
        "If '1,200' means 1200, submit with thousands=\",\"."
        " If '1,200' means 1.2, submit with decimal=\",\"."
    )


@pytest.mark.parametrize(
    ("asked", "advice"),
    [
        (("prise",), "If 'prise' means 'price', submit with columns=price."),
        (("id", "prise"), "If 'prise' means 'price', submit with columns=id,price."),
        ((2, "prise"), "If 'prise' means 'price', submit with columns=2,price."),
        (("price", "prise"), "If 'prise' means 'price', submit with columns=price."),
        (
            ("tex", "prise"),
            "If 'tex' means 'tax' and 'prise' means 'price', submit with columns=tax,price.",
        ),
        (("elsewhere",), "To sum only the columns of numbers, submit with columns=id,price,tax."),
        (("prise", 9), "To sum only the columns of numbers, submit with columns=id,price,tax."),
    ],
)
def test_the_names_that_were_probably_meant_are_suggested_in_place_of_misspelled_ones(
    asked: tuple[str | int, ...], advice: str
) -> None:
    head, _ = read_head([b"id,price,tax\n1,2.5,1\n2,3,2\n"], ReadOptions())
    evidence = Evidence(head, ReadOptions(), detect(head, ReadOptions()), asked=asked)
    found = explain(Fault("no_column", "there is no such column"), evidence)
    assert found.detail == f"There is no such column. {advice}"


@pytest.mark.parametrize(
    ("asked", "advice"),
    [
        ("price", "If the first row has the names, submit with header=true."),
        ("prise", "Choose another column; the first one has the index 0."),
    ],
)
def test_a_name_in_the_first_row_of_a_file_without_header_suggests_that_it_has_one(
    asked: str, advice: str
) -> None:
    options = ReadOptions(header=False)
    head, _ = read_head([b"id,price\n1,2.5\n2,3\n"], options)
    evidence = Evidence(head, options, detect(head, options), asked=(asked,))
    found = explain(Fault("no_column", "there is no such column"), evidence)
    assert found.detail.startswith(f"There is no such column. {advice}")


@pytest.mark.parametrize(
    ("rows", "fault", "advice"),
    [
        (b"1,2\n3\n5,6\n", (4, "short_row"), "To fill short rows up with empty fields"),
        (b"1,2\n3,4,\n5,6\n", (4, "trailing_delimiter"), "Delete the empty field"),
        (b"1,2\n3,x,y\n5,6\n", (4, "long_row"), "Quote fields that contain the comma"),
        (b"1,2\n3", (4, "half_written"), "To leave out the last row"),
    ],
)
def test_the_row_at_fault_is_found_in_the_file(
    rows: bytes, fault: tuple[int, str], advice: str
) -> None:
    at, code = fault
    found = explained(b"a,b\n" + rows, Fault("ragged_row", "the row is ragged", 2, 4 + at))
    assert found.suggestions[0].code == code
    assert found.detail.startswith(f"Line 3: the row is ragged. {advice}")


def test_a_fault_of_the_file_has_no_place() -> None:
    fault = Fault("not_csv", "the file is JSON", 0, 0, advice="convert it to CSV")
    found = explained(b'{"a": 1}', fault)
    assert (found.detail, found.excerpt) == ("The file is JSON. Convert it to CSV.", None)


def test_what_is_near_a_fault_beyond_the_head_is_used() -> None:
    options = ReadOptions()
    data = b"a,b\n" + b"1,2\n" * 40_000 + b"3\n"
    head, _ = read_head([data], options)
    near = Nearby(data[-10:], len(data) - 10, eof=True)
    fault = Fault("ragged_row", "the row has 1 field instead of 2", 40_001, len(data) - 2)
    found = explain(fault, Evidence(head, options, detect(head, options), near=near))
    assert found.detail.startswith("Line 40,002: the row has 1 field instead of 2. To fill short")
    assert found.excerpt
    assert found.excerpt.lines == ((40_001, "1,2"), (40_002, "3"))


def test_every_row_end_and_encoding_is_shown() -> None:
    data = "größe,text\r\n1,é\r\nx,ü\r\n2,a\r\n".encode("cp1252")
    found = explained(data, Fault("not_a_number", "'x' is not a number", 2, data.index(b"x,"), 0))
    assert found.detail.startswith("Line 3, column 1 ('größe'): 'x' is not a number.")
    assert found.excerpt
    assert found.excerpt.as_dict() == {
        "lines": [
            {"line": 2, "text": "1,é"},
            {"line": 3, "text": "x,ü"},
            {"line": 4, "text": "2,a"},
        ],
        "line": 3,
        "from": 0,
        "to": 1,
        "bytes": [17, 18],
    }


@pytest.mark.parametrize(
    ("line", "fault", "marked"),
    [
        (b'1,"a b",3', Fault("not_a_number", "", 1, 6, 1), '"a b"'),
        (b"1,2,3,4", Fault("ragged_row", "", 1, 4), ",4"),
        (b"1,2", Fault("ragged_row", "", 1, 4), "1,2"),
        (b'1,"2', Fault("unclosed_quote", "", 1, 6), '"'),
        (b'1,"2" x,3', Fault("text_after_quote", "", 1, 9), " x"),
        (b"1,2\r3", Fault("lone_carriage_return", "", 1, 7), "␍"),
        (b"1\t2\x00", Fault("nul_byte", "", 1, 7), "␀"),
    ],
)
def test_what_is_at_fault_is_marked(line: bytes, fault: Fault, marked: str) -> None:
    near = Nearby(b"abc\n" + line + b"\n", 0, eof=True)
    excerpt = excerpt_of(fault, near, Style(fields=3))
    assert excerpt
    text = dict(excerpt.lines)[2]
    assert text[excerpt.begin : excerpt.end] == marked


@given(
    st.lists(st.text(), min_size=1, max_size=4),
    st.data(),
    st.integers(0, 3),
    st.sampled_from(["not_a_number", "ragged_row", "unclosed_quote", "text_after_quote"]),
)
def test_an_excerpt_is_short_and_its_mark_is_inside(
    lines: list[str], draw: st.DataObject, fields: int, code: str
) -> None:
    data = "\n".join(lines).encode()
    at = draw.draw(st.integers(0, max(len(data) - 1, 0)))
    fault = Fault(code, "", data.count(b"\n", 0, at), at)
    excerpt = excerpt_of(fault, Nearby(data, 0, eof=True), Style(fields=fields))
    assert excerpt
    texts = dict(excerpt.lines)
    assert 1 <= len(texts) <= 3
    assert list(texts) == sorted(texts)
    assert all(len(text) <= MAX_LINE_CHARS for text in texts.values())
    assert 0 <= excerpt.begin <= excerpt.end <= len(texts[excerpt.line])
    assert excerpt.first_byte == at <= excerpt.last_byte <= len(data) or code == "ragged_row"
    assert "\n" not in "".join(texts.values())
