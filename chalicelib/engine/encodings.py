"""How the text of a file is encoded. Pure Python, no I/O.

UTF-16 is turned into UTF-8 as it is read. All other encodings hold ASCII, and numbers are ASCII, so
their bytes are read as they are: the encoding matters for names, markers and marks only. Under
``auto`` names that are not UTF-8 are Windows-1252, which reads any bytes.
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
#: The bytes that Windows-1252 leaves open, as "surrogateescape" decodes them: control characters.
OPEN_BYTES = {0xDC00 + byte: chr(byte) for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}


def is_utf16(head: bytes) -> bool:
    """Return whether ``head``, how a file begins, has the mark of UTF-16 (and not of UTF-32)."""
    return head[:2] in UTF16_MARKS and head[:4] != codecs.BOM_UTF32_LE


def as_utf8(blocks: Iterable[bytes], asked: Encoding = "auto") -> Iterator[bytes]:
    """Return the text in UTF-8 if it is UTF-16 by its mark, else as it is; reads the first block.

    Half of a surrogate pair becomes bytes that are not UTF-8: it matters where those would. Raises
    BadCsv if ``asked`` is another encoding than the mark says, and while the text is read, if it
    ends in mid-character.
    """
    remaining = iter(blocks)
    head, _ = fill(4, b"", remaining)
    marked = is_utf16(head)
    if marked and asked not in (AUTO, "utf-16"):
        message = "the file is UTF-16 by its mark; leave encoding out, or set encoding=utf-16"
        raise BadCsv(Fault("utf_16", message, 0, 0))
    if not marked and asked == "utf-16":
        message = "the file has no byte order mark of UTF-16; leave encoding out, or convert it"
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
    # A high surrogate may be all that is left; half a character is a file that was cut.
    rest, _ = decoder.getstate()
    if len(rest) % 2:
        message = f"the file is UTF-16 and ends in mid-character, after {read} bytes"
        raise BadCsv(Fault("utf_16", f"{message}; upload it again"))
    if rest:
        yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")


def skip_marks(head: bytes) -> int:
    """Return the size of the UTF-8 marks that a text begins with: some programs write two."""
    size = 0
    while head.startswith(UTF8_MARK, size):
        size += len(UTF8_MARK)
    return size


def find_encoding(names: bytes, head: bytes) -> Encoding:
    """Return the encoding of ``names``, the bytes of the header, with ``head`` around them.

    The names decide if they are not all ASCII, else what is around them; a character that is cut
    off at the end of ``head`` counts as UTF-8.
    """
    decisive = head if names.isascii() else names
    try:
        codecs.getincrementaldecoder("utf-8")().decode(decisive)
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"


def decode(text: bytes, encoding: Encoding) -> str:
    """Return the bytes of a text as the readers know it, which is UTF-8 where it was UTF-16.

    Raises UnicodeDecodeError for what is not UTF-8 and should be.

    The five bytes that Windows-1252 leaves open are control characters, as browsers read them.
    """
    if encoding == "latin-1":
        return text.decode("latin-1")
    if encoding == "windows-1252":
        return text.decode("cp1252", "surrogateescape").translate(OPEN_BYTES)
    return text.decode("utf-8")


def reread(text: str, encoding: Encoding) -> str:
    """Return a field in its encoding, where rows.iter_rows read it as UTF-8.

    What is not UTF-8 and should be stays as it is: half surrogates.
    """
    if text.isascii() or encoding not in ("windows-1252", "latin-1"):
        return text
    return decode(text.encode("utf-8", "surrogateescape"), encoding)
