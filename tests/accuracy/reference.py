"""A file read and summed in plain Python, from the parts of the engine that define it.

It judges the cases, and the cases judge it: their answers are written by hand. It is slow.

Columns of text are left out by the rules of engine.columns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any

from chalicelib.engine.cells import read_cell
from chalicelib.engine.columns import refused_kinds
from chalicelib.engine.decompression import decompress
from chalicelib.engine.dialect import Dialect, detect
from chalicelib.engine.encodings import as_utf8, is_utf16, reread
from chalicelib.engine.errors import BadCsv, Fault, FileError
from chalicelib.engine.evidence import Evidence, Suggestion
from chalicelib.engine.formats import Compression, check_content, identify
from chalicelib.engine.layout import unique_names
from chalicelib.engine.naming import Naming, named
from chalicelib.engine.read_options import NumberOptions, ReadOptions
from chalicelib.engine.row_ends import translate
from chalicelib.engine.rows import Row, iter_rows
from chalicelib.engine.sample import Head, read_head
from chalicelib.engine.states import Grammar
from chalicelib.engine.suggestions import suggest
from chalicelib.engine.sums import EXACT, Refused
from tests.cell_kinds import count_kinds, kind_of


@dataclass(frozen=True)
class Asked:
    """Options as a client gives them: those of the file, and which columns are summed."""

    read: ReadOptions
    columns: tuple[str | int, ...] = ()
    step: int = 10
    first: int = 0
    non_numeric: str = "columns"


@dataclass(frozen=True)
class Answer:
    """The exact sums and the columns left out; or the code, message and suggestions."""

    sums: Mapping[str, Decimal]
    left_out: tuple[str, ...] = ()
    refused: str = ""
    message: str = ""
    suggestions: tuple[Suggestion, ...] = ()


def asked_for(options: Mapping[str, Any]) -> Asked:
    """Options from the names and JSON values of the API."""
    given = dict(options)
    numbers = {
        each.name: given.pop(each.name) for each in fields(NumberOptions) if each.name in given
    }
    if "missing" in numbers:
        numbers["missing"] = tuple(numbers["missing"])
    selection = {
        name: given.pop(name)
        for name in ("columns", "step", "first", "non_numeric")
        if name in given
    }
    read = ReadOptions(**given, numbers=NumberOptions(**numbers))
    return replace(Asked(read), **{**selection, "columns": tuple(selection.get("columns", ()))})


def answer(data: bytes, options: Mapping[str, Any]) -> Answer:
    """What is right for a file by these options."""
    asked = asked_for(options)
    conflict = asked.read.numbers.conflict()
    assert conflict is None, conflict
    try:
        text, utf16 = as_text(data, asked.read)
    except BadCsv as bad:
        suggestions = suggest(bad.fault, Evidence(Head(b"", 0, eof=True), asked.read))
        return Answer({}, (), bad.fault.code, bad.fault.message, suggestions)
    except FileError as error:
        return Answer({}, refused=error.code, message=error.detail)
    return _Reading(text, asked, utf16).answer()


def as_text(data: bytes, options: ReadOptions) -> tuple[bytes, bool]:
    """The text of a file in UTF-8, and whether it was UTF-16."""
    compression = identify(data)
    inside = compression if isinstance(compression, Compression) else None
    content = b"".join(decompress(inside, [data])) if inside else data
    check_content(content, inside)
    return b"".join(as_utf8([content], options.encoding)), is_utf16(content)


class _Reading:
    def __init__(self, text: bytes, asked: Asked, utf16: bool) -> None:
        self.asked = asked
        self.options = asked.read
        self.text = text
        self.utf16 = utf16
        self.head: Head
        self.head, _ = read_head([text], self.options)
        self.dialect: Dialect | None = None
        self.evidence: dict[str, Any] = {}

    def answer(self) -> Answer:
        try:
            return self._sums()
        except BadCsv as bad:
            evidence = Evidence(self.head, self.options, self.dialect, **self.evidence)
            suggestions = suggest(bad.fault, evidence)
            code, message = bad.fault.code, bad.fault.message
            return Answer({}, refused=code, message=message, suggestions=suggestions)

    def _sums(self) -> Answer:
        self.dialect = dialect = detect(self.head, self.options, utf16=self.utf16)
        data = b"".join(translate([self.text], dialect.row_end))[dialect.start :]
        rows = list(self._rows(data, dialect))
        if not rows:
            raise BadCsv(Fault("empty_file", "the file has no rows at all", 0, 0))
        names, table = self._names(rows, dialect), rows[1:] if dialect.header else rows
        cells = [self._checked(row, len(names), row is rows[-1]) for row in table]
        wanted = self._wanted(names)
        sums: dict[str, Decimal] = {}
        left_out = []
        for index in wanted:
            total = self._total(index, [row[index] for row in cells])
            if total is None:
                left_out.append(names[index])
            else:
                sums[names[index]] = total
        if not sums:
            raise BadCsv(Fault("no_numbers", "no column has a number"))
        if dialect.naming is Naming.LAST_UNNAMED and any(row[-1].strip() for row in cells):
            raise BadCsv(Fault("ragged_row", "the header has one name too few"))
        return Answer(sums, tuple(left_out))

    def _rows(self, data: bytes, dialect: Dialect) -> Sequence[Row]:
        grammar = Grammar(dialect.delimiter.encode(), self.options.comment.encode())
        drop = self.options.last_row == "drop"
        # What is true of the open quote of a half-written row.
        self.evidence = {"last": b"\n" not in data[data.rfind(b'"') :], "ended": False}
        read = list(iter_rows(data, grammar, eof=not drop))
        self.evidence = {}
        rest = data[read[-1].end :] if read else data
        if drop and b"\n" in rest:
            raise BadCsv(Fault("unclosed_quote", "a quote swallows rows"))
        rows = [row for row in read if row.cells]
        if rows and b"\0" in data[rows[0].start : rows[0].end]:
            raise BadCsv(Fault("nul_byte", "a NUL byte in the first row", 0))
        return rows

    def _names(self, rows: Sequence[Row], dialect: Dialect) -> list[str]:
        if not dialect.header:
            return [f"col{index}" for index in range(len(rows[0].cells))]
        names = [self._name(name) for name in named(rows[0].cells, dialect.naming)]
        return unique_names([name or f"col{index}" for index, name in enumerate(names)])

    def _name(self, name: str) -> str:
        assert self.dialect
        name = reread(name, self.dialect.encoding)
        if any("\ud800" <= character <= "\udfff" for character in name):
            raise BadCsv(Fault("not_utf8", "the name of a column is not UTF-8"))
        return name

    def _checked(self, row: Row, length: int, last: bool) -> list[str]:
        assert self.dialect
        cells = [reread(cell, self.dialect.encoding) for cell in row.cells]
        if len(cells) < length and self.options.ragged == "pad":
            return cells + [""] * (length - len(cells))
        if len(cells) != length:
            ended = not last or self.text.endswith((b"\n", b"\r"))
            self.evidence = {"row": tuple(cells), "last": last, "ended": ended}
            message = f"the row has {len(row.cells)} fields, the first row has {length}"
            raise BadCsv(Fault("ragged_row", message, row.line, row.start))
        return cells

    def _wanted(self, names: Sequence[str]) -> list[int]:
        if not self.asked.columns:
            wanted = list(range(self.asked.first, len(names), self.asked.step))
        else:
            wanted = [
                each if isinstance(each, int) else list(names).index(each)
                for each in self.asked.columns
            ]
        if not wanted or max(wanted) >= len(names):
            raise BadCsv(Fault("no_column", "there is no such column"))
        return wanted

    def _total(self, index: int, cells: Sequence[str]) -> Decimal | None:
        """The exact sum of a column; None if it is left out."""
        numbers, skip = self.options.numbers, self.asked.non_numeric == "skip"
        kinds = count_kinds(cells, numbers)
        if kinds.is_text if self.asked.non_numeric != "fail" else not kinds.text + kinds.number:
            return None
        total = Decimal(0)
        for cell in cells:
            try:
                total = EXACT.add(total, read_cell(cell, numbers) or Decimal(0))
            except Refused as refused:
                if kind_of(cell, numbers) in refused_kinds(skip=skip):
                    self.evidence = {"cell": cell, "column": index}
                    raise BadCsv(Fault(refused.code, refused.message, column=index)) from refused
        return total
