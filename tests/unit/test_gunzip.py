"""Gzip by zlib and by isal: the same bytes from any blocks, the same error for each damage."""

import gzip
import zlib
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.gunzip import OUT_BYTES, ZLIB, GrowthLimit, Library, fastest, gunzip
from chalicelib.errors import BadGzip
from tests.csv_files import in_blocks

TEXT = b"a,b\n" + b"".join(b"%d,%d\n" % (number, number * number) for number in range(500))
HEADER_BYTES = 10
HAS_ISAL = pytest.mark.skipif(fastest() is ZLIB, reason="the isal package is not installed")

every_library = pytest.mark.parametrize(
    "library", [pytest.param(ZLIB, id="zlib"), pytest.param(fastest(), id="isal", marks=HAS_ISAL)]
)


def unpack(
    packed: bytes, library: Library, size: int = 1 << 16, limit: GrowthLimit | None = None
) -> bytes:
    return b"".join(gunzip(in_blocks(packed, size), limit, library))


def refusal(
    packed: bytes, library: Library, size: int = 1 << 16, limit: GrowthLimit | None = None
) -> str:
    with pytest.raises(BadGzip) as refused:
        unpack(packed, library, size, limit)
    assert refused.value.detail.endswith(".")
    return refused.value.code


def with_header(flags: int, fields: bytes) -> bytes:
    """Return a member with optional header fields."""
    return b"\x1f\x8b\x08" + bytes([flags]) + bytes(6) + fields + gzip.compress(TEXT)[HEADER_BYTES:]


@every_library
@given(
    st.lists(st.binary(max_size=2000), min_size=1, max_size=4),
    st.integers(1, 300),
    st.integers(0, 40),
)
def test_members_and_padding_unpack_as_one_file_whatever_the_blocks(
    library: Library, members: list[bytes], size: int, padding: int
) -> None:
    zeros = b"\0" * padding
    packed = zeros.join(map(gzip.compress, members)) + zeros
    assert unpack(packed, library, size) == b"".join(members)


@every_library
@pytest.mark.parametrize("size", [1, 7, 1 << 16])
@pytest.mark.parametrize(
    ("flags", "fields"),
    [
        (0x01, b""),  # "probably text"
        (0x04, b"\x05\0hello"),
        (0x08, b"name.csv\0"),
        (0x10, b"a comment\0"),
        (0x1C, b"\x02\0xy" + b"name\0" + b"\0"),
    ],
)
def test_optional_header_fields_are_skipped(
    library: Library, size: int, flags: int, fields: bytes
) -> None:
    assert unpack(with_header(flags, fields), library, size) == TEXT
    header = b"\x1f\x8b\x08" + bytes([flags | 2]) + bytes(6) + fields
    checksum = (zlib.crc32(header) & 0xFFFF).to_bytes(2, "little")
    assert unpack(with_header(flags | 2, fields + checksum), library, size) == TEXT
    assert refusal(with_header(flags | 2, fields + b"\0\0"), library, size) == "gzip_damaged"


@every_library
@pytest.mark.parametrize("size", [1, 7, 1 << 16])
@pytest.mark.parametrize("data", [TEXT, b"\x1f", b"\x1f1", b"\0", b"a"])
def test_a_file_that_is_not_gzip_is_refused(library: Library, size: int, data: bytes) -> None:
    expected = "gzip_truncated" if data == b"\x1f" else "not_gzip"
    assert refusal(data, library, size) == expected


@every_library
@pytest.mark.parametrize("size", [1, 1 << 16])
@pytest.mark.parametrize("kept", [0, 1, 9, 10, 200, -8, -1])
def test_an_incomplete_file_is_refused(library: Library, kept: int, size: int) -> None:
    packed = gzip.compress(TEXT)
    cut = packed[: kept if kept >= 0 else len(packed) + kept]
    assert refusal(cut, library, size) == "gzip_truncated"


@every_library
@pytest.mark.parametrize("kept", [1, 5, 50])
def test_an_incomplete_second_member_is_refused(library: Library, kept: int) -> None:
    packed = gzip.compress(TEXT)
    assert refusal(packed + packed[:kept], library) == "gzip_truncated"


@every_library
@pytest.mark.parametrize("at", [2, 3, 20, -8, -1])
def test_a_wrong_byte_is_refused(library: Library, at: int) -> None:
    packed = bytearray(gzip.compress(TEXT))
    packed[at] ^= 0x80
    assert refusal(bytes(packed), library) == "gzip_damaged"


@every_library
@pytest.mark.parametrize("junk", [b"junk", b"\0\0junk", b"\x1fj"])
def test_junk_after_a_member_is_refused(library: Library, junk: bytes) -> None:
    assert refusal(gzip.compress(TEXT) + junk, library) == "gzip_damaged"


@every_library
def test_a_name_without_an_end_is_refused(library: Library) -> None:
    assert refusal(with_header(0x08, b"x" * 100_000), library) == "gzip_damaged"


@every_library
def test_a_flipped_bit_is_noticed_or_harmless(library: Library) -> None:
    packed, random, refused = gzip.compress(TEXT), Random(1), 0
    for _ in range(300):
        broken = bytearray(packed)
        broken[random.randrange(len(packed))] ^= 1 << random.randrange(8)
        try:
            assert unpack(bytes(broken), library) == TEXT
        except BadGzip:
            refused += 1
    assert refused > 250, "the bits that are harmless are some of the header"


@every_library
def test_a_bomb_is_refused_long_before_it_is_unpacked(library: Library) -> None:
    bomb = gzip.compress(b"0" * 30_000_000)
    written = 0
    with pytest.raises(BadGzip) as refused:
        for block in gunzip([bomb], GrowthLimit(max_ratio=200, free_bytes=1_000_000), library):
            written += len(block)
            assert len(block) <= OUT_BYTES
    assert refused.value.code == "gzip_ratio"
    assert written <= 200 * len(bomb) + OUT_BYTES


@every_library
def test_a_file_that_decompresses_to_too_many_bytes_is_refused(library: Library) -> None:
    packed = gzip.compress(Random(1).randbytes(50_000))
    assert refusal(packed, library, limit=GrowthLimit(max_bytes=40_000)) == "gzip_too_large"
    assert len(unpack(packed, library, limit=GrowthLimit(max_bytes=50_000))) == 50_000


@every_library
def test_blocks_larger_than_what_is_decompressed_at_once(library: Library) -> None:
    data = Random(1).randbytes(100_000) + b"0" * 5_000_000 + TEXT
    assert unpack(gzip.compress(data) * 2, library, 1 << 20) == data * 2
