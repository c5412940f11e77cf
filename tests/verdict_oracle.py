"""The verdict on a file by a serial read: which columns count, and which cell is refused.

It shares no code with chalicelib.engine.verdict.
"""

from dataclasses import dataclass, field
from fractions import Fraction

from chalicelib.engine.options import Options
from chalicelib.engine.sums import MISSING
from tests.oracle import NUMBER, Answer, Cell, answer, delimiter_of, read_rows, value, why_refused

NUMBERS, MAY_BE_NUMBERS, COMPARISONS, TEXTS = "numbers", "may be numbers", "comparisons", "texts"


@dataclass
class Column:
    """The sum of a column, and its cells by kind."""

    total: Fraction = Fraction(0)
    missing: int = 0
    cells: dict[str, list[Cell]] = field(
        default_factory=lambda: {kind: [] for kind in (NUMBERS, MAY_BE_NUMBERS, COMPARISONS, TEXTS)}
    )

    def add(self, cell: Cell, options: Options) -> None:
        text = cell[0].strip(" \t")
        if text in MISSING:
            self.missing += 1
            return
        self.total += value(*cell, options) or 0
        self.cells[kind_of(text)].append(cell)

    @property
    def counts(self) -> bool:
        """Whether a tenth of the cells are numbers, or may be."""
        numeric = len(self.cells[NUMBERS]) + len(self.cells[MAY_BE_NUMBERS])
        return numeric > 0 and 10 * numeric >= sum(map(len, self.cells.values()))

    def refused(self, options: Options) -> list[Cell]:
        cells = self.cells[MAY_BE_NUMBERS] + self.cells[COMPARISONS]
        return cells if options.non_numeric == "skip" else cells + self.cells[TEXTS]


def kind_of(text: str) -> str:
    code = why_refused(text, NUMBER.fullmatch(text))
    if not code:
        return NUMBERS
    if code == "not_a_number":
        return TEXTS
    return COMPARISONS if text[0] in "<>≤≥~≈" else MAY_BE_NUMBERS


def final_answer(data: bytes, options: Options) -> Answer:
    """Return what the job of a file ends with. A file without numbers has no place of its fault."""
    read = answer(data, options)
    if read.error:
        return read
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    rows, _ = read_rows(data[start:], delimiter_of(options))
    columns = [Column() for _ in read.totals]
    for row in rows[1:] if options.read.header is not False else rows:
        for column, cell in zip(columns, row[options.first :: options.step], strict=True):
            column.add(cell, options)
    counting = [column for column in columns if column.counts]
    refused = [cell for column in counting for cell in column.refused(options)]
    if refused:
        text, line, byte = min(refused, key=lambda cell: cell[2])
        code = why_refused(text.strip(" \t"), NUMBER.fullmatch(text.strip(" \t")))
        return Answer(error=(code, line, byte + start))
    if not counting:
        return Answer(error=("no_numbers", None, None))
    missing = sum(column.missing + len(column.cells[TEXTS]) for column in counting)
    return Answer(tuple(column.total for column in counting), read.rows, missing)
