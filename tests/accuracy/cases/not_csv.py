"""Files that are no CSV, refused for what they are, and CSVs that begin as others do."""

import io
import sqlite3
import tarfile
import zipfile

from tests.accuracy.case import case


def workbook() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in ("[Content_Types].xml", "xl/workbook.xml"):
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), b"<x/>")
    return made.getvalue()


def tar() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("data.csv"))
    return made.getvalue()


def database() -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.execute("create table t (n)")
    made = connection.serialize()
    connection.close()
    return made


CASES = [
    case(
        "parquet",
        b"PAR1\x15\x04\x15\x10\x15\x14" + bytes(40) + b"PAR1",
        None,
        "a Parquet file",
        refused="not_csv",
    ),
    case("xlsx", workbook(), None, "a workbook of Excel", refused="not_csv"),
    case(
        "xls",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504),
        None,
        "a workbook of Excel of old",
        refused="not_csv",
    ),
    case("tar", tar(), None, "an archive", refused="not_csv"),
    case("sqlite", database(), None, "a database", refused="not_csv"),
    case("pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", None, "a document", refused="not_csv"),
    case("png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", None, "an image", refused="not_csv"),
    case(
        "html",
        "<html><body>Access Denied</body></html>\n",
        None,
        "a page in place of the download",
        refused="not_csv",
    ),
    case(
        "html-with-a-doctype",
        "\n<!DOCTYPE html>\n<html><head><title>Log in</title></head></html>\n",
        None,
        "a page that asks for a password",
        refused="not_csv",
    ),
    case(
        "xml",
        '<?xml version="1.0"?>\n<Error><Code>NoSuchKey</Code></Error>\n',
        None,
        "an error of a store in place of the file",
        refused="not_csv",
    ),
    case("json-list", '[{"a": 1}, {"a": 2}]\n', None, "a list of objects", refused="not_csv"),
    case("json-lines", '{"a": 1}\n{"a": 2}\n', None, "an object in each line", refused="not_csv"),
    case("json-rows", '[["a", "b"], [1, 2]]\n', None, "a list of lists", refused="not_csv"),
    case(
        "git-lfs",
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2\nsize 12345\n",
        None,
        "a pointer in place of the file: 12345 is no sum",
        refused="not_csv",
    ),
    case(
        "prose",
        "Dear reader,\nthis is a letter,\nnot a table.\n",
        None,
        "a text with a comma in some lines",
        refused="ragged_row",
    ),
    case(
        "names-like-tags",
        "<TICKER>,<DATE>,<CLOSE>\nGAZP,20240131,165.5\nGAZP,20240201,166.5\n",
        {"<DATE>": 40480332, "<CLOSE>": 332},
        "an exchange writes names so",
        left_out=["<TICKER>"],
    ),
    case(
        "name-in-braces",
        "{id},{n}\n1,2\n3,4\n",
        {"{id}": 4, "{n}": 6},
        "a template that was not filled in",
    ),
    case(
        "name-in-brackets",
        "[id],[n]\n1,2\n3,4\n",
        {"[id]": 4, "[n]": 6},
        "names as SQL Server writes them",
    ),
    case(
        "name-of-a-format",
        "PAR1,PAR2\n1,2\n3,4\n",
        {"PAR1": 4, "PAR2": 6},
        "a column whose name is how a Parquet file begins",
    ),
    case(
        "json-in-a-cell",
        'data,n\n"{""a"": 1}",1\n"[1, 2]",2\n',
        {"n": 3},
        "JSON inside a CSV",
        left_out=["data"],
    ),
    case(
        "name-of-a-document",
        '"%PDF-1.4",n\n1,2\n3,4\n',
        {"%PDF-1.4": 4, "n": 6},
        "a quoted name that is how a PDF begins",
    ),
    case(
        "yaml",
        "name: csvsum\nkind: service\n",
        None,
        "settings, not a table",
        refused="no_numbers",
    ),
    case(
        "7z",
        b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(32),
        None,
        "an archive of a kind that is not unpacked",
        refused="not_csv",
    ),
]
