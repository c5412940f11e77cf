"""Gzip: every block size gives the same bytes, and every damage has its sentence."""

import gzip
import os
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.gunzip import OUT_BYTES, GrowthLimit, gunzip
from chalicelib.errors import BadGzip

TEXT = b"a,b\n" + b"".join(b"%d,%d\n" % (number, number * number) for number in range(500))


def unpack(packed: bytes, size: int = 1 << 16, limit: GrowthLimit | None = None) -> bytes:
    return b"".join(gunzip((packed[at : at + size] for at in range(0, len(packed), size)), limit))


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
def test_what_is_not_gzip_says_so(size: int) -> None:
    assert refusal(TEXT, size) == "not_gzip"


@pytest.mark.parametrize("size", [1, 1 << 16])
@pytest.mark.parametrize("kept", [0, 1, 9, 10, 200, -8, -1])
def test_a_cut_file_says_so(kept: int, size: int) -> None:
    packed = gzip.compress(TEXT)
    assert refusal(packed[: kept if kept >= 0 else len(packed) + kept], size) == "gzip_truncated"


def test_a_second_member_that_is_cut_says_so() -> None:
    assert refusal(gzip.compress(TEXT) + gzip.compress(TEXT)[:50]) == "gzip_truncated"


@pytest.mark.parametrize("at", [-8, -1])
def test_a_wrong_checksum_or_length_says_so(at: int) -> None:
    packed = bytearray(gzip.compress(TEXT))
    packed[at] ^= 1
    assert refusal(bytes(packed)) == "gzip_damaged"


def test_junk_behind_a_member_says_so() -> None:
    assert refusal(gzip.compress(TEXT) + b"junk") == "gzip_damaged"


def test_any_flipped_bit_is_noticed_or_harmless() -> None:
    packed = gzip.compress(TEXT)
    for _ in range(300):
        broken = bytearray(packed)
        broken[random.randrange(len(packed))] ^= 1 << random.randrange(8)
        try:
            assert unpack(bytes(broken)) == TEXT
        except BadGzip:
            pass


def test_a_bomb_is_refused_long_before_it_is_unpacked() -> None:
    bomb = gzip.compress(b"0" * 30_000_000)
    written = 0
    with pytest.raises(BadGzip) as refused:
        for block in gunzip([bomb], GrowthLimit(max_ratio=200, free_bytes=1_000_000)):
            written += len(block)
            assert len(block) <= OUT_BYTES
    assert refused.value.code == "gzip_ratio"
    assert written <= 200 * len(bomb) + OUT_BYTES


def test_a_file_beyond_the_largest_size_is_refused() -> None:
    assert (
        refusal(gzip.compress(os.urandom(50_000)), limit=GrowthLimit(max_bytes=40_000))
        == "gzip_too_large"
    )
