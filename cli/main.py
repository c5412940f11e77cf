"""The command ``csvsum``: finds the command that is meant, and ends it with its exit code.

Each command is a module with a function ``register``, which adds it to the group. The module is
imported only when its command is used or its help is listed: the start must not cost more than
what is used. So a module imports what takes long (httpx, rich) in its functions.
"""

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
    try:
        status = app.main(arguments, prog_name=PROGRAM, standalone_mode=False)
    except Failure as failure:
        report(failure)
        return failure.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return Exit.USAGE
    except click.ClickException as error:
        report(wrong_usage(error))
        return Exit.USAGE
    except (click.Abort, KeyboardInterrupt):
        say("Interrupted.")
        return Exit.INTERRUPTED
    except Closed:
        # Python flushes stdout at exit, which would fail once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.CLOSED
    return status if isinstance(status, int) else Exit.DONE


def wrong_usage(error: click.ClickException) -> Failure:
    """Return a mistake on the command line as a sentence, with the nearest right word."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    command = context.command_path if context else PROGRAM
    near = _nearest(error, context)
    advice = f"Did you mean {near}?" if near else f"{command} --help lists what there is."
    return Failure(_clause(error), Exit.USAGE, advice=(advice,))


def _nearest(error: click.ClickException, context: click.Context | None) -> str | None:
    """Return the command or option that is most like the one that does not exist."""
    from difflib import get_close_matches

    if isinstance(error, click.exceptions.NoSuchCommand):
        given, known = error.command_name, list(MODULES)
    elif isinstance(error, click.NoSuchOption) and context:
        parameters = context.command.get_params(context)
        given, known = error.option_name, [name for each in parameters for name in each.opts]
    else:
        return None
    return next(iter(get_close_matches(given, known, n=1)), None)


def _clause(error: click.ClickException) -> str:
    if isinstance(error, click.NoSuchOption):
        return f"there is no option {error.option_name}"
    if isinstance(error, click.exceptions.NoSuchCommand):
        return f"there is no command {error.command_name}"
    text = error.format_message().rstrip(".")
    return f"{text[:1].lower()}{text[1:]}"
