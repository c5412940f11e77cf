"""The state machine of quotes, which finds where rows begin.

A machine of three states finds the row ends of a CSV: at the start of a field (or just after a
closing quote, where the same rules hold), in an unquoted field, and in a quoted one. A quote opens
a quoted field only at the start of a field. In a quoted field, the next quote closes it; ``""``
needs no rule of its own. A fourth state, ROW, is the start of a row's first field.
"""

from enum import StrEnum


class State(StrEnum):
    """The state before a byte."""

    ROW = "row"
    FIELD = "field"
    TEXT = "text"
    QUOTED = "quoted"


AFTER_QUOTE = {
    State.ROW: State.QUOTED,
    State.FIELD: State.QUOTED,
    State.TEXT: State.TEXT,
    State.QUOTED: State.FIELD,
}


def scan_state(data: bytes, state: State, delimiter: bytes) -> State:
    """Return the state after ``data``, which begins in ``state``."""
    position = 0
    while (quote := data.find(b'"', position)) >= 0:
        state = AFTER_QUOTE[_after(data, position, quote, state, delimiter)]
        position = quote + 1
    return _after(data, position, len(data), state, delimiter)


def first_row(data: bytes, state: State, delimiter: bytes) -> int | None:
    """Return the offset of the first row start in ``data``, which starts in ``state``.

    It is len(data) when the last byte ends a row, and None when no row starts.
    """
    if state is State.ROW:
        return 0
    position = 0
    while True:
        quote = data.find(b'"', position)
        stretch_end = len(data) if quote < 0 else quote
        row_end = -1 if state is State.QUOTED else data.find(b"\n", position, stretch_end)
        if row_end >= 0:
            return row_end + 1
        if quote < 0:
            return None
        state = AFTER_QUOTE[_after(data, position, quote, state, delimiter)]
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
