"""``csvsum sum`` as a person or a script uses it."""

import bz2
import csv
import errno
import gzip
import io
import json
import lzma
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.failures import Exit
from tests.cli.conftest import SALES
from tests.cli.running import Run, on_terminal, run_with_input, start


@pytest.fixture(autouse=True)
def here(folder: Path) -> Path:
    return folder


def test_a_pipe_gets_names_and_exact_digits_and_nothing_else(run: Run) -> None:
    ended = run("sum", "sales.csv", "--step", "1")
    assert ended.out == "price\t1234569.09\ntax\t-2.5\n"
    assert ended.code == Exit.DONE


def test_stderr_says_how_the_file_was_read_and_what_was_left_out(run: Run) -> None:
    ended = run("sum", "sales.csv", "--step", "1")
    assert ended.err == (
        "sales.csv: comma, UTF-8, header; 3 columns, 2 summed, 1 left out (text)\n"
        "  (left out as text: store)\n"
        "2 rows\n"
    )


def test_quiet_says_nothing_but_the_sums(run: Run) -> None:
    ended = run("sum", "-q", "sales.csv", "--step", "1")
    assert (ended.out, ended.err) == ("price\t1234569.09\ntax\t-2.5\n", "")


def test_json_has_the_members_of_the_service(run: Run) -> None:
    ended = run("sum", "sales.csv", "--columns", "price,tax", "--json")
    found = json.loads(ended.out)
    assert found["file"] == "sales.csv"
    assert found["rows"] == 2
    assert found["result"] == {"price": 1234569.09, "tax": -2.5}
    assert found["exact"] == {"price": "1234569.09", "tax": "-2.5"}
    assert found["left_out"] == []
    assert found["dialect"]["delimiter"]["found"] == ","
    assert ended.err == ""


def test_csv_has_a_row_for_each_file_and_column(run: Run, here: Path) -> None:
    (here / "b.csv").write_text('"a, b"\n1.10\n\n')
    ended = run("sum", "sales.csv", "b.csv", "--csv", "--step", "1")
    assert list(csv.reader(io.StringIO(ended.out))) == [
        ["file", "column", "sum", "values", "missing", "skipped"],
        ["sales.csv", "price", "1234569.09", "2", "0", "0"],
        ["sales.csv", "tax", "-2.5", "2", "0", "0"],
        ["b.csv", "a, b", "1.1", "1", "0", "0"],
    ]


def test_with_several_files_each_row_of_a_pipe_begins_with_its_file(run: Run, here: Path) -> None:
    (here / "b.csv").write_text("a\n1\n")
    ended = run("sum", "sales.csv", "b.csv", "--first", "1", "--step", "1", "-q", "*.csv")
    assert ended.out.splitlines()[:2] == ["sales.csv\tprice\t1234569.09", "sales.csv\ttax\t-2.5"]


def test_a_pattern_in_quotes_is_expanded_here(run: Run, here: Path) -> None:
    (here / "in").mkdir()
    for name in ("a", "b"):
        (here / "in" / f"{name}.csv").write_text("x\n1\n")
    assert run("sum", "-q", "in/*.csv").out == "in/a.csv\tx\t1\nin/b.csv\tx\t1\n"
    assert run("sum", "-q", f"{here}/in/[b].csv").out == "x\t1\n"


def test_a_file_whose_name_looks_like_a_pattern_is_a_file(run: Run, here: Path) -> None:
    (here / "a[1].csv").write_text("x\n1\n")
    assert run("sum", "-q", "a[1].csv").out == "x\t1\n"


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
}


@pytest.mark.parametrize("extension", PACKED)
def test_a_compressed_file_is_unpacked_while_it_is_read(
    run: Run, here: Path, extension: str
) -> None:
    rows = b"a,b\n" + b"0.1,x\n" * 500_000
    (here / f"a.csv.{extension}").write_bytes(PACKED[extension](rows))
    ended = run("sum", f"a.csv.{extension}")
    assert ended.out == "a\t50000\n"
    assert f": {'gzip' if extension == 'gz' else extension}, comma" in ended.err


def test_utf_16_and_decimal_commas_are_read_as_the_service_reads_them(run: Run, here: Path) -> None:
    (here / "a.csv").write_bytes("größe;x\n38,72;a\n1.000,28;b\n".encode("utf-16"))
    assert run("sum", "a.csv", "--decimal", ",", "--thousands", ".", "-q").out == "größe\t1039\n"


def test_the_standard_input_is_read_as_a_file_is() -> None:
    rows = b"a,b\n" + b"0.1,x\n" * 500_000
    assert run_with_input(rows, "sum", "-").out == "a\t50000\n"
    assert run_with_input(gzip.compress(rows), "sum", "-q", "-").out == "a\t50000\n"


def test_a_fault_in_the_standard_input_is_shown_as_in_a_file() -> None:
    ended = run_with_input(b"a;b\n38,72;1\n", "sum", "-")
    assert ended.err == (
        "csvsum: standard input, line 2, column 1 ('a'): '38,72' looks like a number, but is not"
        " written as the options say\n"
        "    2 | 38,72;1\n"
        "      | ^^^^^\n"
        "  If '38,72' means 38.72: csvsum sum - --decimal ,\n"
    )
    assert ended.code == Exit.FILE


def test_the_command_that_an_error_suggests_works(run: Run, here: Path) -> None:
    (here / "umsatz 1.csv").write_text("a;b\n38,72;1\n")
    ended = run("sum", "umsatz 1.csv", "--step", "2")
    assert ended.code == Exit.FILE
    assert "csvsum sum 'umsatz 1.csv' --step 2 --decimal ,\n" in ended.err
    assert run("sum", "umsatz 1.csv", "--step", "2", "--decimal", ",", "-q").out == "a\t38.72\n"


def test_an_error_marks_the_cell_and_says_what_to_do(run: Run, here: Path) -> None:
    (here / "broken.csv").write_text("id,day,amount,cur\n1,x,2,EUR\n2,x,3,EUR\n17,y,oops,EUR\n")
    ended = run("sum", "broken.csv", "--columns", "amount", "--non-numeric", "fail")
    assert ended.err.splitlines()[:3] == [
        "csvsum: broken.csv, line 4, column 3 ('amount'): 'oops' is not a number",
        "    4 | 17,y,oops,EUR",
        "      |      ^^^^",
    ]
    assert (ended.code, ended.out) == (Exit.FILE, "")


def test_with_json_an_error_is_json_as_well(run: Run, here: Path) -> None:
    (here / "broken.csv").write_text("a\n1\nx\n2\n")
    ended = run("sum", "broken.csv", "sales.csv", "--json", "--non-numeric", "fail", "--first", "0")
    broken, sales = map(json.loads, ended.out.splitlines())
    assert broken["file"] == "broken.csv"
    assert (broken["error"]["code"], broken["error"]["line"]) == ("not_a_number", 3)
    assert sales["error"]["code"] == "not_a_number"
    assert ended.code == Exit.FILE


def test_the_other_files_are_summed_when_one_cannot_be(run: Run, here: Path) -> None:
    (here / "bad.csv").write_text("a\nx\n")
    ended = run("sum", "bad.csv", "sales.csv", "missing.csv", "-q", "--first", "2")
    assert ended.out == "sales.csv\ttax\t-2.5\n"
    assert ended.code == Exit.FILE, "that of the first failure"


def test_a_missing_file_has_a_code_of_its_own_and_the_nearest_name(run: Run) -> None:
    ended = run("sum", "sale.csv")
    assert ended.err == ("csvsum: sale.csv: there is no such file\n  Did you mean sales.csv?\n")
    assert ended.code == Exit.MISSING


def test_with_json_a_missing_file_is_json_as_well(run: Run) -> None:
    ended = run("sum", "missing.csv", "sales.csv", "--json", "--first", "2")
    missing, sales = map(json.loads, ended.out.splitlines())
    assert missing == {
        "file": "missing.csv",
        "error": {"code": "file_missing", "detail": "missing.csv: there is no such file"},
    }
    assert sales["exact"] == {"tax": "-2.5"}
    assert ended.code == Exit.MISSING


def test_a_file_that_cannot_be_read_to_its_end_has_no_sum(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "pread", broken)
    ended = run("sum", "sales.csv")
    assert ended.err == ("csvsum: sales.csv: the file cannot be read: Input/output error\n")
    assert ended.code == Exit.FILE


def test_a_name_that_is_no_text_is_written_in_some_way(here: Path) -> None:
    (here / "a\udcff.csv").write_text("x\n1\n")
    ended = run_with_input(b"", "sum", "--json", "a\udcff.csv")
    assert json.loads(ended.out)["result"] == {"x": 1}
    assert run_with_input(b"", "sum", "-q", "a\udcff.csv", "sales.csv").out.startswith(
        "a<FF>.csv\t"
    )


def test_a_folder_is_not_summed(run: Run, here: Path) -> None:
    (here / "in").mkdir()
    ended = run("sum", "in")
    assert ended.err == ("csvsum: in is a folder\n  csvsum sum in/*.csv sums the files in it.\n")
    assert ended.code == Exit.MISSING


def test_names_that_could_drive_a_terminal_are_shown_harmlessly(run: Run, here: Path) -> None:
    (here / "a\x1b[31m.csv").write_text("\x1b]0;x\x07,\x1b[2J\n1,x\n")
    ended = run("sum", "a\x1b[31m.csv")
    assert "\x1b" not in ended.out + ended.err
    missing = run("sum", "b\x1b[31m.csv")
    assert "\x1b" not in missing.err


@pytest.mark.parametrize("threads", ["1", "2"])
def test_a_large_file_is_summed_in_parts(run: Run, here: Path, threads: str) -> None:
    (here / "large.csv").write_bytes(b"a,b\n" + b"0.1,xxxxxxxxxxxxxxxxxxxxxxxxxx\n" * 1_200_000)
    ended = run("sum", "large.csv", "--threads", threads)
    assert ended.out == "a\t120000\n"
    assert "1,200,000 rows" in ended.err


def test_a_terminal_shows_grouped_numbers_below_each_other() -> None:
    shown = on_terminal("sum", "sales.csv", "--step", "1", NO_COLOR="1")
    assert shown == (
        "sales.csv: comma, UTF-8, header; 3 columns, 2 summed, 1 left out (text)\n"
        "  (left out as text: store)\n"
        "  price  1,234,569.09\n"
        "  tax           -2.5\n"
        "2 rows\n"
    )


def test_a_terminal_has_colours_unless_it_asks_for_none() -> None:
    assert "\x1b[" in on_terminal("sum", "missing.csv")
    assert "\x1b[" not in on_terminal("sum", "missing.csv", NO_COLOR="1")


def test_ctrl_c_ends_it_with_130_and_a_word() -> None:
    process = start("sum", "-")
    assert process.stdin is not None
    # More than a pipe holds: when it is written, the command reads.
    process.stdin.write(SALES * 10_000)
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert process.returncode == Exit.INTERRUPTED
    assert (out, err) == (b"", b"\nInterrupted.\n"), "below the ^C of the terminal"


def test_a_reader_that_has_enough_is_no_error(here: Path) -> None:
    (here / "wide.csv").write_text(
        ",".join(f"column{index}" for index in range(50_000)) + "\n" + ",".join(["1"] * 50_000)
    )
    process = start("sum", "wide.csv", "--step", "1", "-q")
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == b"column0\t1\n"
    process.stdout.close()
    process.stdin.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == Exit.CLOSED
