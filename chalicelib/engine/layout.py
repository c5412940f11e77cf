"""The first row of a file: how many fields its rows have, which are summed, and what they are called. Pure Python."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from .blocks import fill
from .errors import BadCsv, Fault
from .options import Options
from .rows import MAX_ROW_BYTES, Row, cell_start, iter_rows, too_long

MAX_SUMS = 200_000
BOM = b"\xef\xbb\xbf"
# How a file begins that is not UTF-8 text, and what to do about it.
MAGIC = {
    b"\xff\xfe": ("utf_16", "the file is UTF-16; convert it to UTF-8"),
    b"\xfe\xff": ("utf_16", "the file is UTF-16; convert it to UTF-8"),
    b"\x1f\x8b": ("gzip", "the file is compressed with gzip; give it a name that ends in .gz"),
    b"PK\x03\x04": ("zip", "the file is a ZIP archive or a spreadsheet; export it as CSV"),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """``fields`` per row; the indexes ``wanted`` and their ``names``; where the data begins: byte and 0-based line."""

    delimiter: str
    fields: int
    wanted: range
    names: tuple[str, ...]
    data_start: int
    data_line: int


def read_layout(
    blocks: Iterable[bytes], options: Options, max_row_bytes: int = MAX_ROW_BYTES
) -> tuple[Layout, Iterator[bytes]]:
    """The layout of the file that ``blocks`` are, and the blocks from its first data row on.

    Raises BadCsv when there is no first row, or it cannot name what is to be summed.
    """
    remaining = iter(blocks)
    row, raw, rest = _first_row(remaining, options, max_row_bytes)
    if b"\0" in raw:
        at = raw.index(b"\0")
        raise BadCsv(
            Fault(
                "nul_byte",
                "a NUL byte in the first row; is the file UTF-16? Convert it to UTF-8",
                row.line,
                row.start + at,
            )
        )
    wanted = range(options.first, len(row.cells), options.step)
    if not wanted:
        message = f"the rows have {len(row.cells)} fields, so there is no column {options.first} to begin with; choose a smaller 'first'"
        raise BadCsv(Fault("no_column", message, row.line, row.start))
    if len(wanted) > MAX_SUMS:
        raise BadCsv(
            Fault(
                "too_many_sums",
                f"{len(wanted)} columns to sum; at most {MAX_SUMS} are summed, so choose a larger 'step'",
            )
        )
    names = _names(row, raw, wanted, options)
    if options.header:
        return Layout(
            options.delimiter, len(row.cells), wanted, names, row.end, row.line + raw.count(b"\n")
        ), chain([rest], remaining)
    return Layout(options.delimiter, len(row.cells), wanted, names, row.start, row.line), chain(
        [raw + rest], remaining
    )


def _first_row(
    blocks: Iterator[bytes], options: Options, max_row_bytes: int
) -> tuple[Row, bytes, bytes]:
    """The first row that is not blank, with its place in the file; its bytes; and what was read behind it."""
    head, eof = fill(4, b"", blocks)
    _refuse_foreign(head)
    at, line = len(BOM) if head.startswith(BOM) else 0, 0
    head = head[at:]
    while True:
        blank = 0
        try:
            for row in iter_rows(head, options.delimiter, eof=eof, max_row_bytes=max_row_bytes):
                if row.cells:
                    return (
                        Row(at + row.start, at + row.end, line + row.line, row.cells),
                        head[row.start : row.end],
                        head[row.end :],
                    )
                blank = row.end
        except BadCsv as bad:
            raise BadCsv(bad.fault.moved(line, at)) from bad
        if eof:
            raise BadCsv(
                Fault("empty_file", "the file has no rows at all; it needs at least a header", 0, 0)
            )
        at, line, head = at + blank, line + head.count(b"\n", 0, blank), head[blank:]
        if len(head) > max_row_bytes:
            raise BadCsv(too_long(head, at, line, options.delimiter, max_row_bytes))
        # Doubled, so that a long row is not walked once per block.
        head, eof = fill(min(max(2 * len(head), 1), max_row_bytes + 1), head, blocks)


def _refuse_foreign(head: bytes) -> None:
    for magic, (code, message) in MAGIC.items():
        if head.startswith(magic):
            raise BadCsv(Fault(code, message, 0, 0))


def _names(row: Row, raw: bytes, wanted: range, options: Options) -> tuple[str, ...]:
    if not options.header:
        return tuple(f"col{index}" for index in wanted)
    names = unique_names([name or f"col{index}" for index, name in enumerate(row.cells)])
    for index in wanted:
        if _has_foreign_bytes(names[index]):
            at = cell_start(raw, index, options.delimiter)
            raise BadCsv(
                Fault(
                    "not_utf8",
                    f"the name of column {index} is not UTF-8; convert the file",
                    row.line,
                    row.start + at,
                )
            )
    return tuple(names[index] for index in wanted)


def _has_foreign_bytes(name: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in name)


def unique_names(names: list[str]) -> list[str]:
    """Each repeated name gets .1, .2, … as pandas names them, past names that are taken already."""
    taken = set(names)
    repeats: dict[str, int] = {}
    unique = []
    for name in names:
        if name not in repeats:
            repeats[name] = 0
            unique.append(name)
            continue
        while True:
            repeats[name] += 1
            candidate = f"{name}.{repeats[name]}"
            if candidate not in taken:
                break
        taken.add(candidate)
        unique.append(candidate)
    return unique
