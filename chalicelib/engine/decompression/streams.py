"""The loop for formats that consist of consecutive streams: bz2 and xz."""

from collections.abc import Callable, Iterator
from typing import Protocol

from .growth import Growth
from .source import Source

OUT_BYTES = 1024 * 1024


class Decoder(Protocol):
    """The interface that the decompressors of bz2 and lzma share."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


def unpack_streams(
    source: Source, magic: bytes, new_decoder: Callable[[], Decoder], growth: Growth
) -> Iterator[bytes]:
    """Yield the content of all streams, each of which begins with ``magic``.

    Errors of the decoder pass through; the module of the format translates them.
    """
    while True:
        decoder = new_decoder()
        while not decoder.eof:
            data = source.take_piece() if decoder.needs_input else b""
            if decoder.needs_input and not data:
                raise growth.truncated(source.position)
            out = decoder.decompress(data, OUT_BYTES)
            growth.add(source.position, out)
            if out:
                yield out
        source.put_back(decoder.unused_data)
        if not source.skip_zeros():
            return
        check_next(source, magic, growth)


def check_next(source: Source, magic: bytes, growth: Growth) -> None:
    """Raise BadCompressed unless what follows a stream begins as the next one does."""
    if not magic.startswith(source.peek(len(magic))):
        raise growth.damaged(source.position, "the compressed data ends here, but the file goes on")
