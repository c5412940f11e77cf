"""Unpack compressed files as streams: one module per format, one contract for all. No I/O.

Each module takes the file in blocks of any size, and yields its content in blocks of at most 1 MiB.
The sizes of the blocks change neither the content nor the code of an error. The window of the
format bounds the memory: at most 128 MiB, usually 8 MiB or less. Zeros after the end are padding;
anything else there is an error.
"""

from collections.abc import Callable, Iterable, Iterator

from ..errors import BadCompressed
from ..formats import Compression
from ..gunzip import GrowthLimit, gunzip
from .bzip2 import unpack_bz2
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

    Raise BadCompressed (for gzip BadGzip), with the position in the compressed file, if the file is
    damaged, truncated or too large, or does not contain exactly one file.
    """
    return UNPACK[compression](blocks, limit)
