"""Gzip, streamed with bounded memory and bounded growth."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .errors import BadGzip

OUT_BYTES = 1024 * 1024
PIECE_BYTES = 16 * 1024


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


def gunzip(blocks: Iterable[bytes], limit: GrowthLimit | None = None) -> Iterator[bytes]:
    """Decompress one or more gzip members, in blocks of at most 1 MiB.

    Raise BadGzip if the bytes are not gzip, or are damaged, incomplete or too large.
    """
    limit = limit or GrowthLimit()
    member, read, written, members, fresh = _member(), 0, 0, 0, True
    for piece in _pieces(blocks):
        read += len(piece)
        data = piece
        # Zeros after a member are padding.
        while data and not (fresh and members and not data.strip(b"\0")):
            out = _decompress(member, data, first=not members and not written)
            written += len(out)
            limit.check(read, written)
            if out:
                yield out
            data, fresh = member.unconsumed_tail, member.eof
            if member.eof:
                data, member, members = member.unused_data, _member(), members + 1
    if not fresh or not read:
        raise BadGzip(
            "gzip_truncated",
            f"The gzip file is incomplete, it ends after {read} bytes; upload it again.",
        )


def _pieces(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut blocks into small ones: each member, even of 20 bytes, copies the rest of its block."""
    for block in blocks:
        yield from (block[at : at + PIECE_BYTES] for at in range(0, len(block), PIECE_BYTES))


def _member() -> "zlib._Decompress":
    return zlib.decompressobj(wbits=31)


def _decompress(member: "zlib._Decompress", data: bytes, *, first: bool) -> bytes:
    try:
        return member.decompress(data, OUT_BYTES)
    except zlib.error as error:
        if first and "header" in str(error):
            raise BadGzip(
                "not_gzip",
                "The file's name ends in .gz, but its content is not gzip;"
                " rename it, or compress it.",
            ) from error
        raise BadGzip(
            "gzip_damaged",
            f"The gzip file is damaged ({str(error).rpartition(': ')[2]}); upload it again.",
        ) from error
