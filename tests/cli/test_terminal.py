"""Texts that were written to steer a terminal: names of files, cells, and replies."""

import json
import re
from pathlib import Path

import pytest

from cli.advice import retry_with
from cli.failures import Exit, Failure
from cli.terminal import harmless, report, show_json
from tests.cli.running import Run, on_terminal

ESC = "\x1b"
#: They set the title, clear the screen, move the cursor, and hide what follows.
STEERING = f"{ESC}]0;title\x07{ESC}[2J{ESC}[1;1H{ESC}[8m\x9b1;1H\r\x08"
#: What may come from us: colours, weights, and the end of a line.
OURS = re.compile(r"\x1b\[(?:[0-2]|3[0-7])m|\r?\n|\t")
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")


def require_harmless(shown: str) -> None:
    assert not CONTROLS.findall(OURS.sub("", shown))


@pytest.fixture
def steering(tmp_path: Path) -> Path:
    """Return a file whose name, header and cells steer a terminal."""
    path = tmp_path / f"evil{ESC}[2J\x07.csv"
    path.write_text(f"a{STEERING.replace(chr(13), '')},b\n1,{ESC}[2Jx\n")
    return path


@pytest.mark.parametrize(
    "options",
    [(), ("--csv",), ("--json",), ("--columns", f"c{ESC}[2J"), ("--non-numeric", "fail")],
)
def test_no_file_steers_a_terminal(steering: Path, options: tuple[str, ...]) -> None:
    require_harmless(on_terminal("sum", "--step", "1", str(steering), *options))
    require_harmless(on_terminal("sum", str(steering), *options))


def test_a_pipe_gets_csv_as_it_is(steering: Path, run: Run) -> None:
    assert f"a{ESC}]0;title" in run("sum", "--step", "1", steering, "--csv").out


def test_json_has_no_character_that_a_terminal_obeys_and_says_the_same(
    capsys: pytest.CaptureFixture[str],
) -> None:
    value = {f"{STEERING}\u202e\u2028é😀": f"{STEERING}\u200f"}
    show_json(value)
    shown = capsys.readouterr().out
    require_harmless(shown)
    assert json.loads(shown) == value
    assert "é😀" in shown


def test_what_a_service_says_does_not_steer_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    report(Failure(f"It said {STEERING}", Exit.REFUSED, advice=(f"try {STEERING}",)))
    require_harmless(capsys.readouterr().err)


def test_colours_stay() -> None:
    assert harmless(f"{ESC}[1mbold{ESC}[0m\t{ESC}[31mred{ESC}[0m\n").count(ESC) == 4


def test_a_name_that_looks_like_an_option_is_none_in_the_command_to_try() -> None:
    retry = retry_with("run", ["--url=https://evil.example"], {})
    assert retry({"decimal": ","}) == "csvsum run --decimal , -- --url=https://evil.example"
