"""Hypothesis strategies for CSV files that need options: comments, row ends, styles of numbers."""

from hypothesis import strategies as st

from chalicelib.engine.row_ends import RowEnd

ENDS = {RowEnd.LF: b"\n", RowEnd.CRLF: b"\r\n", RowEnd.CR: b"\r", RowEnd.CRCRLF: b"\r\r\n"}

numbers = st.sampled_from(["1", "-2.5", "3", "40", ".5", "1e3"])
other_cells = st.sampled_from(
    ["1,5", "1.234,5", "NA", "", " ", "x", "<5", "1e999", "$5", "é", "\udc80", "\0", "?", "#"]
    + ['"q"', '"3"', '"a#b"', '"a|b"', '"a@#b"', '"a""b"', 'a"b', "2024-01-01", "\ufeff3", "-999"]
)
cells = st.one_of(numbers, other_cells)
blanks = st.sampled_from(["", " ", "\t", "\x1a"])
comments = st.sampled_from(["# a comment", '#"', '#",|"@#"', "#@#"])


@st.composite
def styled_files(draw: st.DrawFn, fields: int) -> str:
    """Generate rows of ``fields`` fields; @ stands for a row end, | for the delimiter."""
    row = st.lists(draw(st.sampled_from([cells, numbers])), min_size=fields, max_size=fields)
    rows = row.map("|".join)
    bad_rows = st.lists(cells, max_size=fields + 1).map("|".join)
    others = draw(st.sampled_from([[], [blanks], [comments], [comments, blanks, bad_rows]]))
    others = others + [st.just('"x" y')] if draw(st.integers(0, 5)) == 0 else []
    last = draw(st.sampled_from(["@", "@", "@", "", "@#", '@"', "@@", "@\x1a"]))
    return "@".join(draw(st.lists(st.one_of(rows, rows, *others), max_size=8))) + last


def as_bytes(text: str, row_end: RowEnd, delimiter: bytes) -> bytes:
    raw = text.encode("utf-8", "surrogateescape")
    return raw.replace(b"@", ENDS[row_end]).replace(b"|", delimiter)
