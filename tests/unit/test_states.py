"""The state machine of quotes, against one that steps byte by byte, and against the csv module."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.engine.states import Grammar, State, first_row, open_quote, scan_state
from tests.csv_files import junk_files
from tests.kernels import STATES

JUNK = junk_files((b'"', b",", b"\n", b"\r", b"a", b'""', b',"', b'",'))


def step(state: State, byte: int) -> State:
    """Take one byte, by the table of states in docs/architecture.md."""
    if byte == ord('"'):
        return {State.QUOTED: State.FIELD, State.TEXT: State.TEXT}.get(state, State.QUOTED)
    if state is State.QUOTED:
        return state
    if byte == ord("\n"):
        return State.ROW
    return State.FIELD if byte in b",\r" else State.TEXT


@given(JUNK, st.sampled_from(STATES))
@example(b'"', State.TEXT)
@example(b'a"b",c', State.ROW)
def test_scanning_gives_the_state_of_stepping_byte_by_byte(data: bytes, state: State) -> None:
    expected = state
    for byte in data:
        expected = step(expected, byte)
    assert scan_state(data, state, Grammar(b",")) is expected


@given(JUNK, JUNK, st.sampled_from(STATES))
def test_scanning_in_two_pieces_gives_the_state_of_scanning_once(
    left: bytes, right: bytes, state: State
) -> None:
    assert scan_state(right, scan_state(left, state, Grammar(b",")), Grammar(b",")) is scan_state(
        left + right, state, Grammar(b",")
    )


@given(JUNK, st.sampled_from([State.FIELD, State.TEXT, State.QUOTED]))
def test_the_first_row_starts_after_the_first_line_feed_outside_quotes(
    data: bytes, start: State
) -> None:
    state, expected = start, None
    for offset, byte in enumerate(data):
        state = step(state, byte)
        if state is State.ROW:
            expected = offset + 1
            break
    assert first_row(data, start, Grammar(b",")) == expected


def test_a_part_that_starts_at_a_row_has_its_first_row_there() -> None:
    assert first_row(b"", State.ROW, Grammar(b",")) == 0
    assert first_row(b"x\ny", State.ROW, Grammar(b",")) == 0


@given(junk_files((b'"', b",", b"\n", b"a", b'""', b',"', b'",')))
def test_rows_end_where_the_csv_module_ends_them(data: bytes) -> None:
    ends, state = 0, State.ROW
    for byte in data:
        state = step(state, byte)
        ends += state is State.ROW
    rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
    unfinished = bool(data) and state is not State.ROW
    assert len(rows) == ends + unfinished


@given(JUNK)
def test_an_open_quote_is_the_last_one_that_opened(data: bytes) -> None:
    state, opened = State.ROW, None
    for offset, byte in enumerate(data):
        before, state = state, step(state, byte)
        if state is State.QUOTED and before is not State.QUOTED:
            opened = offset
    assert open_quote(data, b",") == (opened if state is State.QUOTED else None)


@pytest.mark.parametrize("delimiter", [b";", b"\t", b"|", b" "])
def test_any_delimiter_ends_a_field(delimiter: bytes) -> None:
    assert scan_state(b"a" + delimiter, State.ROW, Grammar(delimiter)) is State.FIELD
    assert scan_state(b"a" + delimiter + b'"', State.ROW, Grammar(delimiter)) is State.QUOTED
    assert scan_state(b'a,"', State.ROW, Grammar(delimiter)) is State.TEXT
