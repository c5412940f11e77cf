"""Find in the first bytes of a file how the file is written. Pure Python.

Each step has a module that states its rules. The order: encoding by byte order mark
(encodings.as_utf8), the window (sample.read_head), delimiter and row ends (delimiters, row_ends),
names (naming), header (headers), encoding of names (encodings). An option that was asked for is
never overruled. The entire file proves what was found: every row must have as many fields as the
dialect says, and end as it says.
"""

from dataclasses import dataclass

from .delimiters import find_delimiter
from .encodings import find_encoding
from .errors import BadCsv, Fault
from .headers import looks_like_data
from .naming import Naming, find_naming, named
from .read_options import AUTO, Encoding, ReadOptions
from .row_ends import NAMES, ROW_END, RowEnd, translate
from .sample import Head, Sample
from .wording import shown


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text is written.

    The first row, a header or not, begins at byte ``start`` and 0-based line ``start_line``, or
    after blank or comment lines there. Both count in the UTF-8 text with translated row ends.
    ``reasons``: why ``delimiter``, ``encoding``, ``row_end`` and ``header`` are what they are.
    """

    delimiter: str
    encoding: Encoding
    row_end: RowEnd
    header: bool
    naming: Naming
    start: int
    start_line: int
    reasons: tuple[tuple[str, str], ...]

    def as_dict(self, asked: ReadOptions) -> dict[str, dict[str, object]]:
        """Return what was found, what was asked for, and why, for the job."""
        wanted = {
            "delimiter": asked.delimiter,
            "encoding": asked.encoding,
            "row_end": AUTO,
            "header": AUTO if asked.header is None else asked.header,
        }
        return {
            name: {"found": getattr(self, name), "asked": wanted[name], "why": why}
            for name, why in self.reasons
        }


def detect(head: Head, options: ReadOptions, *, utf16: bool = False) -> Dialect:
    """Return the dialect of a text. ``utf16``: it had the byte order mark of UTF-16.

    Raise BadCsv: ``ambiguous_delimiter``, ``header_looks_like_data``, or ``lone_carriage_return``
    where row ends are mixed.
    """
    try:
        found = find_delimiter(head, options)
        header, naming, why_header = _header(found.sample, options)
    except BadCsv as bad:
        lines = len(ROW_END.findall(head.data, 0, head.start))
        raise BadCsv(bad.fault.moved(lines, head.start)) from bad
    encoding, why_encoding = _encoding(head, found.sample, options.encoding, header, utf16)
    row_end, line = found.sample.row_end, _start_line(head, found.sample.row_end)
    reasons = (
        ("delimiter", found.reason),
        ("encoding", why_encoding),
        ("row_end", f"the first rows end with {NAMES[row_end]}"),
        ("header", why_header),
    )
    delimiter = found.sample.delimiter
    return Dialect(delimiter, encoding, row_end, header, naming, head.start, line, reasons)


def _start_line(head: Head, row_end: RowEnd) -> int:
    skipped = b"".join(translate([head.data[: head.start]], row_end))
    return skipped.count(b"\n")


def _header(sample: Sample, options: ReadOptions) -> tuple[bool, Naming, str]:
    if options.header is False:
        return False, Naming.PLAIN, "asked for"
    naming = find_naming(sample)
    if options.header is True or len(sample.rows) < 2:
        why = "asked for" if options.header else "no row follows the first one"
        return True, naming, why
    names = named(sample.rows[0].cells, naming)
    rows = [row.cells for row in sample.rows[1:]]
    if looks_like_data(names, rows, options.numbers):
        raise BadCsv(_first_row_is_data(sample))
    return True, naming, "the first row does not consist of numbers as the rows below it do"


def _first_row_is_data(sample: Sample) -> Fault:
    row = sample.rows[0]
    first = ", ".join(map(shown, row.cells[:3])) + (", …" if len(row.cells) > 3 else "")
    message = f"the first row ({first}) looks like data, not like names"
    return Fault("header_looks_like_data", message, row.line, row.start)


def _encoding(
    head: Head, sample: Sample, asked: Encoding, header: bool, utf16: bool
) -> tuple[Encoding, str]:
    if utf16:
        return "utf-16", "the file begins with the byte order mark of UTF-16"
    if asked != AUTO:
        return asked, "asked for"
    if head.data.startswith(b"\xef\xbb\xbf"):
        return "utf-8", "the file begins with the byte order mark of UTF-8"
    first = sample.rows[0] if header and sample.rows else None
    names = sample.data[first.start : first.end] if first else b""
    found = find_encoding(names, head.data)
    return found, "the text is UTF-8" if found == "utf-8" else "the text is not UTF-8"
