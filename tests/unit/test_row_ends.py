"""Row ends: found, refused where they are mixed, and translated without moving a byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.row_ends import KINDS, RowEnd, find_row_end, translate
from chalicelib.engine.rows import iter_rows
from chalicelib.engine.states import Grammar
from chalicelib.errors import BadCsv
from tests.csv_files import junk_files

ENDS = {kind: end for end, kind in KINDS.items()}


def found(text: bytes, *, eof: bool = True) -> RowEnd:
    return find_row_end(text, Grammar(b","), eof=eof)


def translated(text: bytes, kind: RowEnd, size: int = 1000) -> bytes:
    return b"".join(translate((text[at : at + size] for at in range(0, len(text), size)), kind))


cells = st.text("ab1 ,", max_size=4).map(lambda text: f'"{text}"' if "," in text else text)
quoted = st.text('ab,"\n\r', max_size=5).map(lambda text: '"' + text.replace('"', '""') + '"')
tables = st.lists(st.tuples(cells, st.one_of(cells, quoted)), min_size=1, max_size=6)


@given(tables, st.sampled_from(RowEnd), st.booleans())
def test_the_row_end_of_all_rows_is_found_whatever_is_quoted(
    table: list[tuple[str, str]], kind: RowEnd, ended: bool
) -> None:
    end = ENDS[kind].decode()
    text = end.join(",".join(row) for row in table) + (end if ended else "")
    assert found(text.encode()) is (kind if ended or len(table) > 1 else RowEnd.LF)


@given(tables, st.sampled_from(RowEnd), st.integers(1, 9))
def test_translated_rows_are_those_of_line_feeds(
    table: list[tuple[str, str]], kind: RowEnd, size: int
) -> None:
    def rows(text: bytes) -> list[list[str]]:
        read = [row.cells for row in iter_rows(text, Grammar(b","), eof=True) if row.cells]
        return [[cell.replace("\r", "\n").replace("\n", "") for cell in row] for row in read]

    lines = [",".join(row).encode() for row in table]
    text = ENDS[kind].join(lines) + ENDS[kind]
    other = translated(text, kind, size)
    assert len(other) == len(text)
    assert rows(other) == rows(b"\n".join(lines) + b"\n")


@given(junk_files((b"\r", b"\n", b"\r\n", b"\r\r\n", b"a", b'"')), st.sampled_from(RowEnd))
def test_a_part_is_translated_by_itself_as_the_file_is(text: bytes, kind: RowEnd) -> None:
    """A part reads on beyond its end, so that what follows it is known."""
    expected = translated(text, kind)
    for start in range(len(text)):
        assert translated(text[start:], kind) == expected[start:]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_translation_does_not_depend_on_the_blocks(size: int) -> None:
    text = b"a\r\r\nb\r\r\r\nc\rd\n\r\r"
    for kind in RowEnd:
        assert translated(text, kind, size) == translated(text, kind)


@pytest.mark.parametrize(
    ("text", "line", "byte"),
    [
        (b"a,b\n1,2\r3,4\n", 1, 7),
        (b"a,b\r1,2\r3,4\n", 2, 11),
        (b"a,b\r\r\n1,2\r\n", 1, 9),
        (b'a,"\r"\r\n1,2\r3,4', 2, 10),
    ],
)
def test_mixed_row_ends_are_refused_where_they_change(text: bytes, line: int, byte: int) -> None:
    with pytest.raises(BadCsv) as bad:
        found(text)
    fault = bad.value.fault
    assert (fault.code, fault.line, fault.byte) == ("lone_carriage_return", line, byte)


def test_lf_and_crlf_may_be_mixed_and_the_first_is_reported() -> None:
    assert found(b'"a\n"\r\n1\n2\n') is RowEnd.CRLF
    assert found(b'"a\r\n"\n1\r\n2\r\n') is RowEnd.LF
    assert found(b'"\r"\n1\r\n2\r\n') is RowEnd.LF


@pytest.mark.parametrize("text", [b"a\r\n1\r", b"a\r\r\n1\r", b"a\r\r\n1\r\r", b"a\r1\r"])
def test_a_row_end_that_is_cut_by_the_window_does_not_count(text: bytes) -> None:
    assert found(text, eof=False) in (RowEnd.CRLF, RowEnd.CRCRLF, RowEnd.CR)


def test_a_line_feed_in_a_file_of_carriage_returns_is_refused_by_the_readers() -> None:
    text = translated(b"a,b\r1,2\r" * 5 + b"3,4\n5,6\r", RowEnd.CR)
    with pytest.raises(BadCsv, match="carriage return"):
        list(iter_rows(text, Grammar(b","), eof=True))
