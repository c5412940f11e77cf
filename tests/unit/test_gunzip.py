"""Gzip: every block size gives the same bytes, and each kind of damage its own error."""

import gzip
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.gunzip import OUT_BYTES, GrowthLimit, gunzip
from chalicelib.errors import BadGzip
from tests.csv_files import in_blocks

TEXT = b"a,b\n" + b"".join(b"%d,%d\n" % (number, number * number) for number in range(500))


def unpack(packed: bytes, size: int = 1 << 16, limit: GrowthLimit | None = None) -> bytes:
    return b"".join(gunzip(in_blocks(packed, size), limit))


def refusal(packed: bytes, size: int = 1 << 16, limit: GrowthLimit | None = None) -> str:
    with pytest.raises(BadGzip) as refused:
        unpack(packed, size, limit)
    assert refused.value.detail.endswith(".")
    return refused.value.code


@given(
    st.lists(st.binary(max_size=2000), min_size=1, max_size=4),
    st.integers(1, 300),
    st.integers(0, 40),
)
def test_members_and_padding_unpack_as_one_file_whatever_the_blocks(
    members: list[bytes], size: int, padding: int
) -> None:
    packed = b"".join(map(gzip.compress, members)) + b"\0" * padding
    assert unpack(packed, size) == b"".join(members)


@pytest.mark.parametrize("size", [1, 7, 1 << 16])
def test_a_file_that_is_not_gzip_is_refused(size: int) -> None:
    assert refusal(TEXT, size) == "not_gzip"


@pytest.mark.parametrize("size", [1, 1 << 16])
@pytest.mark.parametrize("kept", [0, 1, 9, 10, 200, -8, -1])
def test_an_incomplete_file_is_refused(kept: int, size: int) -> None:
    packed = gzip.compress(TEXT)
    assert refusal(packed[: kept if kept >= 0 else len(packed) + kept], size) == "gzip_truncated"


def test_an_incomplete_second_member_is_refused() -> None:
    assert refusal(gzip.compress(TEXT) + gzip.compress(TEXT)[:50]) == "gzip_truncated"


@pytest.mark.parametrize("at", [-8, -1])
def test_a_wrong_checksum_or_length_is_refused(at: int) -> None:
    packed = bytearray(gzip.compress(TEXT))
    packed[at] ^= 1
    assert refusal(bytes(packed)) == "gzip_damaged"


def test_junk_after_a_member_is_refused() -> None:
    assert refusal(gzip.compress(TEXT) + b"junk") == "gzip_damaged"


def test_a_flipped_bit_is_noticed_or_harmless() -> None:
    packed, random, refused = gzip.compress(TEXT), Random(1), 0
    for _ in range(300):
        broken = bytearray(packed)
        broken[random.randrange(len(packed))] ^= 1 << random.randrange(8)
        try:
            assert unpack(bytes(broken)) == TEXT
        except BadGzip:
            refused += 1
    assert refused > 250, "the bits that are harmless are some of the header"


def test_a_bomb_is_refused_long_before_it_is_unpacked() -> None:
    bomb = gzip.compress(b"0" * 30_000_000)
    written = 0
    with pytest.raises(BadGzip) as refused:
        for block in gunzip([bomb], GrowthLimit(max_ratio=200, free_bytes=1_000_000)):
            written += len(block)
            assert len(block) <= OUT_BYTES
    assert refused.value.code == "gzip_ratio"
    assert written <= 200 * len(bomb) + OUT_BYTES


def test_a_file_that_decompresses_to_too_many_bytes_is_refused() -> None:
    packed = gzip.compress(Random(1).randbytes(50_000))
    assert refusal(packed, limit=GrowthLimit(max_bytes=40_000)) == "gzip_too_large"
    assert len(unpack(packed, limit=GrowthLimit(max_bytes=50_000))) == 50_000
