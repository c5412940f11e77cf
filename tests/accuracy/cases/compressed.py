"""Compressed files: known by their first bytes, read through, refused where they are incomplete."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import zstandard

from tests.accuracy.case import case
from tests.zip_files import Entry, zip_file

TABLE = b"town,amount\nA,1.5\nB,2.5\n"
MEANS = {"amount": 4}
LEFT_OUT = ("town",)


def zip_of(*names: str, kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", kind) as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), TABLE)
    return made.getvalue()


def tar_gz() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        member = tarfile.TarInfo("data.csv")
        member.size = len(TABLE)
        archive.addfile(member, io.BytesIO(TABLE))
    return gzip.compress(made.getvalue(), mtime=0)


GZIP = gzip.compress(TABLE, mtime=0)

CASES = [
    case("gzip", GZIP, MEANS, "the usual one", left_out=LEFT_OUT),
    case("bz2", bz2.compress(TABLE), MEANS, "bzip2", left_out=LEFT_OUT),
    case("xz", lzma.compress(TABLE), MEANS, "xz", left_out=LEFT_OUT),
    case("zstd", zstandard.compress(TABLE), MEANS, "Zstandard", left_out=LEFT_OUT),
    case("zip", zip_of("data.csv"), MEANS, "an archive of one file", left_out=LEFT_OUT),
    case(
        "zip-stored",
        zip_file(Entry("data.csv", TABLE, stored=True)),
        MEANS,
        "an archive that does not compress",
        left_out=LEFT_OUT,
    ),
    case(
        "zip-streamed",
        zip_file(Entry("data.csv", TABLE, descriptor="signed")),
        MEANS,
        "written by a pipe: sizes come after the content",
        left_out=LEFT_OUT,
    ),
    case(
        "zip-of-macos",
        zip_file(Entry("data.csv", TABLE), Entry("__MACOSX/._data.csv", b"\0\5\x16\7")),
        MEANS,
        "the Finder adds a file of its own",
        left_out=LEFT_OUT,
    ),
    case(
        "zip-with-a-folder",
        zip_file(Entry("towns/", b"", stored=True), Entry("towns/data.csv", TABLE)),
        MEANS,
        "the file is in a folder",
        left_out=LEFT_OUT,
    ),
    case("zip-of-two", zip_of("a.csv", "b.csv"), None, "which of the two is meant", refused="zip"),
    case("zip-of-none", zip_of(), None, "an archive without a file", refused="zip"),
    case(
        "zip-with-a-password",
        zip_file(Entry("data.csv", TABLE, flags=1)),
        None,
        "nobody gave the password",
        refused="zip",
    ),
    case(
        "gzip-of-two-members",
        gzip.compress(TABLE[:18], mtime=0) + gzip.compress(TABLE[18:], mtime=0),
        MEANS,
        "two gzip files put together are one",
        left_out=LEFT_OUT,
    ),
    case(
        "bz2-of-two-streams",
        bz2.compress(TABLE[:20]) + bz2.compress(TABLE[20:]),
        MEANS,
        "as parallel programs write it",
        left_out=LEFT_OUT,
    ),
    case(
        "gzip-cut",
        GZIP[:-9],
        None,
        "the download broke off; what came would be a smaller sum",
        refused="gzip_truncated",
    ),
    case(
        "bz2-cut",
        bz2.compress(TABLE)[:-9],
        None,
        "the download broke off",
        refused="bz2_truncated",
    ),
    case("xz-cut", lzma.compress(TABLE)[:-9], None, "it broke off", refused="xz_truncated"),
    case("zstd-cut", zstandard.compress(TABLE)[:-9], None, "broken off", refused="zst_truncated"),
    case("zip-cut", zip_of("data.csv")[:-9], None, "broken off", refused="zip_truncated"),
    case(
        "gzip-damaged",
        GZIP[:-8] + bytes([GZIP[-8] ^ 1]) + GZIP[-7:],
        None,
        "a checksum that is another",
        also={"amount": 4},
        refused="gzip_damaged",
    ),
    case(
        "gzip-with-text-after-it",
        GZIP + b"more",
        None,
        "something was appended",
        refused="gzip_damaged",
    ),
    case(
        "gzip-and-padding",
        GZIP + bytes(100),
        MEANS,
        "zeros after the end are padding",
        left_out=LEFT_OUT,
    ),
    case(
        "gzip-in-gzip",
        gzip.compress(GZIP, mtime=0),
        None,
        "compressed twice by mistake",
        refused="gzip",
    ),
    case("tar-gz", tar_gz(), None, "an archive of files", also={"amount": 4}, refused="not_csv"),
    case(
        "gzip-of-utf-16",
        gzip.compress("a;b\n1;2\n3;4\n".encode("utf-16"), mtime=0),
        {"a": 4, "b": 6},
        "compressed, in another encoding, with semicolons",
    ),
    case(
        "gzip-of-cr",
        gzip.compress(b"a,b\r1,2\r3,4\r", mtime=0),
        {"a": 4, "b": 6},
        "compressed, with the row ends of old",
    ),
    case("gzip-of-nothing", gzip.compress(b"", mtime=0), None, "no row", refused="empty_file"),
    case(
        "gzip-of-windows-1252",
        gzip.compress("Größe;n\nx;1\ny;2\n".encode("cp1252"), mtime=0),
        {"n": 3},
        "compressed, in another encoding",
        left_out=["Größe"],
    ),
]
