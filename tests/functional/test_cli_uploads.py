"""Files of this machine, which the commands bring to the service."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.failures import Exit
from tests.cli.running import Run
from tests.functional.conftest import SALES
from tests.functional.stack import Stack

NAMES = ["sales.csv", "with blank.csv", "ümlaut 文件.csv", "<b>&'\"%2F+.csv", "sales"]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_this_machine_is_uploaded_and_summed(csvsum: Run, home: Path, name: str) -> None:
    (home / name).write_bytes(SALES)
    ended = csvsum("run", name, "--step", "1", "--json")
    assert ended.code == Exit.DONE, ended.err
    sums = json.loads(ended.out)
    assert (sums["file"], sums["exact"]) == (name, {"price": "1234569.09", "tax": "-2.5"})


def test_a_fault_of_an_uploaded_file_names_it_as_it_was_typed(csvsum: Run, home: Path) -> None:
    (home / "broken.csv").write_bytes(b"id,amount\n1,2\n2,oops\n3,4\n4,5\n")
    ended = csvsum("run", "./broken.csv", "--step", "1")
    assert ended.code == Exit.FILE
    assert "csvsum: ./broken.csv, line 3, column 2 ('amount')" in ended.err
    assert "csvsum run ./broken.csv --step 1 --non-numeric skip" in ended.err
    assert "uploads/" not in ended.err


def test_an_uploaded_file_has_a_name_to_submit(csvsum: Run, home: Path) -> None:
    (home / "sales.csv").write_bytes(SALES)
    uploaded = csvsum("upload", "sales.csv")
    name = uploaded.out.strip()
    assert (uploaded.code, name.startswith("uploads/"), uploaded.err) == (Exit.DONE, True, "")
    assert csvsum("run", name, "--columns", "tax").out == "tax\t-2.5\n"
    as_json = json.loads(csvsum("upload", "sales.csv", "--json").out)
    assert as_json["file"] == "sales.csv"
    assert as_json["csv"] != name


def test_several_files_are_uploaded_and_submitted(csvsum: Run, home: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (home / name).write_bytes(SALES)
    ids = csvsum("submit", "a.csv", "b.csv", "--step", "1").out.split()
    assert [csvsum("wait", each).code for each in ids] == [Exit.DONE, Exit.DONE]
    assert csvsum("compare", *ids).code == Exit.DONE


def test_a_file_that_cannot_be_uploaded_is_a_sentence(csvsum: Run, home: Path) -> None:
    (home / "sales.csv").write_bytes(SALES)
    (home / os.fsdecode(b"\xff.csv")).write_bytes(SALES)
    for given, code, words in (
        ("slaes.csv", Exit.MISSING, "Did you mean sales.csv?"),
        (".", Exit.USAGE, "is not a file"),
        (os.fsdecode(b"\xff.csv"), Exit.USAGE, "is not UTF-8"),
    ):
        ended = csvsum("upload", given)
        assert (ended.code, words in ended.err) == (code, True), ended.err
    piped = csvsum("run", "-")
    assert (piped.code, "csvsum sum - sums it" in piped.err) == (Exit.USAGE, True)


def test_a_large_file_is_uploaded(csvsum: Run, home: Path) -> None:
    rows = b"".join(b"%d,%d.25\n" % (index, index) for index in range(100_000))
    with (home / "large.csv").open("wb") as file:
        file.write(b"a,b\n" + rows * 10)
    ended = csvsum("run", "large.csv", "--columns", "b")
    assert ended.out == f"b\t{sum(range(100_000)) * 10 + 250_000}\n"


def test_a_result_too_large_for_a_reply_is_fetched_from_its_link(csvsum: Run, home: Path) -> None:
    columns = 80_000
    header = ",".join(f"c{index}" for index in range(columns))
    row = ",".join(str(index) for index in range(columns))
    (home / "wide.csv").write_text(f"{header}\n{row}\n{row}\n")
    ended = csvsum("run", "wide.csv", "--step", "1")
    assert ended.code == Exit.DONE, ended.err
    assert ended.out.splitlines()[-1] == f"c{columns - 1}\t{2 * (columns - 1)}"
    assert len(ended.out.splitlines()) == columns


@pytest.fixture
def folder(stack: Stack, unique: Callable[[str], str]) -> str:
    """A folder of the source with two files, and a folder with one."""
    name = unique("q3")
    for path in ("rates.csv", "sales.csv", "archive/old.csv"):
        stack.put(f"{name}/{path}", SALES)
    return name


def test_the_files_of_the_source_are_listed(csvsum: Run, folder: str) -> None:
    lines = [line.split("\t") for line in csvsum("files", f"{folder}/").out.splitlines()]
    assert [line[:2] for line in lines] == [
        ["FILE", "SIZE"],
        [f"{folder}/archive/", ""],
        [f"{folder}/rates.csv", str(len(SALES))],
        [f"{folder}/sales.csv", str(len(SALES))],
    ]
    found = json.loads(csvsum("files", f"{folder}/", "--search", "rat", "--json").out)
    assert [each["csv"] for each in found["files"]] == [f"{folder}/rates.csv"]
    assert (found["folders"], found["next"]) == ([], None)
    empty = csvsum("files", f"{folder}/none/")
    assert (empty.code, empty.out, empty.err) == (Exit.DONE, "", "There is no such file.\n")


def test_a_mistyped_name_finds_the_nearest_file_of_the_source(csvsum: Run, folder: str) -> None:
    ended = csvsum("run", f"{folder}/raets.csv")
    assert ended.code == Exit.MISSING
    assert f"Did you mean {folder}/rates.csv?" in ended.err
