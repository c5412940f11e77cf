"""The state machine of quotes, which finds where rows begin.

A machine of three states finds the row ends of a CSV: at the start of a field (or just after a
closing quote, where the same rules hold), in an unquoted field, and in a quoted one. A quote opens
a quoted field only at the start of a field. In a quoted field, the next quote closes it; ``""``
needs no rule of its own. A fourth state, ROW, is the start of a row's first field.

If the grammar has a sign of comments, a fifth state is inside a line that begins with it where a
row may begin. There, quotes and delimiters mean nothing.
"""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Grammar:
    """One byte each: what separates fields, and what begins a line of comment, if there is any."""

    delimiter: bytes
    comment: bytes = b""


class State(StrEnum):
    """The state before a byte."""

    ROW = "row"
    FIELD = "field"
    TEXT = "text"
    QUOTED = "quoted"
    COMMENT = "comment"


AFTER_QUOTE = {
    State.ROW: State.QUOTED,
    State.FIELD: State.QUOTED,
    State.TEXT: State.TEXT,
    State.QUOTED: State.FIELD,
}


def scan_state(data: bytes, state: State, grammar: Grammar) -> State:
    """Return the state after ``data``, which begins in ``state``."""
    if grammar.comment:
        return _scan_with_comments(data, state, grammar)
    return _scan(data, state, grammar.delimiter)


def _scan(data: bytes, state: State, delimiter: bytes) -> State:
    position = 0
    while (quote := data.find(b'"', position)) >= 0:
        state = AFTER_QUOTE[_after(data, position, quote, state, delimiter)]
        position = quote + 1
    return _after(data, position, len(data), state, delimiter)


def _scan_with_comments(data: bytes, state: State, grammar: Grammar) -> State:
    """Scan from one line that begins with the sign to the next; most of them are comments."""
    sign, position = grammar.comment, 0
    while position < len(data):
        if state is State.COMMENT or (state is State.ROW and data.startswith(sign, position)):
            position = data.find(b"\n", position) + 1
            if not position:
                return State.COMMENT
            state = State.ROW
            continue
        line = data.find(b"\n" + sign, position) + 1 or len(data)
        state, position = _scan(data[position:line], state, grammar.delimiter), line
    return state


def first_row(data: bytes, state: State, grammar: Grammar) -> int | None:
    """Return the offset of the first row start in ``data``, which starts in ``state``.

    It is len(data) when the last byte ends a row, and None when no row starts. A comment may start
    where a row may.
    """
    if state is State.ROW:
        return 0
    if state is State.COMMENT:
        return data.find(b"\n") + 1 or None
    position = 0
    while True:
        quote = data.find(b'"', position)
        stretch_end = len(data) if quote < 0 else quote
        row_end = -1 if state is State.QUOTED else data.find(b"\n", position, stretch_end)
        if row_end >= 0:
            return row_end + 1
        if quote < 0:
            return None
        state = AFTER_QUOTE[_after(data, position, quote, state, grammar.delimiter)]
        position = quote + 1


def open_quote(data: bytes, delimiter: bytes) -> int | None:
    """Return the offset of the quote that ``data``, which starts at a row, opens but never closes.

    None: every quote is closed.
    """
    state, position, opened = State.ROW, 0, None
    while (quote := data.find(b'"', position)) >= 0:
        state = AFTER_QUOTE[_after(data, position, quote, state, delimiter)]
        opened = quote if state is State.QUOTED else None
        position = quote + 1
    return opened


def _after(data: bytes, start: int, end: int, state: State, delimiter: bytes) -> State:
    """Return the state before byte ``end``; no quote is between it and ``start``."""
    if start == end or state is State.QUOTED:
        return state
    last = data[end - 1 : end]
    if last == b"\n":
        return State.ROW
    return State.FIELD if last in (delimiter, b"\r") else State.TEXT
