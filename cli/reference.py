"""Writes the help of all commands into docs/cli.md: ``python -m cli.reference``."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from cli.main import MODULES, app
from cli.terminal import PROGRAM

PAGE = Path(__file__).parent.parent / "docs" / "cli.md"
HEADING = "## Reference\n"
WIDTH = 80


def reference() -> str:
    """Return the section of the page that has the help of all commands."""
    texts = (f"```\n$ {command} --help\n{text}```\n" for command, text in _helps())
    return "\n".join([HEADING, *texts])


def with_reference(page: str) -> str:
    """Return the page with this section, which is the last one."""
    before, _, _ = page.partition(HEADING)
    return before + reference()


def _helps() -> Iterator[tuple[str, str]]:
    top = click.Context(app, info_name=PROGRAM, terminal_width=WIDTH, **app.context_settings)
    yield PROGRAM, _help(top)
    for name in MODULES:
        command = app.get_command(top, name)
        if command is not None:
            context = click.Context(command, parent=top, info_name=name)
            yield f"{PROGRAM} {name}", _help(context)


def _help(context: click.Context) -> str:
    context.max_content_width = WIDTH
    lines = context.get_help().splitlines()
    return "".join(f"{line.rstrip()}\n" for line in lines)


def main() -> int:
    """Renew the page."""
    PAGE.write_text(with_reference(PAGE.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
