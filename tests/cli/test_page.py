"""docs/cli.md against the code."""

import re
from pathlib import Path

from cli.failures import Exit
from cli.main import MODULES
from cli.reference import PAGE, with_reference
from tests.cli.running import Run
from tests.markdown import Page

TEXT = PAGE.read_text()


def test_it_has_the_help_of_every_command_as_it_is() -> None:
    assert with_reference(TEXT) == TEXT, "renew it: python -m cli.reference"
    for name in MODULES:
        assert f"$ csvsum {name} --help\n" in TEXT


def test_it_has_every_exit_code() -> None:
    (table,) = Page("docs/cli.md").tables("code", "meaning")
    assert [int(row["code"]) for row in table] == sorted(Exit)


def test_its_example_of_an_error_is_what_is_shown(run: Run, folder: Path) -> None:
    (example,) = re.findall(r"\$ csvsum sum umsatz.csv\n(.+?)```", TEXT, re.DOTALL)
    (folder / "umsatz.csv").write_text("a;b\n38,72;1\n")
    assert run("sum", "umsatz.csv").err == example
