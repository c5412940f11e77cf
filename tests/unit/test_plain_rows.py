"""Rows without quotes, split by the fast reader: they are those of the reader that defines them."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from chalicelib.engine.plain_rows import is_plain, iter_plain_rows
from chalicelib.engine.rows import iter_rows
from chalicelib.engine.states import Grammar

PIECES = (b",", b";", b"\t", b" ", b"\n", b"\r\n", b"1", b"a", b"\xc3\xa9", b"\xe9", b".", b"+")


@given(
    st.lists(st.sampled_from(PIECES)).map(b"".join),
    st.sampled_from([b",", b";", b"\t", b" "]),
    st.booleans(),
)
@example(b"\t\n \n,\n\n1", b",", True)
@example(b"\t\n", b"\t", True)
def test_plain_rows_are_those_of_the_reader_that_defines_rows(
    data: bytes, delimiter: bytes, eof: bool
) -> None:
    grammar = Grammar(delimiter)
    assume(is_plain(data, grammar))
    expected = [row for row in iter_rows(data, grammar, eof=eof) if row.cells]
    assert list(iter_plain_rows(data, grammar, eof=eof)) == expected


@pytest.mark.parametrize("data", [b'a,"b"\n', b"a\rb\n", b"a\r", b"a\r\r\n", b"a\0\n", b"a\n\x1a"])
def test_what_needs_the_other_reader_is_not_plain(data: bytes) -> None:
    assert not is_plain(data, Grammar(b","))


def test_a_file_with_comments_is_not_plain() -> None:
    assert not is_plain(b"a,b\n", Grammar(b",", b"#"))
