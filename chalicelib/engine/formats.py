"""Identify a file by its first bytes. Pure Python, no I/O.

These rules take care not to refuse a CSV:

- Binary: a signature is enough if it has a byte that no text has. After a signature of letters
  alone (``PAR1``, ``ORC``, ``GIF89a``), a control character must follow within 16 bytes: a column
  may be called PAR1.
- bz2: its first ten bytes; tar: the checksum of its first header.
- PDF: ``%PDF-`` and a version that ends its line or is followed by ``%``.
- HTML: its doctype, or a tag such as ``<html>`` and, later, a closing tag: some exchanges call
  their columns ``<DATE>,<TIME>``. XML: ``<?xml``.
- JSON: an object with a quoted key and its colon, also in lists; a list in a list; or a file that
  is one list or object. ``{id},[name]`` is a header.
- UTF-16 and UTF-32: their byte order marks. The reader of rows refuses UTF-16 without a mark
  (``nul_byte``).
- A file whose first cell is quoted is none of these, since its first byte is a quote.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from .errors import BadCsv, Fault

#: The rules look at this many first bytes.
HEAD_BYTES = 4096
EXPORT = "export it as CSV"
UPLOAD = "the download may have failed; download the file again"


class Compression(StrEnum):
    """The formats that can be unpacked; the value is the code of their errors."""

    GZIP = "gzip"
    BZ2 = "bz2"
    XZ = "xz"
    ZSTD = "zst"
    ZIP = "zip"


@dataclass(frozen=True, slots=True)
class Foreign:
    """A format that is not CSV: ``name`` follows "the file is", ``advice`` says what to do."""

    name: str
    advice: str = EXPORT
    code: str = "not_csv"


#: A skippable frame of zstd may come first: its magic number ends in 0 to F.
ZSTD = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")
BZ2 = re.compile(rb"BZh[1-9](?:\x31\x41\x59\x26\x53\x59|\x17\x72\x45\x38\x50\x90)")
COMPRESSED = (
    (re.compile(rb"\x1f\x8b"), Compression.GZIP),
    (BZ2, Compression.BZ2),
    (re.compile(rb"\xfd7zXZ\0"), Compression.XZ),
    (ZSTD, Compression.ZSTD),
    (re.compile(rb"PK(?:\x03\x04|\x05\x06|\x07\x08)"), Compression.ZIP),
)
UNPACK = "unpack it, and submit the CSV in it"
NO_PICTURE = "submit the table as CSV"
#: ZIP archives that are documents, by the start of their first member's name.
DOCUMENTS = (
    (
        re.compile(rb"\[Content_Types\]\.xml|_rels/\.rels|docProps/|xl/(?:work|_rels|theme|s)"),
        Foreign("an Excel workbook (.xlsx)"),
    ),
    (re.compile(rb"mimetype\Z|META-INF/"), Foreign("an OpenDocument or another packed document")),
)
SIGNATURES = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": Foreign("an Excel workbook (.xls)"),
    b"SQLite format 3\0": Foreign("a SQLite database"),
    b"ARROW1\0\0": Foreign("an Arrow or Feather file"),
    b"\x89HDF\r\n\x1a\n": Foreign("an HDF5 file"),
    b"Obj\x01": Foreign("an Avro file"),
    b"\x93NUMPY": Foreign("a NumPy array"),
    b"\x80\x04\x95": Foreign("a Python pickle"),
    b"{\\rtf1": Foreign("a Rich Text document"),
    b"7z\xbc\xaf\x27\x1c": Foreign("a 7z archive", UNPACK),
    b"Rar!\x1a\x07": Foreign("a RAR archive", UNPACK),
    b"\x1f\x9d": Foreign("compressed with compress (.Z)", UNPACK),
    b"\x04\x22\x4d\x18": Foreign("compressed with LZ4", UNPACK),
    b"]\0\0": Foreign("compressed with LZMA (.lzma)", UNPACK),
    b"\x89PNG\r\n\x1a\n": Foreign("a PNG image", NO_PICTURE),
    b"\xff\xd8\xff": Foreign("a JPEG image", NO_PICTURE),
    b"II*\0": Foreign("a TIFF image", NO_PICTURE),
    b"MM\0*": Foreign("a TIFF image", NO_PICTURE),
    b"\xff\xfe\0\0": Foreign("UTF-32", "convert it to UTF-8", "utf_32"),
    b"\0\0\xfe\xff": Foreign("UTF-32", "convert it to UTF-8", "utf_32"),
    b"version https://git-lfs.github.com/spec/": Foreign(
        "a pointer to a file in Git LFS", "fetch the file itself (git lfs pull)"
    ),
}
#: Signatures of letters, which count only if a control character follows.
LETTERS = {
    b"PAR1": Foreign("a Parquet file"),
    b"PARE": Foreign("an encrypted Parquet file"),
    b"ORC": Foreign("an ORC file"),
    b"FEA1": Foreign("a Feather file"),
    b"GIF87a": Foreign("a GIF image", NO_PICTURE),
    b"GIF89a": Foreign("a GIF image", NO_PICTURE),
    b"RIFF": Foreign("a RIFF file (an image, sound or film)", NO_PICTURE),
    b"BM": Foreign("a BMP image", NO_PICTURE),
}
#: Without 1A (Ctrl-Z), with which old programs end a text.
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x19\x1b-\x1f]")
PDF = re.compile(rb"%PDF-[0-9]\.[0-9][ \t]*[\r\n%]")
DOCTYPE = re.compile(rb"<!doctype\s+html", re.IGNORECASE)
TAG = re.compile(rb"<(?:html|head|body|table|script|style|meta|title|div|h1)[\s>]", re.IGNORECASE)
CLOSING_TAG = re.compile(rb"</[a-z0-9]+\s*>", re.IGNORECASE)
XML = re.compile(rb"<\?xml\s")
KEY = rb'\{\s*"(?:[^"\\]|\\.)*"\s*:'
JSON = re.compile(rb'(?:\[\s*)*%b|\[\s*\[\s*(?:["\d-]|null|true|false)' % KEY)
MARK = b"\xef\xbb\xbf"


def identify(head: bytes) -> Compression | Foreign | None:
    """Return the format of a file that begins with ``head``; None if it may be a CSV.

    ``head`` must be the first HEAD_BYTES of the file, or all of it; the rest is ignored.
    """
    head = head[:HEAD_BYTES]
    for pattern, compression in COMPRESSED:
        if pattern.match(head):
            return _document(head) or compression
    return _by_signature(head) or _tar(head) or _by_text(head)


def check_content(head: bytes, inside: Compression | None = None) -> None:
    """Raise BadCsv if a text beginning with ``head``, from ``inside`` an archive, is not a CSV."""
    found = identify(head)
    if isinstance(found, Foreign):
        where = f" inside {inside}" if inside else ""
        message = f"the file is {found.name}{where}"
        raise BadCsv(Fault(found.code, message, 0, 0, advice=found.advice))
    if found is not None:
        times = "twice" if found is inside else f"twice ({found} inside {inside})"
        message = f"the file is compressed {times}"
        raise BadCsv(Fault(found.value, message, 0, 0, advice="compress it once"))


def _document(head: bytes) -> Foreign | None:
    if not head.startswith(b"PK\x03\x04"):
        return None
    name_size = int.from_bytes(head[26:28], "little")
    name = head[30 : 30 + name_size]
    return next((document for pattern, document in DOCUMENTS if pattern.match(name)), None)


def _by_signature(head: bytes) -> Foreign | None:
    for signature, foreign in SIGNATURES.items():
        if head.startswith(signature):
            return foreign
    for letters, foreign in LETTERS.items():
        if head.startswith(letters) and CONTROL.search(head, len(letters), len(letters) + 16):
            return foreign
    return None


def _tar(head: bytes) -> Foreign | None:
    """Check the sum of the first header as tar does, with blanks for the octal checksum itself."""
    stated = head[148:156].strip(b" \0")
    if len(head) < 512 or not re.fullmatch(rb"[0-7]+", stated):
        return None
    total = sum(head[:148]) + 8 * ord(" ") + sum(head[156:512])
    return Foreign("a tar archive", UNPACK) if total == int(stated, 8) else None


def _by_text(head: bytes) -> Foreign | None:
    text = head.removeprefix(MARK).lstrip()
    if PDF.match(text):
        return Foreign("a PDF document", "submit the table in it as CSV")
    if DOCTYPE.match(text) or (TAG.match(text) and CLOSING_TAG.search(text)):
        return Foreign("HTML, a web page", UPLOAD)
    if XML.match(text):
        return Foreign("XML", f"{EXPORT}; if you expected a CSV, {UPLOAD}")
    if JSON.match(text) or _is_one_value(text):
        return Foreign("JSON", "convert it to CSV")
    return None


def _is_one_value(text: bytes) -> bool:
    """Return whether all of a short text is one JSON list or object."""
    if not text.startswith((b"[", b"{")):
        return False
    import json

    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
