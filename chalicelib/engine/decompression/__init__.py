"""Compressed files, streamed: one module per format, one contract for all. Pure Python, no I/O.

Each takes the file in blocks of any sizes and yields its content in blocks of at most 1 MiB.
Neither the content nor the code of an error depends on the blocks. Memory is bounded by the
format's window: at most 128 MiB, usually 8 MiB or less. Zeros after the end are padding; anything
else there is an error.
"""

from collections.abc import Callable, Iterable, Iterator

from ..formats import Compression
from ..gunzip import GrowthLimit, gunzip
from .bzip2 import unpack_bz2
from .growth import BadCompressed
from .xz import unpack_xz
from .zip_archive import unpack_zip
from .zst import unpack_zst

__all__ = ["BadCompressed", "GrowthLimit", "decompress"]

Unpack = Callable[[Iterable[bytes], GrowthLimit | None], Iterator[bytes]]
UNPACK: dict[Compression, Unpack] = {
    Compression.GZIP: gunzip,
    Compression.BZ2: unpack_bz2,
    Compression.XZ: unpack_xz,
    Compression.ZSTD: unpack_zst,
    Compression.ZIP: unpack_zip,
}


def decompress(
    compression: Compression, blocks: Iterable[bytes], limit: GrowthLimit | None = None
) -> Iterator[bytes]:
    """Yield the content of a compressed file.

    Raises BadCompressed (BadGzip for gzip), with the position in the compressed file, for what is
    damaged, cut short, too large or not one file.
    """
    return UNPACK[compression](blocks, limit)
