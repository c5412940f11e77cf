"""Encodings: UTF-16 becomes UTF-8 whatever the blocks, names are read in the one that fits."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.encodings import (
    UTF8_MARK,
    as_utf8,
    decode,
    find_encoding,
    is_utf16,
    reread,
    skip_marks,
)
from chalicelib.engine.read_options import Encoding
from chalicelib.errors import BadCsv, Fault

MARKS = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
byte_orders = st.sampled_from(sorted(MARKS))


def read(data: bytes, size: int = 1000, asked: Encoding = "auto") -> bytes:
    return b"".join(as_utf8((data[at : at + size] for at in range(0, len(data), size)), asked))


def fault_of(data: bytes, asked: Encoding = "auto") -> Fault:
    with pytest.raises(BadCsv) as bad:
        read(data, asked=asked)
    return bad.value.fault


@given(st.text(), byte_orders, st.integers(1, 9))
def test_utf_16_becomes_utf_8_whatever_the_blocks(text: str, order: str, size: int) -> None:
    text = "x" + text  # a NUL after the mark would be the mark of UTF-32
    assert read(MARKS[order] + text.encode(order), size) == text.encode()


@given(st.binary(), st.integers(1, 9))
def test_what_has_no_mark_stays_as_it_is(data: bytes, size: int) -> None:
    assert read(b"x" + data, size) == b"x" + data


@pytest.mark.parametrize("data", [b"", b"a", b"\xff", b"ab"])
def test_a_text_shorter_than_a_mark_stays_as_it_is(data: bytes) -> None:
    assert read(data) == data


@given(st.lists(st.integers(0, 0xFFFF), max_size=20), byte_orders, st.integers(1, 7))
def test_half_a_surrogate_pair_is_no_utf_8_and_no_error(
    units: list[int], order: str, size: int
) -> None:
    units = [ord("x"), *units]
    raw = b"".join(unit.to_bytes(2, "little" if order == "utf-16-le" else "big") for unit in units)
    expected = raw.decode(order, "surrogatepass").encode("utf-8", "surrogatepass")
    assert read(MARKS[order] + raw, size) == expected


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_half_a_pair_at_the_end_is_read_once(size: int) -> None:
    assert read(codecs.BOM_UTF16_BE + b"\0x\xd8\0", size) == b"x\xed\xa0\x80"


@pytest.mark.parametrize("tail", [b"a", b"\x3d\xd8a"])
def test_half_a_character_at_the_end_is_a_file_that_was_cut(tail: bytes) -> None:
    fault = fault_of(codecs.BOM_UTF16_LE + "a,b\n".encode("utf-16-le") + tail)
    assert fault.code == "utf_16"
    assert f"after {10 + len(tail)} bytes" in fault.message
    assert fault.advice == "upload it again"


def test_blocks_of_utf_8_are_bounded() -> None:
    data = codecs.BOM_UTF16_LE + "\u20ac".encode("utf-16-le") * 2_000_000
    assert max(map(len, as_utf8([data]))) <= 1 << 20


@pytest.mark.parametrize("asked", ["utf-8", "latin-1", "windows-1252"])
def test_a_mark_against_the_encoding_asked_for_is_refused(asked: Encoding) -> None:
    fault = fault_of("a,b\n".encode("utf-16"), asked)
    assert (fault.code, fault.message.endswith(f"not {asked}")) == ("utf_16", True)


def test_utf_16_without_its_mark_is_refused_when_asked_for() -> None:
    assert "does not begin with the byte order mark" in fault_of(b"a\0,\0", "utf-16").message
    assert read("a,b\n".encode("utf-16"), asked="utf-16") == b"a,b\n"


def test_the_mark_of_utf_32_is_none_of_utf_16() -> None:
    assert not is_utf16("a".encode("utf-32"))


@pytest.mark.parametrize("count", [0, 1, 2])
def test_all_utf_8_marks_in_front_are_skipped(count: int) -> None:
    assert skip_marks(UTF8_MARK * count + b"a" + UTF8_MARK) == 3 * count


@pytest.mark.parametrize(
    ("names", "head", "encoding"),
    [
        (b"a,b\n", b"a,b\n1,2\n", "utf-8"),
        (b"a,b\n", b"a,b\nStra\xdfe,2\n", "windows-1252"),
        ("Straße\n".encode(), b"Stra\xc3\x9fe\nStra\xdfe\n", "utf-8"),
        (b"Stra\xdfe\n", b"Stra\xdfe\n\xc3\xa9\n", "windows-1252"),
        (b"a\n", b"a\n\xc3", "utf-8"),
        (b"a\n", b"a\n\xc3\n", "windows-1252"),
    ],
)
def test_the_names_decide_on_the_encoding_and_else_what_is_around_them(
    names: bytes, head: bytes, encoding: str
) -> None:
    assert find_encoding(names, head) == encoding


@given(st.text(alphabet=[chr(point) for point in range(0x20, 0x250)]))
def test_names_in_utf_8_are_read_as_utf_8(name: str) -> None:
    raw = name.encode()
    assert decode(raw, find_encoding(raw, raw)) == name


@given(st.binary(max_size=20))
def test_windows_1252_and_latin_1_read_any_bytes(raw: bytes) -> None:
    assert len(decode(raw, "windows-1252")) == len(decode(raw, "latin-1")) == len(raw)
    assert decode(raw, "latin-1").encode("latin-1") == raw


def test_windows_1252_has_the_euro_sign_and_reads_its_open_bytes_as_control_characters() -> None:
    assert decode(b"\x80 \x93x\x94 \xe9 \x81\x9d", "windows-1252") == "€ “x” é \x81\x9d"


def test_names_that_are_not_the_utf_8_they_should_be_are_an_error() -> None:
    with pytest.raises(UnicodeDecodeError):
        decode(b"Stra\xdfe", "utf-8")


@given(st.binary(max_size=20))
def test_a_field_that_was_read_as_utf_8_is_read_in_its_encoding_from_the_same_bytes(
    raw: bytes,
) -> None:
    field = raw.decode("utf-8", "surrogateescape")
    assert reread(field, "windows-1252") == decode(raw, "windows-1252")
    assert reread(field, "latin-1") == raw.decode("latin-1")
    assert reread(field, "utf-8") == field
