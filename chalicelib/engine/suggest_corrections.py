"""Suggest how to correct a file that no option can help. Pure Python."""

from collections.abc import Iterator

from .errors import Fault
from .evidence import Suggestion, advise

CORRECTIONS = {
    "unclosed_quote": "close the quote, or double it if it is text",
    "text_after_quote": "put the delimiter after the quote, or double the quotes that are text",
    "row_too_long": "check that the file is a CSV, and that its rows end with LF or CRLF",
    "too_many_fields": "check the delimiter",
    "lone_carriage_return": "end all rows with LF or CRLF, and quote fields that contain CR",
    "empty_file": "submit a file with a header and a row, or with header=false and a row",
    "nul_byte": "export the file as UTF-8; NUL bytes show that it may be UTF-16",
    "utf_16": "export the file as UTF-8",
    "utf_32": "export the file as UTF-8",
    "not_utf8": "export the file as UTF-8",
    "too_many_skipped": "skip fewer lines",
    "no_column": "choose another column; the first one has the index 0",
    "too_many_sums": "choose fewer columns with a larger step, or with columns",
    "number_too_long": "shorten the number, or sum other columns",
    "out_of_range": "correct the number; if the column holds codes, sum other columns",
    "result_too_large": "choose fewer columns with a larger step, or with columns",
}


def correction(fault: Fault) -> Iterator[Suggestion]:
    """Yield what to do about a fault in the file, if it is not known already."""
    clause = fault.advice or CORRECTIONS.get(fault.code)
    if clause:
        yield advise(fault.code, clause)
