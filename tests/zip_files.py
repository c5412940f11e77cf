"""ZIP archives made by hand, record by record, also as ``zipfile`` does not write them."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

DESCRIPTORS = {
    "signed": "<4sLLL",
    "bare": "<LLL",
    "signed64": "<4sLQQ",
    "bare64": "<LQQ",
}


@dataclass(frozen=True)
class Entry:
    """A member; ``descriptor`` puts its sizes after it, ``method`` and ``crc`` may be wrong."""

    name: str
    data: bytes
    stored: bool = False
    descriptor: str = ""
    zip64: bool = False
    flags: int = 0
    method: int | None = None
    crc: int | None = None

    @property
    def packed(self) -> bytes:
        if self.stored:
            return self.data
        packer = zlib.compressobj(wbits=-15)
        return packer.compress(self.data) + packer.flush()

    @property
    def checksum(self) -> int:
        return zlib.crc32(self.data) if self.crc is None else self.crc

    @property
    def head(self) -> tuple[int, int, int]:
        """Version, flags and method."""
        method = (0 if self.stored else 8) if self.method is None else self.method
        return 20, self.flags | 0x800 | (8 if self.descriptor else 0), method

    def local(self) -> bytes:
        figures = (self.checksum, len(self.packed), len(self.data))
        extra = b""
        if self.zip64:
            extra = struct.pack("<2H2Q", 1, 16, figures[2], figures[1])
            figures = (figures[0], 0xFFFFFFFF, 0xFFFFFFFF)
        after = b""
        if self.descriptor:
            signature = (b"PK\x07\x08",) if "signed" in self.descriptor else ()
            after = struct.pack(DESCRIPTORS[self.descriptor], *signature, *figures)
            figures = (0, 0, 0)
        name = self.name.encode()
        header = struct.pack(
            "<4s3H2H3L2H", b"PK\x03\x04", *self.head, 0, 0, *figures, len(name), len(extra)
        )
        return header + name + extra + self.packed + after

    def entry(self, offset: int) -> bytes:
        name = self.name.encode()
        fields = (self.checksum, len(self.packed), len(self.data), len(name), 0, 0, 0, 0, 0, offset)
        return struct.pack("<4sH3H2H3L5H2L", b"PK\x01\x02", 20, *self.head, 0, 0, *fields) + name


def zip_file(*entries: Entry, comment: bytes = b"", listed: Sequence[Entry] | None = None) -> bytes:
    """An archive of ``entries``; ``listed``: what its directory says instead."""
    data, offsets = b"", []
    for entry in entries:
        offsets.append(len(data))
        data += entry.local()
    shown = entries if listed is None else listed
    offsets += [0] * len(shown)
    directory = b"".join(entry.entry(at) for entry, at in zip(shown, offsets, strict=False))
    counts = (0, 0, len(shown), len(shown), len(directory), len(data), len(comment))
    return data + directory + struct.pack("<4s4H2LH", b"PK\x05\x06", *counts) + comment
