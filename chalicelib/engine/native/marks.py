"""The markers of missing values as bytes, as the library looks them up in the cells of a file."""

from functools import cache

from ..encodings import decode
from ..read_options import Encoding
from ..rules import Rules
from ..sums import MISSING, PADDING

# The library compares up to 8 bytes as one number; a longer text needs its length in one byte.
SHORT_BYTES, MAX_BYTES = 8, 255


def in_bytes(text: str, encoding: Encoding) -> bytes | None:
    """Return the bytes that a file has for ``text``; None if its encoding has none."""
    if encoding not in ("windows-1252", "latin-1"):
        return text.encode("utf-8", "surrogateescape")
    table = _single_bytes(encoding)
    return bytes(map(table.__getitem__, text)) if table.keys() >= set(text) else None


@cache
def _single_bytes(encoding: Encoding) -> dict[str, int]:
    return {decode(bytes([byte]), encoding): byte for byte in range(256)}


def missing_texts(rules: Rules) -> set[str]:
    return {*MISSING, *(text.strip(PADDING) for text in rules.numbers.missing)} - {""}


def missing_marks(rules: Rules) -> list[bytes]:
    """Return all markers as a file may have them, without the empty one."""
    marks = (in_bytes(text, rules.encoding) for text in missing_texts(rules))
    return sorted(mark for mark in marks if mark is not None)


def are_comparable(marks: list[bytes]) -> bool:
    """Return whether the library can look up all markers: in a cell, a quote may be doubled."""
    return all(b'"' not in mark and len(mark) <= MAX_BYTES for mark in marks)


def short_marks(marks: list[bytes]) -> list[int]:
    """Return the markers that the library compares as numbers."""
    return [int.from_bytes(mark, "little") for mark in marks if _is_short(mark)]


def long_marks(marks: list[bytes]) -> bytes:
    """Return the others, each after its length."""
    return b"".join(bytes([len(mark)]) + mark for mark in marks if not _is_short(mark))


def _is_short(mark: bytes) -> bool:
    # Filled up with zeros, a text that ends with zeros is not distinct.
    return len(mark) <= SHORT_BYTES and not mark.endswith(b"\0")
