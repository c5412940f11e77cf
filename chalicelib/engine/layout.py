"""Read the first row of a file: the number of fields, and the columns to sum with their names."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from .blocks import fill
from .errors import BadCsv, Fault
from .faults import BrokenRow
from .limits import LIMITS, Limits
from .options import Options
from .read_options import AUTO
from .rows import Row, cell_start, iter_rows
from .rules import PLAIN_RULES, Rules
from .states import Grammar

BOM = b"\xef\xbb\xbf"
# First bytes of formats that are refused: code and advice.
MAGIC = {
    b"\xff\xfe": ("utf_16", "the file is UTF-16; convert it to UTF-8"),
    b"\xfe\xff": ("utf_16", "the file is UTF-16; convert it to UTF-8"),
    b"\x1f\x8b": ("gzip", "the file is compressed with gzip; give it a name that ends in .gz"),
    b"PK\x03\x04": ("zip", "the file is a ZIP archive or a spreadsheet; export it as CSV"),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """Rows have ``fields`` fields; those with the indexes ``wanted`` are summed under ``names``.

    ``wanted`` is ascending. The data rows begin at the byte ``data_start`` and the 0-based line
    ``data_line``. ``rules``: how the rows and cells are read.
    """

    grammar: Grammar
    fields: int
    wanted: tuple[int, ...]
    names: tuple[str, ...]
    data_start: int
    data_line: int
    rules: Rules = PLAIN_RULES


def read_layout(
    blocks: Iterable[bytes], options: Options, limits: Limits = LIMITS
) -> tuple[Layout, Iterator[bytes]]:
    """Return the layout of a file, and the file's blocks from the data rows on.

    Raise BadCsv if there is no first row, or if it lacks the columns to sum or their names.
    """
    read, remaining = options.read, iter(blocks)
    delimiter = b"," if read.delimiter == AUTO else read.delimiter.encode()
    row, raw, rest = _FirstRow(remaining, delimiter, limits).read()
    _require_no_nul(row, raw)
    wanted = _wanted(row, options, limits)
    if read.header is not False:
        names = _names(row, raw, wanted, delimiter)
        data_start, data_line = row.end, row.line + raw.count(b"\n")
    else:
        names = tuple(f"col{index}" for index in wanted)
        data_start, data_line, rest = row.start, row.line, raw + rest
    layout = Layout(
        Grammar(delimiter),
        len(row.cells),
        tuple(wanted),
        names,
        data_start,
        data_line,
        Rules(options.non_numeric),
    )
    return layout, chain([rest], remaining)


class _FirstRow:
    """Finds the first row that is not blank. ``head`` has the bytes read, from ``offset`` on."""

    def __init__(self, blocks: Iterator[bytes], delimiter: bytes, limits: Limits) -> None:
        self._blocks = blocks
        self._delimiter = delimiter
        self._limits = limits
        self._offset = self._line = 0
        self._head, self._eof = fill(4, b"", blocks)
        _refuse_other_formats(self._head)
        if self._head.startswith(BOM):
            self._drop(len(BOM))

    def read(self) -> tuple[Row, bytes, bytes]:
        """Return the row at its place in the file, its bytes, and the bytes read after it."""
        while True:
            try:
                row = self._skip_blank_lines()
            except BadCsv as bad:
                raise BadCsv(bad.fault.moved(self._line, self._offset)) from bad
            if row is not None:
                raw, rest = self._head[row.start : row.end], self._head[row.end :]
                start, end = self._offset + row.start, self._offset + row.end
                return Row(start, end, self._line + row.line, row.cells), raw, rest
            self._read_on()

    def _skip_blank_lines(self) -> Row | None:
        """Return the first row with cells, or None after dropping the blank lines before it."""
        blank = 0
        for row in iter_rows(
            self._head, Grammar(self._delimiter), eof=self._eof, limits=self._limits
        ):
            if row.cells:
                return row
            blank = row.end
        self._drop(blank)
        return None

    def _read_on(self) -> None:
        if self._eof:
            message = "the file has no rows at all; it needs at least a header"
            raise BadCsv(Fault("empty_file", message, 0, 0))
        limit = self._limits.max_row_bytes
        if len(self._head) > limit:
            broken = BrokenRow(self._head, self._delimiter, limit)
            raise BadCsv(broken.too_long().moved(self._line, self._offset))
        # Read twice as much each time, so that a long row is not parsed once per block.
        size = min(max(2 * len(self._head), 1), limit + 1)
        self._head, self._eof = fill(size, self._head, self._blocks)

    def _drop(self, size: int) -> None:
        self._offset += size
        self._line += self._head.count(b"\n", 0, size)
        self._head = self._head[size:]


def _refuse_other_formats(head: bytes) -> None:
    for magic, (code, message) in MAGIC.items():
        if head.startswith(magic):
            raise BadCsv(Fault(code, message, 0, 0))


def _require_no_nul(row: Row, raw: bytes) -> None:
    if b"\0" in raw:
        message = "a NUL byte in the first row; is the file UTF-16? Convert it to UTF-8"
        raise BadCsv(Fault("nul_byte", message, row.line, row.start + raw.index(b"\0")))


def _wanted(row: Row, options: Options, limits: Limits) -> range:
    """Return the indexes of the columns to sum; raise BadCsv if there are none or too many."""
    wanted = range(options.first, len(row.cells), options.step)
    if not wanted:
        message = (
            f"the rows have {len(row.cells)} fields, so there is no column {options.first} to"
            " begin with; choose a smaller 'first'"
        )
        raise BadCsv(Fault("no_column", message, row.line, row.start))
    if len(wanted) > limits.max_sums:
        message = (
            f"there are {len(wanted)} columns to sum; the maximum is {limits.max_sums},"
            " so choose a larger 'step'"
        )
        raise BadCsv(Fault("too_many_sums", message))
    return wanted


def _names(row: Row, raw: bytes, wanted: range, delimiter: bytes) -> tuple[str, ...]:
    """Return the header's names of the wanted columns; raise BadCsv if one is not UTF-8."""
    names = unique_names([name or f"col{index}" for index, name in enumerate(row.cells)])
    for index in wanted:
        if not _is_utf8(names[index]):
            at = row.start + cell_start(raw, index, delimiter)
            message = f"the name of column {index} is not UTF-8; convert the file"
            raise BadCsv(Fault("not_utf8", message, row.line, at))
    return tuple(names[index] for index in wanted)


def _is_utf8(name: str) -> bool:
    """Return whether a name was UTF-8, so that decoding it escaped no byte as a surrogate."""
    return not any("\ud800" <= character <= "\udfff" for character in name)


def unique_names(names: list[str]) -> list[str]:
    """Append .1, .2, ... to each repeated name, as pandas does, skipping names that exist."""
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
