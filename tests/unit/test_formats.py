"""What a file is by its first bytes, and which CSVs must not be taken for something else."""

import bz2
import gzip
import io
import lzma
import pickle
import sqlite3
import tarfile
import zipfile

import numpy
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.formats import HEAD_BYTES, Compression, Foreign, check_content, identify
from chalicelib.errors import BadCsv
from tests.csv_files import tidy_files

CSV = b"amount\n1\n2\n"


def zip_of(*members: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for member in members:
            archive.writestr(member, CSV)
    return made.getvalue()


def tar_of(name: str, kind: int) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=kind) as archive:
        member = tarfile.TarInfo(name)
        member.size = len(CSV)
        archive.addfile(member, io.BytesIO(CSV))
    return made.getvalue()


def database() -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.execute("create table t (n)")
    made = connection.serialize()
    connection.close()
    return made


def array() -> bytes:
    made = io.BytesIO()
    numpy.save(made, numpy.arange(3))
    return made.getvalue()


@pytest.mark.parametrize(
    ("packed", "compression"),
    [
        (gzip.compress(CSV), Compression.GZIP),
        (bz2.compress(CSV), Compression.BZ2),
        (bz2.compress(b""), Compression.BZ2),
        (lzma.compress(CSV), Compression.XZ),
        (zstandard.compress(CSV), Compression.ZSTD),
        (b"\x55\x2a\x4d\x18\x01\0\0\0x" + zstandard.compress(CSV), Compression.ZSTD),
        (zip_of("data.csv"), Compression.ZIP),
        (zip_of("xl/data.csv"), Compression.ZIP),
        (zip_of(), Compression.ZIP),
    ],
)
def test_a_compressed_file_is_known_by_its_first_bytes(
    packed: bytes, compression: Compression
) -> None:
    assert identify(packed) is compression


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"PAR1\x15\x04\x15\x10\x15\x14" + bytes(50), "a Parquet file"),
        (b"PAR1" + bytes(44) + b"PAR1", "a Parquet file"),
        (zip_of("[Content_Types].xml", "xl/workbook.xml"), "an Excel workbook (.xlsx)"),
        (zip_of("docProps/app.xml"), "an Excel workbook (.xlsx)"),
        (zip_of("mimetype", "content.xml"), "an OpenDocument or another packed document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), "an Excel workbook (.xls)"),
        (tar_of("data.csv", tarfile.USTAR_FORMAT), "a tar archive"),
        (tar_of("data.csv", tarfile.GNU_FORMAT), "a tar archive"),
        (tar_of("d" * 300, tarfile.PAX_FORMAT), "a tar archive"),
        (b"%PDF-1.7\r\n%\xe2\xe3\xcf\xd3\r\n", "a PDF document"),
        (b"%PDF-1.4%\xe2\xe3\xcf\xd3\r", "a PDF document"),
        (b"<html><body>Access Denied</body></html>\n", "HTML, a web page"),
        (b'\xef\xbb\xbf\r\n<!DOCTYPE html>\n<html lang="en">', "HTML, a web page"),
        (b"<table border=1><tr><td>1</td></tr></table>", "HTML, a web page"),
        (b'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>', "XML"),
        (b'[{"a": 1}, {"a": 2}]\n', "JSON"),
        (b'{"a": 1}\n{"a": 2}\n', "JSON"),
        (b'  {\n  "type": "FeatureCollection", ' + b'"x": 1, ' * 2000, "JSON"),
        (b'[["a", "b"], [1, 2]]', "JSON"),
        (b"[1, 2, 3]\n", "JSON"),
        (b"{}", "JSON"),
        (database(), "a SQLite database"),
        (b"ARROW1\0\0" + bytes(20), "an Arrow or Feather file"),
        (b"FEA1\0\0\0\0", "a Feather file"),
        (b"ORC\x08\x03", "an ORC file"),
        (b"Obj\x01\x04", "an Avro file"),
        (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
        (array(), "a NumPy array"),
        (pickle.dumps([1], protocol=4), "a Python pickle"),
        (b"7z\xbc\xaf\x27\x1c\0\x04", "a 7z archive"),
        (b"Rar!\x1a\x07\x01\0", "a RAR archive"),
        (b"\x1f\x9d\x90abc", "compressed with compress (.Z)"),
        (b"\x04\x22\x4d\x18d", "compressed with LZ4"),
        (lzma.compress(CSV, format=lzma.FORMAT_ALONE), "compressed with LZMA (.lzma)"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a JPEG image"),
        (b"GIF89a\x01\0\x01\0", "a GIF image"),
        (b"II*\0\x08\0\0\0", "a TIFF image"),
        (b"BM6\x03\0\0", "a BMP image"),
        (b"RIFF\x10\0\0\0WEBP", "a RIFF file (an image, sound or film)"),
        (b"{\\rtf1\\ansi hello}", "a Rich Text document"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a pointer to a file in Git LFS"),
        ("a,b\n1,2\n".encode("utf-32"), "UTF-32"),
        (b"\0\0\xfe\xff" + "a,b\n".encode("utf-32-be"), "UTF-32"),
    ],
)
def test_what_is_no_csv_is_named_for_what_it_is(data: bytes, name: str) -> None:
    found = identify(data)
    assert isinstance(found, Foreign)
    assert (found.name, bool(found.advice)) == (name, True)


@pytest.mark.parametrize(
    "header",
    [
        "<TICKER>,<PER>,<DATE>,<TIME>,<CLOSE>",
        "<table>,<title>",
        "<div>;a</b",
        '"<html><body></body></html>",n',
        '"{""a"": 1}",n',
        '"%PDF-1.4",n',
        "%PDF-1.4,n",
        "%PDF,n",
        "{id},{name}",
        "{'a': 1},n",
        "[id],[name]",
        "[a b],[c d]",
        "PAR1,PAR2",
        "PAR1",
        "ORC,n",
        "BMI,height",
        "RIFF,n",
        "GIF89a,n",
        "BZh9,n",
        "BZh91AY,n",
        "PK,n",
        "Rar!,n",
        "7z,n",
        "II*,MM",
        "Object,n",
        "version,https",
        "P*M,n",
        "",
        "\n\n",
    ],
)
def test_a_csv_is_not_taken_for_something_else(header: str) -> None:
    assert identify(header.encode() + b"\n1,2\n3,4\n") is None


def test_a_text_that_ends_in_ctrl_z_is_a_text() -> None:
    assert identify(b"BM\n1\n\x1a") is None


@given(tidy_files(bad=True))
def test_a_generated_csv_is_not_taken_for_something_else(data: bytes) -> None:
    assert identify(data) is None


@given(
    st.lists(st.text("<>{}[]()%!?/-\"':,;|# \tPDFARhtml1.4", max_size=12), min_size=2, max_size=5)
)
def test_quoted_names_are_never_a_format(names: list[str]) -> None:
    header = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    assert identify(header.encode() + b"\n1,2\n") is None


@given(st.sampled_from([CSV, gzip.compress(CSV), tar_of("d", tarfile.GNU_FORMAT)]), st.binary())
def test_what_follows_the_head_changes_nothing(data: bytes, rest: bytes) -> None:
    head = data.ljust(HEAD_BYTES, b"\n")
    assert identify(head + rest) == identify(head)


@given(st.binary(max_size=600))
def test_any_bytes_have_an_answer(data: bytes) -> None:
    found = identify(data)
    assert found is None or isinstance(found, Compression | Foreign)


def test_an_unpacked_csv_is_accepted() -> None:
    check_content(CSV)
    check_content(CSV, Compression.GZIP)


@pytest.mark.parametrize(
    ("data", "inside", "code", "words"),
    [
        (gzip.compress(CSV), Compression.GZIP, "gzip", "compressed twice; compress it once"),
        (bz2.compress(CSV), Compression.ZIP, "bz2", "compressed twice (bz2 inside zip)"),
        (tar_of("d", tarfile.GNU_FORMAT), Compression.XZ, "not_csv", "a tar archive inside xz"),
        (b"[{}]", None, "not_csv", "the file is JSON; convert it to CSV"),
        (b"\xff\xfe\0\0", None, "utf_32", "UTF-32; convert it to UTF-8"),
    ],
)
def test_what_was_unpacked_and_is_no_csv_is_refused_by_name(
    data: bytes, inside: Compression | None, code: str, words: str
) -> None:
    with pytest.raises(BadCsv) as refused:
        check_content(data, inside)
    assert refused.value.fault.code == code
    fault = refused.value.fault
    assert words in f"{fault.message}; {fault.advice}"
