"""xz: one or more streams with padding between them."""

import lzma
from collections.abc import Iterable, Iterator

from ..formats import Compression
from ..gunzip import GrowthLimit
from .growth import MAX_WINDOW_BYTES, Growth
from .source import Source
from .streams import unpack_streams

MAGIC = b"\xfd7zXZ\0"
#: A decoder needs some memory for tables in addition to its window.
MEMORY_LIMIT = MAX_WINDOW_BYTES + 1024 * 1024


def unpack_xz(blocks: Iterable[bytes], limit: GrowthLimit | None = None) -> Iterator[bytes]:
    """Yield the content in blocks of at most 1 MiB. Raises BadCompressed."""
    growth = Growth(Compression.XZ, limit or GrowthLimit())
    source = Source(blocks)
    try:
        yield from unpack_streams(source, MAGIC, _decoder, growth)
    except lzma.LZMAError as error:
        if "memory" in str(error).lower():
            raise growth.wide_window() from error
        raise growth.damaged(source.position, str(error).lower()) from error


def _decoder() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY_LIMIT)
