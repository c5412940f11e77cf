"""The command ``csvsum``: finds the command that is meant, and ends it with its exit code.

Each command is a module with a function ``register``, which adds it to the group. The module is
imported only when its command is used or its help is listed: the start must not cost more than
what is used. So a module imports what takes long (httpx, rich) in its functions.
"""

import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from cli.failures import Exit, Failure
from cli.terminal import PROGRAM, report, say, show

#: By the heading in the help: the commands, and the module that registers each.
SECTIONS: dict[str, dict[str, str]] = {
    "On this machine": {"sum": "cli.commands.sum"},
    "With a service": {
        "run": "cli.commands.run",
        "submit": "cli.commands.submit",
        "wait": "cli.commands.wait",
        "result": "cli.commands.wait",
        "status": "cli.commands.status",
        "cancel": "cli.commands.status",
        "list": "cli.commands.list",
        "count": "cli.commands.list",
        "compare": "cli.commands.compare",
        "open": "cli.commands.open",
        "files": "cli.commands.files",
        "upload": "cli.commands.files",
    },
    "Set-up": {
        "login": "cli.commands.login",
        "logout": "cli.commands.login",
        "doctor": "cli.commands.doctor",
    },
}
MODULES = {name: module for section in SECTIONS.values() for name, module in section.items()}


class Closed(Exception):
    """Whoever read the output has closed it, as ``head`` does."""


class Commands(click.Group):
    """Imports each command when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (of the base class)
        return list(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in MODULES and cmd_name not in self.commands:
            import_module(MODULES[cmd_name]).register(self)
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command. Raise Closed if nobody reads its output any more."""
        try:
            status = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError as error:
            raise Closed from error
        return status

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for heading, names in SECTIONS.items():
            commands = [(name, self.get_command(ctx, name)) for name in names]
            rows = [(name, each.get_short_help_str(80)) for name, each in commands if each]
            if rows:
                with formatter.section(heading):
                    formatter.write_dl(rows)


def _show_version(ctx: click.Context, _: click.Parameter, is_asked: bool) -> None:
    if is_asked:
        from cli.version import version

        show(f"{PROGRAM} {version()}")
        ctx.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and exit.",
)
def app() -> None:
    """Sum columns of CSV files, exactly: every digit of every number counts."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line. Return the exit code."""
    _take_any_name()
    try:
        status = app.main(arguments, prog_name=PROGRAM, standalone_mode=False)
    except (Exception, KeyboardInterrupt) as error:
        return _say_why(error)
    return status if isinstance(status, int) else Exit.DONE


def _say_why(error: BaseException) -> Exit:
    """Write to stderr why a command ended early. Return its exit code."""
    code = Exit.USAGE
    match error:
        case Failure():
            report(error)
            code = error.exit_code
        case click.exceptions.NoArgsIsHelpError():
            error.show()
        case click.ClickException():
            from cli.usage import wrong_usage

            report(wrong_usage(error, list(MODULES)))
        case click.Abort() | KeyboardInterrupt():
            say("Interrupted.")
            code = Exit.INTERRUPTED
        case Closed():
            # Python flushes stdout at exit, which would fail once more.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = Exit.CLOSED
        case _:
            import traceback

            # Python would end with 1, which means that two jobs differ.
            traceback.print_exception(error)
            say(f"{PROGRAM}: this is a bug in csvsum; please report the lines above.")
            code = Exit.BROKEN
    return code


def _take_any_name() -> None:
    """Let stdout take names that its encoding lacks: some files have names that are no text."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
