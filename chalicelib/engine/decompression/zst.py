"""Unpack zstd: one or more frames, some of which may be skippable (RFC 8878).

The library unpacks all of its input at once, and a block of 4 bytes may grow to 128 KiB. So this
module reads the frames, and passes on one block at a time. This bounds the memory, and finds
truncated files, which the library's stream reader does not report.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ..errors import BadCompressed
from ..formats import Compression
from ..gunzip import GrowthLimit
from .growth import MAX_WINDOW_BYTES, Growth
from .source import PIECE_BYTES, Source
from .streams import check_next

if TYPE_CHECKING:
    import zstandard

MAGIC = b"\x28\xb5\x2f\xfd"
SKIPPABLE = b"\x2a\x4d\x18"  # after a byte from 50 to 5F
MAX_BLOCK_BYTES = 128 * 1024
RLE = 1
DICTIONARY_ID_BYTES = (0, 1, 2, 4)
CONTENT_SIZE_BYTES = (0, 2, 4, 8)


def unpack_zst(blocks: Iterable[bytes], limit: GrowthLimit | None = None) -> Iterator[bytes]:
    """Yield the content in blocks of at most 128 KiB. Raises BadCompressed."""
    try:
        import zstandard
    except ImportError as error:
        raise BadCompressed(
            "zst",
            "This service cannot unpack zstd files; unpack the file, or compress it with gzip.",
        ) from error

    reader = _Frames(Source(blocks), Growth(Compression.ZSTD, limit or GrowthLimit()))
    unpacker = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW_BYTES)
    try:
        yield from reader.unpack(unpacker)
    except zstandard.ZstdError as error:
        if "too much memory" in str(error):
            raise reader.growth.wide_window() from error
        reason = str(error).rpartition(": ")[2].lower()
        raise reader.growth.damaged(reader.source.position, reason) from error


class _Frames:
    def __init__(self, source: Source, growth: Growth) -> None:
        self.source = source
        self.growth = growth

    def unpack(self, unpacker: "zstandard.ZstdDecompressor") -> Iterator[bytes]:
        while True:
            if self.source.peek(4)[1:] == SKIPPABLE:
                self._skip_frame()
            else:
                yield from self._frame(unpacker.decompressobj())
            if not self.source.skip_zeros():
                return
            if self.source.peek(4)[1:] != SKIPPABLE:
                check_next(self.source, MAGIC, self.growth)

    def _frame(self, frame: "zstandard.ZstdDecompressionObj") -> Iterator[bytes]:
        header = self._take(5)
        descriptor = header[4]
        frame.decompress(header + self._take(_header_bytes(descriptor)))
        last = False
        while not last:
            last, block = self._block()
            out = frame.decompress(block)
            self.growth.add(self.source.position, out)
            if out:
                yield out
        if descriptor & 4:
            frame.decompress(self._take(4))  # raises if the checksum is wrong
        if not frame.eof:
            raise self.growth.damaged(self.source.position, "a frame has no end")

    def _block(self) -> tuple[bool, bytes]:
        header = self._take(3)
        value = int.from_bytes(header, "little")
        size = 1 if value >> 1 & 3 == RLE else value >> 3
        if value >> 3 > MAX_BLOCK_BYTES:
            raise self.growth.damaged(self.source.position, f"a block of {value >> 3} bytes")
        return bool(value & 1), header + self._take(size)

    def _skip_frame(self) -> None:
        size = int.from_bytes(self._take(8)[4:], "little")
        while size:
            size -= len(self._take(min(size, PIECE_BYTES)))

    def _take(self, size: int) -> bytes:
        data = self.source.take(size)
        if len(data) < size:
            raise self.growth.truncated(self.source.position)
        return data


def _header_bytes(descriptor: int) -> int:
    """Return how many bytes of a frame's header follow its descriptor."""
    single_segment = bool(descriptor & 0x20)
    content_size = CONTENT_SIZE_BYTES[descriptor >> 6] or int(single_segment)
    return (not single_segment) + DICTIONARY_ID_BYTES[descriptor & 3] + content_size
