"""Previews: what is shown of a file, that no job is left, and that little of the file is read."""

import gzip
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given

from chalicelib.engine.states import State, scan_state
from chalicelib.jobs.held_file import complete_rows
from chalicelib.jobs.job import FileVersion
from chalicelib.jobs.preview import MAX_BYTES
from tests.accuracy.case import Case, load
from tests.adapters_in_memory import MemorySource
from tests.csv_files import junk_files
from tests.harness import World
from tests.kernels import GRAMMAR
from tests.site import Site, problem_of, serving

TOWNS = b"town;prix;rate\nParis;1,5;1.250\nNice;2;2.500\n"
ROW = b'1,"two\nlines",3.5\n'
LARGE = b"a,b,c\n" + ROW * (2 * MAX_BYTES // len(ROW))


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(World()) as site:
        yield site


def preview(site: Site, data: bytes, **options: object) -> dict[str, Any]:
    site.world.source.files["x.csv"] = data
    reply = site.post({"csv": "x.csv", **options}, "/preview")
    assert reply.status_code == 200, reply.body
    assert (site.world.jobs.records, site.world.queue.sent) == ({}, [])
    members: dict[str, Any] = reply.json_body
    return members


def test_a_preview_shows_dialect_names_rows_and_which_columns_are_summed(site: Site) -> None:
    shown = preview(site, TOWNS, step=1, decimal=",", non_numeric="skip", columns=None)
    assert (shown["csv"], shown["bytes"], shown["complete"]) == ("x.csv", len(TOWNS), True)
    assert shown["options"]["decimal"] == ","
    assert shown["dialect"]["delimiter"]["found"] == ";"
    assert (shown["fields"], shown["names"]) == (3, ["town", "prix", "rate"])
    assert shown["rows"] == [["Paris", "1,5", "1.250"], ["Nice", "2", "2.500"]]
    assert shown["error"]["code"] == "looks_like_a_number"


@pytest.mark.parametrize(
    ("data", "options", "parts"),
    [
        (TOWNS, {"step": 1, "non_numeric": "skip", "decimal": "."}, 1),
        (LARGE, {}, 2),
        (gzip.compress(LARGE), {}, 1),
        (LARGE.decode().encode("utf-16"), {}, 1),
        (b"", {}, None),
    ],
)
def test_a_preview_says_how_many_parts_the_job_would_have(
    site: Site, data: bytes, options: dict[str, Any], parts: int | None
) -> None:
    assert preview(site, data, **options).get("parts") == parts
    if parts:
        job = site.submitted(data, **options)
        site.world.run()
        assert site.get(f"/jobs/{job.id}").json_body["progress"]["parts"] == parts


def test_a_preview_lists_columns_left_out_and_warnings(site: Site) -> None:
    shown = preview(site, TOWNS, columns=["town", "rate"])
    assert shown["summed"] == [{"name": "rate", "index": 2}]
    (town,) = shown["left_out"]
    assert (town["name"], town["index"], town["cell"]) == ("town", 0, "Paris")
    (warning,) = shown["warnings"]
    assert (warning["code"], warning["column"]) == ("three_digits_after_points", "rate")
    assert "error" not in shown


def test_a_preview_shows_the_problem_as_the_job_would_report_it(site: Site) -> None:
    data = b"n,m\n1,2\nx,3\n4,5\n"
    shown = preview(site, data, step=1)
    job = site.submitted(data, step=1)
    site.world.run()
    assert shown["error"] == site.get(f"/jobs/{job.id}").json_body["error"]
    assert shown["rows"][1] == ["x", "3"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"1,2\n3,4\n", "header_looks_like_data"),
        (b"%PDF-1.4\n", "not_csv"),
        (gzip.compress(b"a\n1\n")[:-3], "gzip_truncated"),
        (gzip.compress(gzip.compress(b"a\n1\n")), "gzip"),
    ],
)
def test_a_file_that_is_refused_is_shown_as_far_as_it_is_known(
    site: Site, data: bytes, code: str
) -> None:
    shown = preview(site, data)
    assert shown["error"]["code"] == code
    assert "summed" not in shown


@dataclass
class Counting(MemorySource):
    """Counts the bytes that are read."""

    taken: int = 0

    def read(
        self, name: str, version: FileVersion, start: int = 0, expected_end: int | None = None
    ) -> Iterator[bytes]:
        for block in super().read(name, version, start, expected_end):
            self.taken += len(block)
            yield block


def zipped(data: bytes) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("x.csv", data)
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        LARGE,
        zipped(LARGE),
        gzip.compress(LARGE, 0),
        gzip.compress(LARGE),
        LARGE.decode().encode("utf-16"),
    ],
    ids=["plain", "zip", "stored in gzip", "gzip", "utf-16"],
)
def test_at_most_one_mebibyte_is_read_of_a_large_file(data: bytes) -> None:
    source = Counting()
    with serving(World(source=source)) as site:
        shown = preview(site, data, step=1)
    assert source.taken <= MAX_BYTES
    assert (shown["bytes"], shown["complete"]) == (len(data), False)
    assert (shown["names"], len(shown["rows"])) == (["a", "b", "c"], 20)
    assert shown["rows"][0] == ["1", "two\nlines", "3.5"]
    assert [each["name"] for each in shown["summed"]] == ["a", "c"]
    assert "error" not in shown


def test_a_row_that_is_larger_than_what_is_read_leaves_the_columns_unknown(site: Site) -> None:
    shown = preview(site, b"a,b\n" + b'1,"' + b"x" * MAX_BYTES + b'"\n')
    assert (shown["names"], shown["complete"]) == (["a", "b"], False)
    assert not {"summed", "error"} & set(shown)


def test_wide_tables_and_long_cells_give_small_replies(site: Site) -> None:
    data = b",".join(b"n%d" % index for index in range(5000)) + b"\n"
    data += b",".join([b"x" * 150] * 5000) + b"\n"
    shown = preview(site, data, step=1)
    assert (shown["fields"], len(shown["names"]), len(shown["rows"][0])) == (5000, 1000, 100)
    assert shown["rows"][0][0] == "x" * 100 + "…"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"csv": "missing.csv"}, 404, "file_missing"),
        ({"csv": "../x"}, 400, "bad_request"),
        ({"csv": "x.csv", "step": 0}, 400, "bad_request"),
    ],
)
def test_a_preview_that_cannot_be_is_a_problem(
    site: Site, body: dict[str, object], status: int, code: str
) -> None:
    assert problem_of(site.post(body, "/preview"), status)["code"] == code


@pytest.mark.parametrize("case", load(), ids=lambda case: f"{case.kind}/{case.name}")
def test_a_preview_of_a_complete_file_says_what_its_job_says(site: Site, case: Case) -> None:
    shown = preview(site, case.data, **case.options)
    job = site.submitted(case.data, **case.options)
    site.world.run()
    final = site.get(f"/jobs/{job.id}").json_body
    assert shown.get("error") == final.get("error")
    assert shown.get("dialect") == final.get("dialect")
    if "error" not in shown:
        assert [each["name"] for each in shown["summed"]] == list(final["exact"])
        assert (shown["left_out"], shown["warnings"]) == (final["left_out"], final["warnings"])


@given(junk_files())
def test_rows_are_cut_at_the_last_row_end(data: bytes) -> None:
    rows = complete_rows(data, GRAMMAR)
    assert data.startswith(rows)
    assert scan_state(rows, State.ROW, GRAMMAR) is State.ROW
    rest = data[len(rows) :]
    ends = [at + 1 for at in range(len(rest)) if rest[at : at + 1] == b"\n"]
    assert all(scan_state(rest[:end], State.ROW, GRAMMAR) is not State.ROW for end in ends)
