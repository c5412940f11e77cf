"""Gzip (RFC 1952), streamed with bounded memory and bounded growth.

The data inside is decompressed by ISA-L where the ``isal`` package is installed, which takes half
the time, and by zlib elsewhere. Headers and checksums are read here: what each library says about
a damaged file differs, and isal 1.9.1 misreads headers that come in pieces.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from .errors import BadGzip

# Such a block is still in the cache when it is checked and summed: 3 % faster than with 1 MiB.
OUT_BYTES = 512 * 1024
# A library copies the rest of what it is given for each member, and a member may have 20 bytes: its
# first piece is small. Large pieces take fewer calls.
PIECE_BYTES = 16 * 1024
LARGE_PIECE_BYTES = 256 * 1024
MAX_TEXT_BYTES = 64 * 1024

MAGIC, DEFLATE, RAW_DEFLATE = b"\x1f\x8b", 8, -15
HAS_CHECKSUM, HAS_EXTRA, HAS_NAME, HAS_COMMENT, RESERVED = 2, 4, 8, 16, 0xE0


class Inflater(Protocol):
    """Decompresses one stream, as ``zlib.decompressobj`` does."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Library:
    """What zlib and isal_zlib have in common."""

    new_inflater: Callable[[int], Inflater]
    crc32: Callable[[bytes, int], int]
    error: type[Exception]


ZLIB = Library(zlib.decompressobj, zlib.crc32, zlib.error)


@cache
def fastest() -> Library:
    try:
        from isal import isal_zlib
    except ImportError:
        return ZLIB
    error: type[Exception] = vars(isal_zlib)["error"]  # which its stub takes for an instance
    return Library(isal_zlib.decompressobj, isal_zlib.crc32, error)


@dataclass(frozen=True, slots=True)
class GrowthLimit:
    """How large a decompressed file may be: ``max_bytes``, and ``max_ratio`` times its gzip file.

    The ratio applies beyond ``free_bytes``. Deflate can shrink zeros to a thousandth (zlib's
    "maximum compression factor", 1032:1); CSVs rarely shrink to less than a fiftieth.
    """

    max_ratio: int = 200
    free_bytes: int = 64 * 1024 * 1024
    max_bytes: int = 64 * 1024**3

    def check(self, read: int, written: int) -> None:
        """Raise BadGzip if ``read`` compressed bytes grew to too many bytes."""
        if written > self.max_bytes:
            raise BadGzip(
                "gzip_too_large",
                f"The gzip file decompresses to more than {self.max_bytes} bytes;"
                " submit it uncompressed.",
            )
        if written > self.free_bytes and written > self.max_ratio * read:
            raise BadGzip(
                "gzip_ratio",
                f"The gzip file decompresses to more than {self.max_ratio} times its size;"
                " submit it uncompressed.",
            )


def gunzip(
    blocks: Iterable[bytes], limit: GrowthLimit | None = None, library: Library | None = None
) -> Iterator[bytes]:
    """Decompress one or more gzip members, in blocks of at most 512 KiB.

    Raise BadGzip if the bytes are not gzip, or are damaged, incomplete or too large.
    """
    packed, limit, written = _Input(blocks), limit or GrowthLimit(), 0
    _read_header(packed, is_first=True)
    while True:
        for block in _inflate(packed, library or fastest()):
            written += len(block)
            limit.check(packed.read, written)
            yield block
        if not packed.skip_zeros():  # they are padding
            return
        _read_header(packed, is_first=False)


class _Input:
    """The compressed bytes, taken in pieces. ``read``: how many were taken so far."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = iter(blocks)
        self._block = b""
        self._at = 0
        self.read = 0

    def has_more(self) -> bool:
        """Hold the next block, if there is one and the present one is used up."""
        while self._at == len(self._block) and (block := next(self._blocks, None)) is not None:
            self._block, self._at = block, 0
        return self._at < len(self._block)

    def give_back(self, size: int) -> None:
        """Leave the last bytes of the last piece to the next one."""
        self._at -= size
        self.read -= size

    def skip_zeros(self) -> bool:
        """Skip zeros; return whether anything follows."""
        while self.has_more():
            rest = self.take_piece().lstrip(b"\0")
            if rest:
                self.give_back(len(rest))
                return True
        return False

    def take_piece(self, size: int = PIECE_BYTES) -> bytes:
        """Return one to ``size`` bytes; raise BadGzip at the end."""
        if not self.has_more():
            raise BadGzip(
                "gzip_truncated",
                f"The gzip file is incomplete, it ends after {self.read} bytes; upload it again.",
            )
        piece = self._block[self._at : self._at + size]
        self._at += len(piece)
        self.read += len(piece)
        return piece

    def take(self, size: int) -> bytes:
        """Return so many bytes; raise BadGzip if there are fewer."""
        taken = b""
        while len(taken) < size:
            taken += self.take_piece(size - len(taken))
        return taken

    def take_text(self) -> bytes:
        """Return the bytes up to a zero, with it."""
        text = b""
        while not text.endswith(b"\0"):
            if len(text) > MAX_TEXT_BYTES:
                raise _damaged()
            piece = self.take_piece()
            end = piece.find(b"\0") + 1 or len(piece)
            self.give_back(len(piece) - end)
            text += piece[:end]
        return text


def _read_header(packed: _Input, *, is_first: bool) -> None:
    """Read a member's header; raise BadGzip if it is none."""
    magic = packed.take(1)
    magic += packed.take(1) if magic == MAGIC[:1] else b""
    if magic != MAGIC and is_first:
        raise BadGzip(
            "not_gzip",
            "The file's name ends in .gz, but its content is not gzip; rename it, or compress it.",
        )
    fixed = packed.take(8) if magic == MAGIC else b""
    if not fixed or fixed[0] != DEFLATE or fixed[1] & RESERVED:
        raise _damaged()
    header = magic + fixed + _optional_fields(packed, fixed[1])
    if fixed[1] & HAS_CHECKSUM and packed.take(2) != _little(zlib.crc32(header) & 0xFFFF, 2):
        raise _damaged()


def _optional_fields(packed: _Input, flags: int) -> bytes:
    fields = b""
    if flags & HAS_EXTRA:
        fields += packed.take(2)
        fields += packed.take(int.from_bytes(fields, "little"))
    for _ in range(bool(flags & HAS_NAME) + bool(flags & HAS_COMMENT)):
        fields += packed.take_text()
    return fields


def _inflate(packed: _Input, library: Library) -> Iterator[bytes]:
    """Decompress a member after its header, and check it against its trailer."""
    inflater, checksum, size, piece = library.new_inflater(RAW_DEFLATE), 0, 0, PIECE_BYTES
    while not inflater.eof:
        try:
            block = inflater.decompress(packed.take_piece(piece), OUT_BYTES)
        except library.error as error:
            raise _damaged() from error
        piece = LARGE_PIECE_BYTES
        packed.give_back(len(inflater.unused_data if inflater.eof else inflater.unconsumed_tail))
        checksum, size = library.crc32(block, checksum), size + len(block)
        if block:
            yield block
    if packed.take(8) != _little(checksum, 4) + _little(size & 0xFFFFFFFF, 4):
        raise _damaged()


def _little(number: int, size: int) -> bytes:
    return number.to_bytes(size, "little")


def _damaged() -> BadGzip:
    return BadGzip("gzip_damaged", "The gzip file is damaged; upload it again.")
