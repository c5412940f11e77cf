"""How a file is written: each rule by example, and properties over generated files."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.dialect import Dialect, detect
from chalicelib.engine.naming import Naming, named
from chalicelib.engine.read_options import NumberOptions, ReadOptions
from chalicelib.engine.row_ends import RowEnd
from chalicelib.engine.sample import CANDIDATES, MAX_WINDOW_BYTES, WINDOW_BYTES, read_head
from chalicelib.errors import BadCsv, Fault
from tests.csv_files import junk_files, tidy_files


def dialect_of(text: str | bytes, options: ReadOptions | None = None, size: int = 999) -> Dialect:
    data = text.encode() if isinstance(text, str) else text
    blocks = (data[at : at + size] for at in range(0, len(data), size))
    head, remaining = read_head(blocks, options or ReadOptions())
    assert b"".join(remaining) == data
    return detect(head, options or ReadOptions())


def fault_of(text: str | bytes, options: ReadOptions | None = None) -> Fault:
    with pytest.raises(BadCsv) as bad:
        dialect_of(text, options)
    return bad.value.fault


def why(dialect: Dialect, name: str) -> str:
    return dict(dialect.reasons)[name]


# The delimiter.


@pytest.mark.parametrize("delimiter", CANDIDATES)
def test_the_delimiter_that_makes_rows_of_one_length_is_found(delimiter: str) -> None:
    rows = [["name", "n"], ["x, y; z", "1"], ["|", "2"]]
    text = "".join(f'"{name}"{delimiter}{n}\n' for name, n in rows)
    assert dialect_of(text).delimiter == delimiter
    assert why(dialect_of(text), "delimiter") == "all 3 rows looked at have 2 fields"


@pytest.mark.parametrize("text", ["v\n1\n2\n", "name\nAda\nGrace\n", "v", "", "\n\n"])
def test_a_file_without_a_delimiter_has_one_column_and_the_comma(text: str) -> None:
    dialect = dialect_of(text)
    assert dialect.delimiter == ","
    assert why(dialect, "delimiter") == "no delimiter splits the rows evenly"


def test_two_delimiters_that_fit_equally_well_are_refused_by_name() -> None:
    fault = fault_of("a,b;c\n1,2;3\n4,5;6\n")
    assert fault.code == "ambiguous_delimiter"
    assert fault.message == "comma and semicolon fit equally well as the delimiter"


def test_the_tab_is_named_where_it_is_ambiguous() -> None:
    assert "comma and tab fit equally well" in fault_of("a,b\tc\n1,2\t3\n").message


def test_delimiters_in_quotes_do_not_count() -> None:
    assert dialect_of('"a;1","b;2"\n"1;1","2;2"\n').delimiter == ","


def test_a_delimiter_that_leaves_text_after_a_quote_is_not_chosen() -> None:
    assert dialect_of('a,b;c,d\n1,2;3,4\n"x,y";z,w\n').delimiter == ";"


def test_line_feeds_in_quotes_end_no_row() -> None:
    assert dialect_of('a;b\n"1\n2\n3";4\n"x,y\nz";5\n').delimiter == ";"


def test_a_tenth_of_the_rows_may_be_broken() -> None:
    text = "a;b\n" + "1;2\n" * 10 + "1;2;3\n"
    assert dialect_of(text).delimiter == ";"
    assert why(dialect_of(text), "delimiter") == "11 of 12 rows looked at have 2 fields"


def test_rows_of_one_length_beat_nine_of_ten() -> None:
    assert dialect_of("a;b\n" + "1,5;2,5\n" * 30).delimiter == ";"


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("around", ["{}Source: somewhere\n", "Towns, 2020\nSource: x\n\n{}"])
def test_titles_in_front_and_notes_at_the_end_do_not_hide_the_delimiter(
    delimiter: str, around: str
) -> None:
    table = "town;people\nA;5\nB;6\n".replace(";", delimiter)
    assert dialect_of(around.format(table)).delimiter == delimiter


def test_a_delimiter_that_is_asked_for_is_taken_as_it_is() -> None:
    dialect = dialect_of("a;b\n1;2\n", ReadOptions(delimiter=","))
    assert (dialect.delimiter, why(dialect, "delimiter")) == (",", "asked for")


@pytest.mark.parametrize("line", ["sep=;\n", '"sep=;"\r\n', "SEP=; \n", "\ufeffsep=;\n"])
def test_excels_first_line_gives_the_delimiter_and_is_no_row(line: str) -> None:
    dialect = dialect_of(line + "a;b,c\n1;2,5\n")
    assert (dialect.delimiter, dialect.start, dialect.start_line) == (";", len(line.encode()), 1)


def test_excels_first_line_is_no_row_either_where_another_delimiter_is_asked_for() -> None:
    dialect = dialect_of("sep=;\na,b\n1,2\n", ReadOptions(delimiter=","))
    assert (dialect.delimiter, dialect.start) == (",", 6)


@pytest.mark.parametrize("header", ["sep=;x", "sep=1", "sep=", "separator=;"])
def test_a_header_that_resembles_excels_first_line_is_a_header(header: str) -> None:
    assert dialect_of(header + "\n1\n").start == 0


GERMAN = ReadOptions(numbers=NumberOptions(decimal=",", thousands="."))


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a;b\n1,5;2,5\n", ";"),
        ("x,y;b\n1,5;2,5\n", ";"),  # both fit, and the comma is the decimal mark
        ('a,b\n"1,5","2,5"\n', ","),
        ("v\n38,72\n0,28\n", ";"),
        ("v\n" + "38,72\n" * 50, ";"),
    ],
)
def test_a_decimal_comma_is_a_delimiter_only_where_it_must_be(text: str, delimiter: str) -> None:
    assert dialect_of(text, GERMAN).delimiter == delimiter


def test_numbers_with_decimal_commas_are_not_split_where_no_header_is_expected() -> None:
    options = ReadOptions(header=False, numbers=NumberOptions(decimal=","))
    assert dialect_of("38,72\n0,28\n", options).delimiter == ";"


def test_short_rows_do_not_hide_the_delimiter_where_they_are_filled_up() -> None:
    text = "a;b;c\n1;2;3\n4\n4;5\n6\n"
    assert dialect_of(text, ReadOptions(ragged="pad")).delimiter == ";"


def test_lines_of_comment_and_blank_rows_are_no_rows() -> None:
    text = '#x,y,z\na;b\n#"\n1;2\n \n#p,q,r\n#p,q,r\n3;4\n\x1a'
    dialect = dialect_of(text, ReadOptions(comment="#"))
    assert why(dialect, "delimiter") == "all 3 rows looked at have 2 fields"


def test_a_comment_sign_in_quotes_begins_no_comment() -> None:
    text = 'a;b\n"\n#,,\n";2\n3;4\n'
    dialect = dialect_of(text, ReadOptions(comment="#"))
    assert why(dialect, "delimiter") == "all 3 rows looked at have 2 fields"


def test_the_last_row_is_not_looked_at_where_it_is_dropped() -> None:
    text = "a;b\n1;2\nTotal"
    dialect = dialect_of(text, ReadOptions(last_row="drop"))
    assert why(dialect, "delimiter") == "all 2 rows looked at have 2 fields"


# Where rows begin.


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_skipped_lines_are_those_of_an_editor(end: str) -> None:
    titles = f'Towns, "all of them{end}source: census{end}{end}'
    dialect = dialect_of(titles + f"town;n{end}A;5{end}B;6{end}", ReadOptions(skip_rows=3))
    assert (dialect.start, dialect.start_line, dialect.delimiter) == (len(titles), 3, ";")


def test_more_lines_may_be_skipped_than_there_are() -> None:
    assert dialect_of("a\n1\n", ReadOptions(skip_rows=9)).start == 4


def test_skipped_lines_may_be_longer_than_the_window() -> None:
    titles = ("x" * 999 + "\n") * 200
    dialect = dialect_of(titles + "a;b\n1;2\n3;4\n", ReadOptions(skip_rows=200))
    assert (dialect.start, dialect.delimiter) == (len(titles), ";")


def test_skipped_lines_of_more_than_a_mebibyte_are_refused() -> None:
    fault = fault_of("x" * MAX_WINDOW_BYTES + "\na\n1\n", ReadOptions(skip_rows=1))
    assert fault.code == "too_many_skipped"


@pytest.mark.parametrize("marks", [0, 1, 2])
def test_byte_order_marks_are_skipped(marks: int) -> None:
    assert dialect_of("\ufeff" * marks + "a,b\n1,2\n").start == 3 * marks


def test_a_wide_file_is_looked_at_until_two_rows_are_complete() -> None:
    row = ";".join(["1,5"] * 30_000) + "\n"
    assert len(row) > WINDOW_BYTES
    assert dialect_of("n;" * 29_999 + "n\n" + row * 2).delimiter == ";"


def test_the_window_is_the_same_however_long_the_file_is() -> None:
    text = "a;b\n" + "1,5;2\n" * 30_000
    head, _ = read_head([text.encode()], ReadOptions())
    assert (len(head.data), head.eof) == (WINDOW_BYTES, False)
    assert detect(head, ReadOptions()).delimiter == ";"


# Row ends.


@pytest.mark.parametrize(
    ("end", "kind"),
    [("\n", RowEnd.LF), ("\r\n", RowEnd.CRLF), ("\r", RowEnd.CR), ("\r\r\n", RowEnd.CRCRLF)],
)
def test_every_row_end_is_found(end: str, kind: RowEnd) -> None:
    dialect = dialect_of(end.join(["a;b", '"1\n";2', "3;4", ""]))
    assert (dialect.row_end, dialect.delimiter) == (kind, ";")


def test_mixed_row_ends_are_refused_at_their_place_in_the_file() -> None:
    fault = fault_of("\ufefftitle\na,b\n1,2\r3,4\n", ReadOptions(skip_rows=1))
    assert (fault.code, fault.line, fault.byte) == ("lone_carriage_return", 2, 16)


# Header or not.


@pytest.mark.parametrize(
    "text",
    [
        "10,1\n20,2\n30,3\n",
        "Chile,10\nPeru,20\n",
        "1.5;x\n2.5;y\n",
        '"1,200",a\n"1,300",b\n',
        "1990,5.2\n1991,5.3\n",
        "1990\n1991\n1992\n",
        "5,,3\n6,1,2\n",
        "5%\n6%\n",
        "7\n" + "x\n" * 8 + "8\n",
        ",9.5,9.6\n9.4,0,1\n9.5,2,3\n",
        ",0,1\n3,5,6\n9,7,8\n",
        ",0,\n0,5,6\n1,7,8\n",
        ",0,1\nx,5,6\nx,7,8\n",
    ],
)
def test_a_first_row_of_numbers_over_numbers_is_refused_and_read_with_both_options(
    text: str,
) -> None:
    assert fault_of(text).code == "header_looks_like_data"
    assert dialect_of(text, ReadOptions(header=True)).header is True
    assert dialect_of(text, ReadOptions(header=False)).header is False


@pytest.mark.parametrize(
    "text",
    [
        "country,1990,2000\nChile,1,2\n",
        "1990,2000\n5,6\n7,8\n",
        "a,5\n1,2\n",
        "a,b\nx,y\n",
        "5,6\nx,y\n",
        "v\n1\n",
        ",a\n1,2\n",
        "10,20\n",
        ",0,1\n0,5,6\n1,7,8\n",
        '"","1","2"\n"row a",5,6\n"row b",7,8\n',
        "7,a\n" + "x,1\n" * 20 + "8,1\n",
    ],
)
def test_a_first_row_that_may_be_names_is_a_header(text: str) -> None:
    assert dialect_of(text).header is True


def test_a_first_row_is_a_number_by_the_options() -> None:
    text = "1~234;x\n5~678;y\n"
    assert dialect_of(text).header
    options = ReadOptions(numbers=NumberOptions(thousands="~"))
    assert fault_of(text, options).code == "header_looks_like_data"


def test_a_marker_for_missing_values_is_no_name_of_a_number() -> None:
    options = ReadOptions(numbers=NumberOptions(missing=("-",)))
    assert fault_of("-,5\n1,2\n", options).code == "header_looks_like_data"


# Names and columns.


@pytest.mark.parametrize(
    ("text", "naming", "columns"),
    [
        ("a,b\n1,2\n3,4\n", Naming.PLAIN, ["a", "b"]),
        ("a,b\n1,2,\n3,4,\n", Naming.LAST_UNNAMED, ["a", "b", ""]),
        ("a,b,\n1,2\n3,4\n", Naming.LAST_NAME_EMPTY, ["a", "b"]),
        ("x,y\n1,10,100\n2,20,200\n", Naming.ROW_NAMES, ["", "x", "y"]),
        ("x,y\n0,1,5\n1,2,25\n", Naming.ROW_NAMES, ["", "x", "y"]),
        ("mpg,cyl\nMazda RX4,21.0,6\nDatsun,22.8,4\n", Naming.ROW_NAMES, ["", "mpg", "cyl"]),
        ('"x","y"\n"a",1,2\n"b",3,4\n', Naming.ROW_NAMES, ["", "x", "y"]),
        ('"x","y"\n"7",1,2\n"8",3,4\n', Naming.ROW_NAMES, ["", "x", "y"]),
        ("x\ty\nr1\t1\t2\nr2\t3\t4\n", Naming.ROW_NAMES, ["", "x", "y"]),
        ("x\n1;10\n2;20\n", Naming.ROW_NAMES, ["", "x"]),
    ],
)
def test_names_belong_to_the_right_columns(text: str, naming: Naming, columns: list[str]) -> None:
    dialect = dialect_of(text)
    assert dialect.naming is naming
    assert (
        named(text.split("\n", maxsplit=1)[0].replace('"', "").split(dialect.delimiter), naming)
        == columns
    )


@pytest.mark.parametrize(
    "text",
    [
        "v\n38,72\n39,28\n",  # decimal commas
        "v\n1,10\n2,20\n",  # they too, perhaps
        "town,price\nBerlin,38,72\nRom,0,28\n",
        "price,count\n38,72,5\n0,28,6\n",
        "a,b\n7,1,2\n9,3,4\n",  # not counted up
        "no,price\n1,38,720\n2,0,280\n",  # the first name is that of the count
        "row,price\n1,38,72\n2,0,28\n",
        "a,price\n1,38,72\n2,0,28\n",  # prices, perhaps
        "a,share\n1,3,5\n2,0,5\n",
        '"town","price"\n"Berlin",38,72\n"Rome",1,05\n',
        "a,b\nx,1,2\nx,3,4\n",  # no two rows have one name
        "Towns\ntown;people\nA;5\nB;6\n",  # a title
        "a,b\n1,2,\n3,4,5\n6,7,\n",
        "a,b,c\n1,2\n3,4\n",
        "a,b\n1,2,3\n4,5\n",
        "a\n1,2,3\n4,5,6\n",
    ],
)
def test_a_header_of_another_length_without_a_known_cause_shifts_no_names(text: str) -> None:
    assert dialect_of(text).naming is Naming.PLAIN


def test_without_a_header_no_names_are_looked_for() -> None:
    dialect = dialect_of("5,6\n1,10,100\n2,20,200\n", ReadOptions(header=False))
    assert dialect.naming is Naming.PLAIN


# Encodings.


def test_names_decide_on_the_encoding() -> None:
    assert dialect_of("Straße,n\nx,1\n").encoding == "utf-8"
    assert dialect_of("Straße,n\nx,1\n".encode("latin-1")).encoding == "windows-1252"
    assert dialect_of("n,m\né,1\n".encode("latin-1")).encoding == "windows-1252"
    assert dialect_of(b"\xef\xbb\xbfn,m\n\xe9,1\n").encoding == "utf-8"
    options = ReadOptions(encoding="latin-1")
    assert dialect_of("n,m\né,1\n".encode("latin-1"), options).encoding == "latin-1"


def test_utf_16_is_reported_though_its_text_comes_in_utf_8() -> None:
    head, _ = read_head([b"a,b\n1,2\n"], ReadOptions())
    assert detect(head, ReadOptions(), utf16=True).encoding == "utf-16"


# All of it.


def test_a_dialect_tells_the_job_what_was_found_asked_and_why() -> None:
    asked = ReadOptions(encoding="latin-1")
    found: Mapping[str, object] = dialect_of("a;b\r\n1;2\r\n", asked).as_dict(asked)
    assert found == {
        "delimiter": {
            "found": ";",
            "asked": "auto",
            "why": "all 2 rows looked at have 2 fields",
        },
        "encoding": {"found": "latin-1", "asked": "latin-1", "why": "asked for"},
        "row_end": {"found": "crlf", "asked": "auto", "why": "the first rows end with CRLF"},
        "header": {
            "found": True,
            "asked": "auto",
            "why": "the first row does not consist of numbers as the rows below it do",
        },
    }


Outcome = Dialect | Fault


def outcome(data: bytes, options: ReadOptions, size: int) -> Outcome:
    try:
        return dialect_of(data, options, size)
    except BadCsv as bad:
        return bad.fault


any_options = st.builds(
    ReadOptions,
    delimiter=st.sampled_from(["auto", "auto", ",", ";"]),
    header=st.sampled_from([None, None, True, False]),
    skip_rows=st.sampled_from([0, 0, 1, 3]),
    comment=st.sampled_from(["", "", "a", "1"]),
    ragged=st.sampled_from(["fail", "pad"]),
    last_row=st.sampled_from(["keep", "drop"]),
    numbers=st.sampled_from([NumberOptions(), NumberOptions(decimal=",", thousands=".")]),
)
separators = (b'"', b",", b";", b"\t", b"|", b"\n", b"\r\n", b"\r", b"1", b"a", b" ", b"\xc3\xa9")


@given(st.one_of(tidy_files(bad=True), junk_files(separators)), any_options)
def test_any_bytes_have_one_dialect_or_one_fault_whatever_the_blocks(
    data: bytes, options: ReadOptions
) -> None:
    first, *others = [outcome(data, options, size) for size in (1, 3, 1000)]
    assert others == [first, first]
    if isinstance(first, Fault):
        assert first.code in {
            "ambiguous_delimiter",
            "header_looks_like_data",
            "lone_carriage_return",
        }


texts = st.text("ab ,;\t|\n\"'1é.-", max_size=6)


@given(
    st.sampled_from(CANDIDATES),
    st.integers(2, 5).flatmap(
        lambda fields: st.lists(
            st.lists(texts, min_size=fields, max_size=fields), min_size=2, max_size=8
        )
    ),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_the_delimiter_that_a_table_was_written_with_is_found_or_called_ambiguous(
    delimiter: str, table: list[list[str]], end: str
) -> None:
    text = end.join(delimiter.join(map(quote, row)) for row in table) + end
    try:
        found = dialect_of(text, ReadOptions(header=True)).delimiter
    except BadCsv as bad:
        assert bad.fault.code == "ambiguous_delimiter"
        assert repr(delimiter) in bad.fault.message
    else:
        assert found == delimiter


def quote(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
