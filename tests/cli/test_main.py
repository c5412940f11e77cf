"""The app: commands, help, mistakes, and what it costs to start."""

import json
import subprocess
import sys

import click
import pytest

from cli.failures import Exit
from cli.main import MODULES, Commands, app
from cli.version import version
from tests.cli.running import Run, environment

#: Libraries that take long to import.
SLOW = {"boto3", "chalice", "httpx", "numpy", "pandas", "requests", "rich"}


@pytest.mark.parametrize(
    ("typed", "message", "advice"),
    [
        (("sun",), "there is no command sun", "Did you mean sum?"),
        (("xyzzy",), "there is no command xyzzy", "See csvsum --help."),
        (("sum", "--stpe", "1"), "there is no option --stpe", "Did you mean --step?"),
        (("sum", "--deciml", ",", "a"), "there is no option --deciml", "Did you mean --decimal?"),
        (("sum", "--no-headr", "a"), "there is no option --no-headr", "Did you mean --no-header?"),
        (("sum",), "missing argument 'FILE...'", "See csvsum sum --help."),
    ],
)
def test_a_mistake_gets_a_sentence_and_the_nearest_right_word(
    run: Run, typed: tuple[str, ...], message: str, advice: str
) -> None:
    ended = run(*typed)
    assert ended.err == f"csvsum: {message}\n  {advice}\n"
    assert (ended.code, ended.out) == (Exit.USAGE, "")


@pytest.mark.usefixtures("folder")
def test_who_forgets_the_command_before_a_file_is_told_it(run: Run) -> None:
    assert run("sales.csv").err == (
        "csvsum: there is no command sales.csv\n  csvsum sum sales.csv sums this file.\n"
    )


def test_a_fault_of_csvsum_itself_has_a_code_of_its_own(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("14 parts hold 13 of 15 bytes")

    monkeypatch.setattr(app, "main", broken)
    ended = run("sum", "sales.csv")
    assert "ValueError: 14 parts hold 13 of 15 bytes" in ended.err
    assert ended.err.endswith("please report the lines above.\n")
    assert ended.code == Exit.BROKEN


def test_the_help_lists_every_command(run: Run) -> None:
    ended = run("--help")
    assert ended.code == Exit.DONE
    for name in MODULES:
        assert f"  {name}" in ended.out


@pytest.mark.parametrize("name", MODULES)
def test_every_command_has_help_with_examples(run: Run, name: str) -> None:
    ended = run(name, "--help")
    assert ended.code == Exit.DONE
    assert f"\n  csvsum {name}" in ended.out.partition("Examples")[2]


@pytest.mark.parametrize("name", MODULES)
def test_every_module_registers_its_command(name: str) -> None:
    assert isinstance(app, Commands)
    command = app.get_command(click.Context(app), name)
    assert command is not None
    assert command.name == name
    assert command.help


def test_without_a_command_it_shows_the_help_and_fails(run: Run) -> None:
    ended = run()
    assert ended.code == Exit.USAGE
    assert "Usage: csvsum" in ended.err


def test_it_says_its_version(run: Run) -> None:
    assert run("--version").out == f"csvsum {version()}\n"


def imported(*arguments: str) -> set[str]:
    """Return the modules that a command imports in a process of its own."""
    code = (
        "import json, sys\nfrom cli.main import main\nmain(sys.argv[1:])\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("arguments", [("--help",), ("sum", "--help"), ("sum", "-q", "sales.csv")])
@pytest.mark.usefixtures("folder")
def test_the_start_imports_nothing_that_takes_long(arguments: tuple[str, ...]) -> None:
    assert not imported(*arguments) & SLOW


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_can_complete_commands_and_options(shell: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from cli.main import main; main()"],
        env=environment(_CSVSUM_COMPLETE=f"{shell}_source"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "_CSVSUM_COMPLETE" in done.stdout
    assert done.stderr == ""
