"""Files as people have them, through the running service: what is found, left out and suggested."""

import bz2
import gzip
import json
import lzma
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
import zstandard

from tests.functional.stack import Stack

ROWS = 3000
PLAIN = b"town,people,rate\n" + b"Paris,1,0.250\nNice,2,0.500\n" * (ROWS // 2)
SUMS = {"people": "4500", "rate": "1125"}


@pytest.fixture(scope="module")
def cutting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    running = Stack(tmp_path_factory.mktemp("real"), PART_BYTES="5000", VISIBILITY_SECONDS="5")
    yield running
    running.stop()
    assert "Traceback" not in running.log.read_text(), running.log.read_text()


def submitted(stack: Stack, name: str, data: bytes, **options: object) -> dict[str, Any]:
    """Return the job of a file once it has ended."""
    body = {
        "csv": stack.put(name, data),
        **({} if options.get("columns") else {"step": 1}),
        **options,
    }
    reply = stack.api.post("/jobs", json.dumps(body).encode())
    assert reply.status == 202, reply.body
    return stack.api.ended(reply.json["id"])


def zipped(data: bytes) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.csv", data)
    return file.getvalue()


@pytest.mark.parametrize(
    "pack",
    [gzip.compress, bz2.compress, lzma.compress, zstandard.ZstdCompressor().compress, zipped],
    ids=["gz", "bz2", "xz", "zst", "zip"],
)
def test_a_compressed_file_is_known_by_its_bytes_and_read_as_one_part(
    cutting: Stack, unique: Callable[[str], str], pack: Callable[[bytes], bytes]
) -> None:
    job = submitted(cutting, unique("packed") + ".csv", pack(PLAIN))
    assert (job["exact"], job["ledger"]["parts"], job["ledger"]["rows"]) == (SUMS, 1, ROWS)
    assert [each["name"] for each in job["left_out"]] == ["town"]


@pytest.mark.parametrize(
    ("data", "options"),
    [
        (PLAIN.replace(b",", b";"), {}),
        (PLAIN.replace(b"\n", b"\r"), {}),
        (PLAIN.replace(b"\n", b"\r\r\n"), {}),
        (PLAIN.replace(b",", b"\t").replace(b"\n", b"\r\n"), {}),
        (PLAIN.replace(b"\nN", b'\n# a "quote\nN'), {"comment": "#"}),
        (b"Towns\n\n" + PLAIN, {"skip_rows": 1}),
        (PLAIN.replace(b",", b"|").replace(b".", b","), {"decimal": ","}),
    ],
    ids=["semicolons", "CR", "CR CR LF", "tabs", "comments", "a title", "decimal commas"],
)
def test_a_file_is_cut_however_it_is_written(
    cutting: Stack, unique: Callable[[str], str], data: bytes, options: dict[str, object]
) -> None:
    job = submitted(cutting, unique("cut") + ".csv", data, **options)
    assert job["status"] == "succeeded", job["error"]
    assert (job["exact"], job["ledger"]["rows"]) == (SUMS, ROWS)
    assert job["ledger"]["parts"] > 5
    assert job["dialect"]["delimiter"]["asked"] == "auto"
    (town,) = job["left_out"]
    assert (town["name"], town["index"], town["cell"]) == ("town", 0, "Paris")


def test_names_and_cells_in_windows_1252_are_read_and_shown_as_they_are(
    cutting: Stack, unique: Callable[[str], str]
) -> None:
    data = "région;prix €\n".encode("cp1252") + "Île;1\nÉtat;2\n".encode("cp1252") * 2000
    job = submitted(cutting, unique("french") + ".csv", data)
    assert job["exact"] == {"prix €": "6000"}
    assert job["dialect"]["encoding"]["found"] == "windows-1252"
    assert [each["cell"] for each in job["left_out"]] == ["Île"]
    assert job["ledger"]["parts"] > 1


def test_utf_16_is_read_as_one_part(cutting: Stack, unique: Callable[[str], str]) -> None:
    job = submitted(cutting, unique("utf16") + ".csv", PLAIN.decode().encode("utf-16"))
    assert (job["exact"], job["ledger"]["parts"]) == (SUMS, 1)


def test_a_refused_file_says_what_to_submit_and_that_works(
    cutting: Stack, unique: Callable[[str], str]
) -> None:
    name = unique("votes") + ".csv"
    data = PLAIN.replace(b"Nice,2,", b'Nice,"1,200",')
    job = submitted(cutting, name, data)
    error = job["error"]
    assert (error["code"], error["line"], error["column"]) == ("looks_like_a_number", 3, "people")
    assert 'thousands=","' in error["detail"]
    assert error["excerpt"]["lines"][1]["text"] == 'Nice,"1,200",0.500'
    suggested = next(each for each in error["suggestions"] if "thousands" in each["options"])
    followed = submitted(cutting, name, data, **{**job["options"], **suggested["options"]})
    assert followed["exact"]["people"] == str(ROWS // 2 + ROWS // 2 * 1200)
    sums = cutting.api.get(f"/storage/get_json/{job['id']}")
    assert (sums.status, sums.json["suggestions"]) == (422, error["suggestions"])


def test_a_suggestion_of_columns_replaces_step_and_first_as_it_is(
    cutting: Stack, unique: Callable[[str], str]
) -> None:
    name, data = unique("text") + ".csv", b"a,b,c\nx,1,2\ny,3,4\n"
    job = submitted(cutting, name, data, step=10)
    assert job["error"]["code"] == "no_numbers"
    (suggested,) = (each for each in job["error"]["suggestions"] if each["options"])
    followed = submitted(cutting, name, data, **{**job["options"], **suggested["options"]})
    assert followed["exact"] == {"b": "4", "c": "6"}


@pytest.mark.parametrize(
    ("query", "exact"),
    [
        ("?columns=people", {"people": "4500"}),
        ("?columns=rate,1", {"people": "4500", "rate": "1125"}),
        ('?columns="rate"&non_numeric=fail', {"rate": "1125"}),
    ],
)
def test_columns_are_chosen_in_a_query(
    cutting: Stack, unique: Callable[[str], str], query: str, exact: dict[str, str]
) -> None:
    query = query.replace('"', "%22")
    job = cutting.api.ended(cutting.api.submit(cutting.put(unique("q") + ".csv", PLAIN), query))
    assert job["exact"] == exact
    assert job["options"]["step"] is None


def test_what_is_warned_of_is_in_the_job(cutting: Stack, unique: Callable[[str], str]) -> None:
    job = submitted(cutting, unique("warned") + ".csv", PLAIN.rstrip(b"\n"))
    assert [(each["code"], each.get("column")) for each in job["warnings"]] == [
        ("three_digits_after_points", "rate"),
        ("last_row_without_end", None),
    ]


@pytest.mark.parametrize(
    ("data", "code", "said"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "not_csv", "PDF"),
        (b"<!DOCTYPE html>\n<html></html>", "not_csv", "web page"),
        (gzip.compress(gzip.compress(PLAIN)), "gzip", "compressed twice"),
        (lzma.compress(PLAIN)[:-20], "xz_truncated", "cut off"),
        (b"1,2\n3,4\n", "header_looks_like_data", "header=false"),
        (b"a,b;c\n1,5;2\n", "ambiguous_delimiter", "delimiter="),
        (b"name\nAda\n", "no_numbers", "holds text"),
    ],
)
def test_what_is_no_csv_or_not_clear_is_refused_with_what_to_do(
    cutting: Stack, unique: Callable[[str], str], data: bytes, code: str, said: str
) -> None:
    error = submitted(cutting, unique("refused") + ".csv", data)["error"]
    assert error["code"] == code
    assert said in error["detail"]


def test_a_preview_shows_what_a_job_would_find(
    cutting: Stack, unique: Callable[[str], str]
) -> None:
    name = cutting.put(unique("shown") + ".csv", PLAIN.replace(b",", b";"))
    before = cutting.api.ongoing()
    reply = cutting.api.post("/preview", json.dumps({"csv": name, "step": 1}).encode())
    assert reply.status == 200, reply.body
    shown = reply.json
    assert shown["dialect"]["delimiter"]["found"] == ";"
    assert (shown["names"], len(shown["rows"])) == (["town", "people", "rate"], 20)
    assert [each["name"] for each in shown["summed"]] == ["people", "rate"]
    assert [each["name"] for each in shown["left_out"]] == ["town"]
    assert cutting.api.ongoing() == before
