"""Compressed files: every block size gives the same bytes, and every damage has its sentence."""

import bz2
import gzip
import lzma
import random
import re
import sys
import zlib
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.decompression import GrowthLimit, decompress
from chalicelib.engine.decompression.streams import OUT_BYTES
from chalicelib.engine.errors import BadCompressed
from chalicelib.engine.formats import Compression, identify
from chalicelib.errors import FileError
from tests.zip_files import Entry, zip_file

TEXT = b"a,b\n" + b"".join(b"%d,%d\n" % (number, number * number) for number in range(500))


def pack_zst(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


def pack_zip(data: bytes) -> bytes:
    return zip_file(Entry("data.csv", data))


PACK: dict[Compression, Callable[[bytes], bytes]] = {
    Compression.GZIP: gzip.compress,
    Compression.BZ2: bz2.compress,
    Compression.XZ: lzma.compress,
    Compression.ZSTD: pack_zst,
    Compression.ZIP: pack_zip,
}
STREAMS = [Compression.BZ2, Compression.XZ, Compression.ZSTD]
OURS = [*STREAMS, Compression.ZIP]
SIZES = [1, 7, 1 << 16]


def unpack(
    compression: Compression, packed: bytes, size: int = 1 << 16, limit: GrowthLimit | None = None
) -> bytes:
    blocks = (packed[at : at + size] for at in range(0, len(packed), size))
    return b"".join(decompress(compression, blocks, limit))


def refusal(
    compression: Compression, packed: bytes, size: int = 1 << 16, limit: GrowthLimit | None = None
) -> FileError:
    with pytest.raises(FileError) as refused:
        unpack(compression, packed, size, limit)
    assert re.fullmatch(r"The [^\n]+[^.]\.", refused.value.detail)
    return refused.value


@pytest.mark.parametrize("compression", Compression)
@pytest.mark.parametrize("size", SIZES)
def test_a_file_is_known_and_unpacked_whatever_the_blocks(
    compression: Compression, size: int
) -> None:
    packed = PACK[compression](TEXT)
    assert identify(packed) is compression
    assert unpack(compression, packed, size) == TEXT


@pytest.mark.parametrize("compression", Compression)
def test_a_file_without_content_is_empty(compression: Compression) -> None:
    assert unpack(compression, PACK[compression](b"")) == b""


@given(
    st.sampled_from(STREAMS),
    st.lists(st.binary(max_size=2000), min_size=1, max_size=4),
    st.integers(1, 300),
    st.integers(0, 40),
)
def test_streams_and_padding_unpack_as_one_file_whatever_the_blocks(
    compression: Compression, streams: list[bytes], size: int, padding: int
) -> None:
    packed = b"".join(map(PACK[compression], streams)) + b"\0" * padding
    assert unpack(compression, packed, size) == b"".join(streams)


@pytest.mark.parametrize("compression", OURS)
def test_blocks_are_bounded_however_much_a_file_grows(compression: Compression) -> None:
    packed = PACK[compression](b"0" * 20_000_000)
    sizes = [len(block) for block in decompress(compression, [packed])]
    assert sum(sizes) == 20_000_000
    assert 0 < min(sizes) <= max(sizes) <= OUT_BYTES


@pytest.mark.parametrize("compression", OURS)
@pytest.mark.parametrize("size", SIZES)
def test_a_file_cut_anywhere_says_so(compression: Compression, size: int) -> None:
    packed = PACK[compression](TEXT)
    for kept in {4, 5, 9, 13, 31, 60, len(packed) // 2, len(packed) - 20, len(packed) - 1}:
        error = refusal(compression, packed[:kept], size)
        assert error.code == f"{compression}_truncated"
        assert f"after {kept:,} bytes" in error.detail


@pytest.mark.parametrize("compression", STREAMS)
def test_a_second_stream_that_is_cut_says_so(compression: Compression) -> None:
    packed = PACK[compression](TEXT)
    for kept in (1, 3, 50):
        assert refusal(compression, packed + packed[:kept]).code == f"{compression}_truncated"


@pytest.mark.parametrize("compression", OURS)
@pytest.mark.parametrize("size", SIZES)
def test_what_follows_the_end_is_refused_with_its_place(
    compression: Compression, size: int
) -> None:
    packed = PACK[compression](TEXT)
    error = refusal(compression, packed + b"\0junk", size)
    assert error.code == f"{compression}_damaged"
    assert f"near byte {len(packed) + 1:,} (" in error.detail


@pytest.mark.parametrize("compression", OURS)
def test_any_flipped_bit_is_noticed_or_harmless(compression: Compression) -> None:
    packed = PACK[compression](TEXT)
    chance = random.Random(5)
    noticed = 0
    for _ in range(400):
        broken = bytearray(packed)
        broken[chance.randrange(len(packed))] ^= 1 << chance.randrange(8)
        try:
            assert unpack(compression, bytes(broken)) == TEXT
        except FileError as error:
            noticed += 1
            assert error.code.startswith(compression.value)
    assert noticed > 200


@given(st.sampled_from(OURS), st.binary(max_size=200), st.integers(1, 50))
def test_any_bytes_unpack_or_are_refused(compression: Compression, data: bytes, size: int) -> None:
    try:
        unpack(compression, PACK[compression](b"")[:6] + data, size)
    except FileError as error:
        assert error.code.startswith(compression.value)


@given(st.sampled_from(OURS), st.integers(0, 3000), st.binary(min_size=1, max_size=4))
def test_a_refusal_does_not_depend_on_the_blocks(
    compression: Compression, at: int, junk: bytes
) -> None:
    packed = PACK[compression](TEXT)
    at %= len(packed)
    broken = packed[:at] + junk + packed[at + len(junk) :]
    assert len({outcome(compression, broken, size) for size in (1, 100, 1 << 16)}) == 1


def outcome(compression: Compression, packed: bytes, size: int) -> str | bytes:
    try:
        return unpack(compression, packed, size)
    except FileError as error:
        return error.code


@pytest.mark.parametrize("compression", OURS)
def test_a_bomb_is_refused_long_before_it_is_unpacked(compression: Compression) -> None:
    bomb = PACK[compression](b"0" * 30_000_000)
    limit, written = GrowthLimit(max_ratio=20, free_bytes=1_000_000), 0
    with pytest.raises(FileError) as refused:
        for block in decompress(compression, [bomb], limit):
            written += len(block)
    assert refused.value.code == f"{compression}_ratio"
    assert written <= max(20 * len(bomb), 1_000_000) + OUT_BYTES


@pytest.mark.parametrize("compression", OURS)
def test_a_file_beyond_the_largest_size_is_refused(compression: Compression) -> None:
    packed = PACK[compression](random.Random(1).randbytes(50_000))
    error = refusal(compression, packed, limit=GrowthLimit(max_bytes=40_000))
    assert error.code == f"{compression}_too_large"
    assert "beyond 40,000 bytes" in error.detail


def test_all_levels_and_forms_of_zstd_unpack() -> None:
    data = random.Random(2).randbytes(300_000) + TEXT * 100 + b"0" * 500_000
    for level in (1, 3, 19):
        for known_size in (True, False):
            packer = zstandard.ZstdCompressor(level, write_content_size=known_size)
            made = packer.compressobj()
            streamed = made.compress(data[:999]) + made.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
            streamed += made.compress(data[999:]) + made.flush()
            for packed in (packer.compress(data), streamed):
                assert unpack(Compression.ZSTD, packed, 4096) == data


def test_skippable_frames_are_skipped() -> None:
    skippable = b"\x5a\x2a\x4d\x18" + (50_000).to_bytes(4, "little") + b"x" * 50_000
    packed = skippable + pack_zst(b"a\n") + skippable + pack_zst(b"1\n") + skippable
    assert unpack(Compression.ZSTD, packed, 1000) == b"a\n1\n"
    assert refusal(Compression.ZSTD, packed[:-1]).code == "zst_truncated"


def test_a_wrong_checksum_says_so() -> None:
    for compression, at in ((Compression.ZSTD, -1), (Compression.BZ2, -2)):
        packed = bytearray(PACK[compression](TEXT))
        packed[at] ^= 0xF0
        assert refusal(compression, bytes(packed)).code == f"{compression}_damaged"


def test_a_window_beyond_the_memory_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=28, enable_ldm=True)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    assert refusal(Compression.ZSTD, packer.compress(TEXT) + packer.flush()).code == "zst_window"
    header = lzma.compress(TEXT, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20}])
    flags = header[12:24].replace(b"\x21\x01\x10", b"\x21\x01\x26")  # a dictionary of 2 GiB
    block = flags[:-4] + b"" if flags[:-4] == header[12:20] else flags[:8]
    wide = header[:12] + block + zlib.crc32(block).to_bytes(4, "little") + header[24:]
    assert refusal(Compression.XZ, wide).code == "xz_window"


def test_a_zip_is_read_as_other_programs_write_it() -> None:
    for entry in (
        Entry("data.csv", TEXT),
        Entry("data.csv", TEXT, stored=True),
        Entry("data.csv", TEXT, descriptor="signed"),
        Entry("data.csv", TEXT, descriptor="bare"),
        Entry("data.csv", TEXT, descriptor="signed64"),
        Entry("data.csv", TEXT, descriptor="bare64"),
        Entry("data.csv", TEXT, zip64=True),
        Entry("data.csv", b"", stored=True, descriptor="signed"),
    ):
        for size in (1, 1 << 16):
            made = zip_file(entry, comment=b"made by hand")
            assert unpack(Compression.ZIP, made, size) == entry.data, entry


def test_folders_and_what_desktops_add_are_no_files() -> None:
    packed = zip_file(
        Entry("towns/", b"", stored=True),
        Entry("towns/data.csv", TEXT),
        Entry("__MACOSX/towns/._data.csv", b"\0\5\x16\7" * 9),
        Entry("towns/.DS_Store", b"x"),
    )
    assert unpack(Compression.ZIP, packed, 99) == TEXT


def test_a_zip_of_two_files_names_both() -> None:
    error = refusal(Compression.ZIP, zip_file(Entry("a.csv", b"x\n1\n"), Entry("é.csv", b"x\n2\n")))
    assert error.code == "zip"
    assert "more than one file ('a.csv' and 'é.csv'); submit one of them" in error.detail


@pytest.mark.parametrize(
    ("packed", "words"),
    [
        (zip_file(), "contains no file"),
        (zip_file(Entry("towns/", b"", stored=True)), "contains no file"),
        (zip_file(Entry("a.csv", TEXT, flags=1)), "is encrypted"),
        (zip_file(Entry("a.csv", TEXT, method=9)), "is packed with Deflate64"),
        (zip_file(Entry("a.csv", TEXT, method=14)), "is packed with LZMA"),
        (zip_file(Entry("a.csv", TEXT, method=77)), "is packed with method 77"),
        (
            zip_file(Entry("a.csv", TEXT, stored=True, descriptor="signed")),
            "does not say how large",
        ),
        (b"PK\x07\x08PK\x03\x04", "is one part of a split archive"),
    ],
)
def test_a_zip_that_is_sound_and_not_one_readable_file_says_why(packed: bytes, words: str) -> None:
    error = refusal(Compression.ZIP, packed)
    assert error.code == "zip"
    assert words in error.detail


@pytest.mark.parametrize(
    "listed",
    [
        [],
        [Entry("a.csv", TEXT), Entry("b.csv", TEXT)],
        [Entry("a.csv", TEXT + b"1,2\n")],
    ],
)
def test_a_directory_that_lists_another_content_is_damage(listed: list[Entry]) -> None:
    error = refusal(Compression.ZIP, zip_file(Entry("a.csv", TEXT), listed=listed))
    assert error.code == "zip_damaged"
    assert "its directory" in error.detail


def test_a_zip_entry_with_a_wrong_checksum_says_so() -> None:
    for descriptor in ("", "signed"):
        entry = Entry("a.csv", TEXT, descriptor=descriptor, crc=1)
        assert refusal(Compression.ZIP, zip_file(entry)).code == "zip_damaged"


def test_without_its_library_a_zstd_file_is_refused_with_advice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(BadCompressed, match="compress it with gzip") as refused:
        list(decompress(Compression.ZSTD, [pack_zst(TEXT)]))
    assert refused.value.code == "zst"
