"""Find and decode the encoding of a text. Pure Python, no I/O.

UTF-16 is translated into UTF-8 while it is read. All other encodings contain ASCII, and numbers are
ASCII, so their bytes are read as they are: the encoding matters only for names, markers and marks.
With ``auto``, names that are not UTF-8 are Windows-1252, which can decode any bytes.
"""

import codecs
from collections.abc import Iterable, Iterator
from itertools import chain

from .blocks import fill
from .errors import BadCsv, Fault
from .read_options import AUTO, Encoding

UTF8_MARK = codecs.BOM_UTF8
UTF16_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
PIECE_BYTES = 512 * 1024
#: The bytes that Windows-1252 does not define, as "surrogateescape" decodes them.
OPEN_BYTES = {0xDC00 + byte: chr(byte) for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}


def is_utf16(head: bytes) -> bool:
    """Return whether ``head``, the start of a file, has the mark of UTF-16 (and not of UTF-32)."""
    return head[:2] in UTF16_MARKS and head[:4] != codecs.BOM_UTF32_LE


def as_utf8(blocks: Iterable[bytes], asked: Encoding = "auto") -> Iterator[bytes]:
    """Return the text in UTF-8 if it is UTF-16 by its mark, else as it is; reads the first block.

    Half of a surrogate pair becomes bytes that are not UTF-8, and is treated like any such bytes.
    Raise BadCsv if ``asked`` contradicts the mark, and, while the text is read, if the text ends in
    the middle of a character.
    """
    remaining = iter(blocks)
    head, _ = fill(4, b"", remaining)
    marked = is_utf16(head)
    if marked and asked not in (AUTO, "utf-16"):
        message = (
            f"the file begins with the byte order mark of UTF-16, so its encoding is not {asked}"
        )
        raise BadCsv(Fault("utf_16", message, 0, 0))
    if not marked and asked == "utf-16":
        message = "the file does not begin with the byte order mark of UTF-16"
        raise BadCsv(Fault("utf_16", message, 0, 0))
    return _transcode(head, remaining) if marked else chain([head], remaining)


def _transcode(head: bytes, blocks: Iterator[bytes]) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(UTF16_MARKS[head[:2]])("surrogatepass")
    read = 2
    for block in chain([head[2:]], blocks):
        read += len(block)
        for at in range(0, len(block), PIECE_BYTES):
            text = decoder.decode(block[at : at + PIECE_BYTES])
            if text:
                yield text.encode("utf-8", "surrogatepass")
    # A lone high surrogate may be left; a half character means that the file was cut off.
    rest, _ = decoder.getstate()
    if len(rest) % 2:
        message = f"the file is UTF-16 and ends in the middle of a character, after {read:,} bytes"
        raise BadCsv(Fault("utf_16", message, advice="upload it again"))
    if rest:
        yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")


def skip_marks(head: bytes) -> int:
    """Return the size of the UTF-8 marks at the start of a text: some programs write two."""
    size = 0
    while head.startswith(UTF8_MARK, size):
        size += len(UTF8_MARK)
    return size


def find_encoding(names: bytes, head: bytes) -> Encoding:
    """Return the encoding of ``names``, the bytes of the header, with ``head`` around them.

    The names decide, unless they are ASCII; then the bytes around them decide. A character that is
    cut off at the end of ``head`` counts as UTF-8.
    """
    decisive = head if names.isascii() else names
    try:
        codecs.getincrementaldecoder("utf-8")().decode(decisive)
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"


def decode(text: bytes, encoding: Encoding) -> str:
    """Return the bytes of a text as the readers get them: UTF-16 as UTF-8.

    Raises UnicodeDecodeError for what is not UTF-8 and should be.

    The five bytes that Windows-1252 does not define are control characters, as in browsers.
    """
    if encoding == "latin-1":
        return text.decode("latin-1")
    if encoding == "windows-1252":
        return text.decode("cp1252", "surrogateescape").translate(OPEN_BYTES)
    return text.decode("utf-8")


def reread(text: str, encoding: Encoding) -> str:
    """Decode a field anew in its encoding, after rows.iter_rows decoded it as UTF-8.

    In a UTF-8 file, bytes that are not UTF-8 stay half surrogates.
    """
    if text.isascii() or encoding not in ("windows-1252", "latin-1"):
        return text
    return decode(text.encode("utf-8", "surrogateescape"), encoding)
