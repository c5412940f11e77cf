"""What is wrong with a row, and where."""

import re
from dataclasses import dataclass

from .errors import Fault
from .states import Grammar, State, open_quote, scan_state

LONE_RETURN = re.compile(rb"\r(?!\n)")


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that cannot be read: it begins at the byte ``start`` and the line ``line``."""

    data: bytes
    delimiter: bytes
    max_row_bytes: int
    start: int = 0
    line: int = 0

    def unclosed_quote(self) -> Fault:
        """Return the fault of a quote that is not closed before the data ends."""
        quote = open_quote(self.data[self.start :], self.delimiter) or 0
        message = "a quote is opened here and never closed"
        return self._fault_at("unclosed_quote", message, self.start + quote)

    def too_long(self) -> Fault:
        """Return the fault of a row that is too long, usually because a quote is never closed."""
        limit = self.max_row_bytes
        quote = open_quote(self.data[self.start : self.start + limit], self.delimiter)
        if quote is None:
            message = f"the row has more than {limit:,} bytes, the maximum"
            return self._fault_at("row_too_long", message, self.start)
        message = (
            f"a quote is opened here and not closed within the {limit:,} bytes that a row may have"
        )
        return self._fault_at("unclosed_quote", message, self.start + quote)

    def lone_return(self) -> Fault:
        """Return the fault of a carriage return, outside quotes, that no line feed follows."""
        message = "a carriage return (CR) stands here without a line feed (LF)"
        state, position = State.ROW, self.start
        for match in LONE_RETURN.finditer(self.data, self.start):
            state = scan_state(self.data[position : match.start()], state, Grammar(self.delimiter))
            position = match.start()
            if state is not State.QUOTED:
                return self._fault_at("lone_carriage_return", message, position)
        return self._fault_at("lone_carriage_return", message, self.start)

    def first_lone_return(self) -> Fault:
        """Return the fault of a lone carriage return, unless the row is too long before it."""
        fault = self.lone_return()
        if fault.byte is not None and fault.byte - self.start >= self.max_row_bytes:
            return self.too_long()
        return fault

    def _fault_at(self, code: str, message: str, byte: int) -> Fault:
        return Fault(code, message, self.line + self.data.count(b"\n", self.start, byte), byte)
