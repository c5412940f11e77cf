"""Unpack a ZIP archive that contains one file, from front to back.

An archive may also contain folders and the files that macOS and Windows add. If it contains several
files, the error names two of them. The directory at the end must list the file exactly as it was
read; otherwise other programs would see another archive.
"""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..errors import BadCompressed
from ..formats import Compression
from ..gunzip import GrowthLimit
from ..wording import shown
from .growth import Growth
from .source import PIECE_BYTES, Source
from .streams import OUT_BYTES
from .zip_headers import (
    DEFLATED,
    DESCRIPTOR,
    ENCRYPTED,
    ENTRY,
    HAS_DESCRIPTOR,
    IN_ZIP64,
    LOCAL,
    STORED,
    Member,
    Records,
)

METHODS = {
    1: "shrink", 6: "implode", 9: "Deflate64", 12: "bz2", 14: "LZMA", 93: "zstd", 95: "xz",
    98: "PPMd", 99: "AES encryption",
}  # fmt: skip
#: A directory of one entry, and the end of the archive.
MIN_TAIL_BYTES = 46 + 22


def unpack_zip(blocks: Iterable[bytes], limit: GrowthLimit | None = None) -> Iterator[bytes]:
    """Yield the content of the one file in blocks of at most 1 MiB. Raises BadCompressed."""
    growth = Growth(Compression.ZIP, limit or GrowthLimit())
    records = Records(Source(blocks), growth)
    if records.next_is(DESCRIPTOR):
        raise growth.refusal("is one part of a split archive; join the parts first")
    found: Member | None = None
    while records.next_is(LOCAL):
        member = records.local_header()
        if member.is_data and found:
            raise _several(growth, [found.name, member.name])
        contents = _Contents(records, growth, member)
        for out in contents.unpack():
            if member.is_data:
                yield out
        if member.is_data:
            found = contents.as_read()
    _check_directory(records, growth, found)


def _check_directory(records: Records, growth: Growth, found: Member | None) -> None:
    """Read the directory; raise BadCompressed unless ``found`` is the only file that it lists."""
    listed: list[Member] = []
    while records.next_is(ENTRY):
        entry = records.entry()
        listed += [entry] if entry.is_data and len(listed) < 2 else []
    records.end()
    if not found and not listed:
        raise growth.refusal("contains no file; pack the CSV again")
    if not found or len(listed) != 1 or not _agree(listed[0], found):
        raise records.damaged("its directory does not list what the archive contains")


def _agree(listed: Member, found: Member) -> bool:
    if listed.offset not in (found.offset, IN_ZIP64):
        return False
    pairs = ((listed.packed, found.packed), (listed.unpacked, found.unpacked))
    return listed.crc == found.crc and all(size in (real, IN_ZIP64) for size, real in pairs)


def _several(growth: Growth, names: list[str]) -> BadCompressed:
    both = " and ".join(map(shown, names))
    return growth.refusal(f"contains more than one file ({both}); submit one of them")


class _Contents:
    """The bytes of one member."""

    def __init__(self, records: Records, growth: Growth, member: Member) -> None:
        self.records = records
        self.source = records.source
        self.growth = growth
        self.member = member
        self.crc = self.unpacked = self.packed = 0

    def as_read(self) -> Member:
        """Return the member with the sizes and the checksum that were found, not those stated."""
        return replace(self.member, crc=self.crc, packed=self.packed, unpacked=self.unpacked)

    def unpack(self) -> Iterator[bytes]:
        self._refuse_unreadable()
        start = self.source.position
        for out in self._inflate() if self.member.method == DEFLATED else self._copy():
            self.crc = zlib.crc32(out, self.crc)
            self.unpacked += len(out)
            self.growth.add(self.source.position, out)
            if out:
                yield out
        self.packed = self.source.position - start
        self._check()

    def _refuse_unreadable(self) -> None:
        member = self.member
        if member.flags & ENCRYPTED:
            raise self.growth.refusal("is encrypted; pack the CSV without a password")
        if member.method not in (STORED, DEFLATED):
            method = METHODS.get(member.method, f"method {member.method}")
            raise self.growth.refusal(f"is packed with {method}; pack it with Deflate")

    def _copy(self) -> Iterator[bytes]:
        left = self.member.packed
        while left:
            piece = self.source.take(min(left, PIECE_BYTES))
            if not piece:
                raise self.growth.truncated(self.source.position)
            left -= len(piece)
            yield piece

    def _inflate(self) -> Iterator[bytes]:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        data = b""
        while not inflater.eof:
            data = inflater.unconsumed_tail or self.source.take_piece()
            if not data:
                raise self.growth.truncated(self.source.position)
            try:
                yield inflater.decompress(data, OUT_BYTES)
            except zlib.error as error:
                reason = str(error).rpartition(": ")[2]
                raise self.growth.damaged(self.source.position, reason) from error
        self.source.put_back(inflater.unused_data)

    def _check(self) -> None:
        """Raise BadCompressed unless sizes and checksum match the header or the descriptor."""
        member, read = self.member, (self.crc, self.packed, self.unpacked)
        fits = read == (member.crc, member.packed, member.unpacked)
        if member.flags & HAS_DESCRIPTOR:
            # Some writers give these values in the header, and leave the descriptor out.
            fits = self.records.descriptor(*read) or (fits and self.source.peek(2) == b"PK")
        if not fits:
            raise self._mismatch()

    def _mismatch(self) -> BadCompressed:
        if self.member.method == STORED and self.member.flags & HAS_DESCRIPTOR:
            return self.growth.refusal("does not say how large its file is; submit the CSV itself")
        ahead = self.source.peek(MIN_TAIL_BYTES)
        if len(ahead) < MIN_TAIL_BYTES:
            return self.growth.truncated(self.source.position + len(ahead))
        return self.records.damaged("a checksum or a size is wrong")
