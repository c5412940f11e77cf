"""Open a file: find its format, unpack and decode it, find its dialect and its layout.

No I/O: a file is a stream of blocks. Everything is found in the first bytes, and proven by the
kernel, which reads the rest.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from .blocks import fill
from .dialect import Dialect, detect
from .encodings import as_utf8, is_utf16
from .first_row import FirstRow
from .formats import HEAD_BYTES, Compression, check_content, identify
from .layout import Layout, names_of, require_utf8
from .limits import LIMITS, Limits
from .naming import Naming
from .options import Options
from .read_options import ReadOptions
from .row_ends import translate
from .rules import Rules
from .sample import Head, read_head
from .selection import select
from .states import Grammar


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a file, with its head. ``blocks`` are all of it: UTF-8, or as it is encoded."""

    compression: Compression | None
    is_utf16: bool
    head: Head
    blocks: Iterator[bytes]

    @property
    def is_stored(self) -> bool:
        """Whether the text has the bytes of the file, so that the file can be cut."""
        return self.compression is None and not self.is_utf16


@dataclass(frozen=True, slots=True)
class Table:
    """How a text is written, which of its columns are summed, and the blocks of its data rows."""

    dialect: Dialect
    layout: Layout
    rows: Iterator[bytes]


def open_text(blocks: Iterable[bytes], asked: ReadOptions) -> Text:
    """Return the text of a file.

    Raise FileError if the file is not a CSV, if it is compressed and damaged, or if its encoding is
    not the one that was asked for; also while the blocks are read.
    """
    first, stored = _peek(iter(blocks))
    found = identify(first)
    compression = found if isinstance(found, Compression) else None
    first, content = _unpacked(compression, stored) if compression else (first, stored)
    check_content(first, compression)
    head, text = read_head(as_utf8(content, asked.encoding), asked)
    return Text(compression, is_utf16(first), head, text)


def open_table(text: Text, options: Options, limits: Limits = LIMITS) -> Table:
    """Return the table in a text. Its blocks are used up, up to the first data row.

    Raise BadCsv if there is no first row, if its columns cannot be found or read, or if it lacks
    the columns to sum.
    """
    dialect = detect(text.head, options.read, utf16=text.is_utf16)
    blocks = translate(text.blocks, dialect.row_end)
    head, _ = fill(dialect.start, b"", blocks)
    grammar = grammar_of(options.read, dialect)
    rows = chain([head[dialect.start :]], blocks)
    row, raw, rest = FirstRow(rows, dialect, grammar, limits).read()
    names = names_of(row, dialect)
    asked = select(names, options, limits)
    unnamed = len(names) - 1 if dialect.naming is Naming.LAST_UNNAMED else None
    hidden = unnamed is not None and unnamed not in asked
    wanted = (*asked, len(names) - 1) if hidden else asked
    layout = Layout(
        grammar=grammar,
        fields=len(names),
        wanted=wanted,
        names=tuple(names[index] for index in wanted),
        data_start=row.end if dialect.header else row.start,
        data_line=row.line + raw.count(b"\n") if dialect.header else row.line,
        rules=rules_of(options, dialect),
        unnamed=unnamed,
        hidden=hidden,
    )
    require_utf8(layout, row, raw, dialect)
    return Table(dialect, layout, chain([rest if dialect.header else raw + rest], rows))


def grammar_of(asked: ReadOptions, dialect: Dialect) -> Grammar:
    """Return what the state machine of quotes needs to know of a text."""
    return Grammar(dialect.delimiter.encode(), asked.comment.encode())


def rules_of(options: Options, dialect: Dialect) -> Rules:
    """Return how the rows and cells of a text are read."""
    read = options.read
    return Rules(
        non_numeric=options.non_numeric,
        numbers=read.numbers,
        encoding=dialect.encoding,
        pad=read.ragged == "pad",
        drop_unended=read.last_row == "drop",
    )


def read_layout(
    blocks: Iterable[bytes], options: Options, limits: Limits = LIMITS
) -> tuple[Layout, Iterator[bytes]]:
    """Return the layout of a file, and the blocks of its data rows. Raise FileError."""
    table = open_table(open_text(blocks, options.read), options, limits)
    return table.layout, table.rows


def _unpacked(compression: Compression, stored: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    # Few files are compressed, and the modules of formats take long to import.
    from .decompression import decompress

    return _peek(decompress(compression, stored))


def _peek(blocks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Return the first bytes, as many as formats.identify needs, and all blocks."""
    head, _ = fill(HEAD_BYTES, b"", blocks)
    return head, chain([head], blocks)
