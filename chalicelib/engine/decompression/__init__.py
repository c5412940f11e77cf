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

__all__ = ["BadCompressed", "GrowthLimit", "decompress"]

Unpack = Callable[[Iterable[bytes], GrowthLimit | None], Iterator[bytes]]


def decompress(
    compression: Compression, blocks: Iterable[bytes], limit: GrowthLimit | None = None
) -> Iterator[bytes]:
    """Yield the content of a compressed file.

    Raise BadCompressed (for gzip BadGzip), with the position in the compressed file, if the file is
    damaged, truncated or too large, or does not contain exactly one file.
    """
    return _unpacker(compression)(blocks, limit)


def _unpacker(compression: Compression) -> Unpack:
    """Import what unpacks a format: few files are compressed, and each in one format."""
    if compression is Compression.BZ2:
        from .bzip2 import unpack_bz2

        return unpack_bz2
    if compression is Compression.XZ:
        from .xz import unpack_xz

        return unpack_xz
    if compression is Compression.ZSTD:
        from .zst import unpack_zst

        return unpack_zst
    if compression is Compression.ZIP:
        from .zip_archive import unpack_zip

        return unpack_zip
    return gunzip
