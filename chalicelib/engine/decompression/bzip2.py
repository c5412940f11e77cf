"""bz2: one or more streams, as bzip2, pbzip2 and lbzip2 write them."""

import bz2
from collections.abc import Iterable, Iterator

from ..formats import Compression
from ..gunzip import GrowthLimit
from .growth import Growth
from .source import Source
from .streams import unpack_streams

MAGIC = b"BZh"


def unpack_bz2(blocks: Iterable[bytes], limit: GrowthLimit | None = None) -> Iterator[bytes]:
    """Yield the content in blocks of at most 1 MiB. Raises BadCompressed."""
    growth = Growth(Compression.BZ2, limit or GrowthLimit())
    source = Source(blocks)
    try:
        yield from unpack_streams(source, MAGIC, bz2.BZ2Decompressor, growth)
    except OSError as error:  # the only error of the bz2 module
        raise growth.damaged(source.position, str(error).lower()) from error
