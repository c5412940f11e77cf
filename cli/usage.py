"""Mistakes on the command line, as sentences with the nearest right word."""

from collections.abc import Sequence
from pathlib import Path

import click

from cli.failures import Exit, Failure
from cli.terminal import PROGRAM


def wrong_usage(error: click.ClickException, commands: Sequence[str]) -> Failure:
    """Return a mistake as a failure. ``commands`` are the names of all commands."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    if isinstance(error, click.exceptions.NoSuchCommand):
        return _no_command(error.command_name, commands)
    if isinstance(error, click.NoSuchOption) and context:
        return _no_option(error.option_name, context)
    text = error.format_message().rstrip(".")
    return _failure(f"{text[:1].lower()}{text[1:]}", None, context)


def _no_command(given: str, commands: Sequence[str]) -> Failure:
    what = f"there is no command {given}"
    if Path(given).is_file():
        advice = f"{PROGRAM} sum {given} sums this file."
        return Failure(what, Exit.USAGE, advice=(advice,))
    return _failure(what, _nearest(given, commands), None)


def _no_option(given: str, context: click.Context) -> Failure:
    parameters = context.command.get_params(context)
    names = [name for each in parameters for name in (*each.opts, *each.secondary_opts)]
    return _failure(f"there is no option {given}", _nearest(given, names), context)


def _nearest(given: str, known: Sequence[str]) -> str | None:
    from difflib import get_close_matches

    return next(iter(get_close_matches(given, known, n=1)), None)


def _failure(what: str, near: str | None, context: click.Context | None) -> Failure:
    command = context.command_path if context else PROGRAM
    advice = f"Did you mean {near}?" if near else f"See {command} --help."
    return Failure(what, Exit.USAGE, advice=(advice,))
