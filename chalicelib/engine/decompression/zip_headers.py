"""Read the records before and after the members of a ZIP archive (APPNOTE.TXT 6.3.10)."""

import struct
from dataclasses import dataclass

from ..errors import BadCompressed
from .growth import Growth
from .source import Source

LOCAL = b"PK\x03\x04"
ENTRY = b"PK\x01\x02"
END = b"PK\x05\x06"
DESCRIPTOR = b"PK\x07\x08"
ZIP64_END = b"PK\x06\x06"
ZIP64_LOCATOR = b"PK\x06\x07"
STORED, DEFLATED = 0, 8
ENCRYPTED, HAS_DESCRIPTOR, UTF8 = 1, 8, 0x800
IN_ZIP64 = 0xFFFFFFFF
#: Files that desktop systems add to an archive.
IGNORED_NAMES = (".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True)
class Member:
    """A file in the archive, as a header describes it; a local header may lack the sizes."""

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    unpacked: int
    offset: int

    @property
    def is_data(self) -> bool:
        """Whether this is a file, but not one that a desktop system added."""
        path = self.name.replace("\\", "/")
        ignored = path.startswith("__MACOSX/") or path.rpartition("/")[2] in IGNORED_NAMES
        return not (ignored or path.endswith("/"))


class Records:
    """Takes records from a source; raises BadCompressed if one is truncated."""

    def __init__(self, source: Source, growth: Growth) -> None:
        self.source = source
        self.growth = growth

    def take(self, size: int) -> bytes:
        data = self.source.take(size)
        if len(data) < size:
            raise self.growth.truncated(self.source.position)
        return data

    def next_is(self, signature: bytes) -> bool:
        return self.source.peek(4) == signature

    def damaged(self, what: str) -> BadCompressed:
        return self.growth.damaged(self.source.position, what)

    def local_header(self) -> Member:
        offset = self.source.position
        _, _, flags, method, _, crc, packed, unpacked, name_size, extra_size = struct.unpack(
            "<4s3HL3L2H", self.take(30)
        )
        name, extra = self.take(name_size), self.take(extra_size)
        if unpacked == packed == IN_ZIP64 and len(long := _zip64_field(extra)) >= 16:
            unpacked, packed = struct.unpack("<2Q", long[:16])
        return Member(_text(name, flags), flags, method, crc, packed, unpacked, offset)

    def descriptor(self, crc: int, packed: int, unpacked: int) -> bool:
        """Take the record that repeats these values; return False if no such record follows.

        The record has 4 or 8 bytes per size, and may have a signature.
        """
        ahead = self.source.peek(28)
        for size, form in ((8, "<LQQ"), (4, "<LLL")):
            if unpacked >= 1 << (8 * size) or packed >= 1 << (8 * size):
                continue
            body = struct.pack(form, crc, packed, unpacked)
            for record in (DESCRIPTOR + body, body):
                if ahead.startswith(record) and ahead[len(record) :].startswith(b"PK"):
                    self.take(len(record))
                    return True
        return False

    def entry(self) -> Member:
        fields = struct.unpack("<4s6H3L5H2L", self.take(46))
        flags, method, crc, packed, unpacked = *fields[3:5], *fields[7:10]
        name = self.take(fields[10])
        self.take(fields[11])  # extra fields
        self.take(fields[12])  # a comment
        return Member(_text(name, flags), flags, method, crc, packed, unpacked, fields[16])

    def end(self) -> None:
        """Take all that follows the directory's entries, down to the archive's end."""
        if self.next_is(ZIP64_END):
            self.take(int.from_bytes(self.take(12)[4:], "little"))
        if self.next_is(ZIP64_LOCATOR):
            self.take(20)
        if not self.next_is(END):
            self._refuse_unknown()
        self.take(int.from_bytes(self.take(22)[20:], "little"))
        if self.source.skip_zeros():
            raise self.damaged("the archive ends here, but the file goes on")

    def _refuse_unknown(self) -> None:
        ahead = self.source.peek(4)
        if len(ahead) < 4:
            raise self.growth.truncated(self.source.position + len(ahead))
        raise self.damaged("neither a file nor the archive's directory")


def _text(name: bytes, flags: int) -> str:
    return name.decode("utf-8" if flags & UTF8 else "cp437", "replace")


def _zip64_field(extra: bytes) -> bytes:
    """Return the extra field with sizes of 8 bytes; nothing if there is none."""
    while len(extra) >= 4:
        kind, size = struct.unpack("<2H", extra[:4])
        if kind == 1:
            return extra[4 : 4 + size]
        extra = extra[4 + size :]
    return b""
