"""The options that say what to sum and how files are written: the same for all commands.

They have the names of the API. Their values are checked by the code of the service, so that the
command line takes what the service takes.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from chalicelib.engine.wording import COMMA
from cli.command import Option
from cli.failures import Exit, Failure

if TYPE_CHECKING:
    from chalicelib.engine.options import Options

COLUMNS, READING = "Which columns", "How the file is written (detected by default)"
FLAGS = {True: "--header", False: "--no-header"}
#: In sentences of the service: what only concerns its callers.
FOR_CALLERS = r" in a query or \[.*\] in JSON"
F = TypeVar("F", bound=Callable[..., Any])


def _option(*names: str, section: str = READING, **rest: Any) -> Callable[[F], F]:
    return click.option(*names, cls=Option, section=section, **rest)


DECLARED = (
    _option("--step", metavar="N", section=COLUMNS, help="Sum every Nth column.  [default: 10]"),
    _option("--first", metavar="I", section=COLUMNS, help="Begin with column I, from 0."),
    _option(
        "--columns",
        metavar="NAMES",
        section=COLUMNS,
        help="Sum these: names, or indexes from 0, as in price,12. "
        r"Write \, for a comma in a name.",
    ),
    _option(
        "--non-numeric",
        type=click.Choice(["columns", "fail", "skip"]),
        section=COLUMNS,
        help="Cells that are not numbers: leave columns of text out (columns, the default), stop at"
        " the first one (fail), or leave such cells out (skip).",
    ),
    _option("--delimiter", metavar="CHAR", help="What separates fields: one character, or tab."),
    _option("--header/--no-header", default=None, help="Whether the first row has the names."),
    _option(
        "--encoding",
        type=click.Choice(["auto", "utf-8", "utf-16", "windows-1252", "latin-1"]),
        help="The encoding of the text.",
    ),
    _option("--skip-rows", metavar="N", help="Skip N lines before the header."),
    _option("--comment", metavar="CHAR", help="Skip lines that begin with this character."),
    _option(
        "--ragged",
        type=click.Choice(["fail", "pad"]),
        help="Rows with too few fields: stop (fail), or fill them up with empty fields (pad).",
    ),
    _option(
        "--last-row",
        type=click.Choice(["keep", "drop"]),
        help="A last row without a row end: keep it, or drop it, as it may be half-written.",
    ),
    _option("--decimal", metavar="CHAR", help="The decimal mark.  [default: .]"),
    _option("--thousands", metavar="CHAR", help="What separates thousands."),
    _option("--strip", metavar="CHARS", help="Marks before or after numbers, as in '$%()'."),
    _option("--missing", metavar="MARKS", help="Cells that mean no value, as in -,?"),
)


#: The names of the options in the API. A test holds them to those of the service.
NAMES = (
    *("step", "first", "columns", "non_numeric", "delimiter", "header", "encoding", "skip_rows"),
    *("comment", "ragged", "last_row", "decimal", "thousands", "strip", "missing"),
)


def reading_options(function: F) -> F:
    """Decorator: give a command all options of the service; ``given`` collects their values."""
    for declare in reversed(DECLARED):
        function = declare(function)
    return function


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that were given, by their names in the API."""
    return {name: values[name] for name in NAMES if values.get(name) is not None}


def options_of(given: Mapping[str, Any]) -> "Options":
    """Return the options. Raise Failure for a value that cannot be."""
    # The help must not wait for the engine.
    from chalicelib.errors import BadRequest
    from chalicelib.jobs.options import parse_options

    try:
        return parse_options(given)
    except BadRequest as refused:
        raise Failure(_of_flags(refused.detail), Exit.USAGE) from refused


def _of_flags(detail: str) -> str:
    """Return a sentence about options with the names that they have here."""
    first, *others = re.sub(FOR_CALLERS, "", detail).removesuffix(".").split(" ", maxsplit=3)
    words = [_flag(first)]
    if others[:1] == ["and"] and others[1] in NAMES:
        words += ["and", _flag(others[1])]
        others = others[2:]
    return " ".join([*words, *others])


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}" if name in NAMES else name


def arguments_of(options: Mapping[str, Any]) -> Iterator[str]:
    """Yield options of the API as arguments of the command line."""
    for name, value in options.items():
        if isinstance(value, bool):
            yield FLAGS[value]
        elif value is not None:
            yield _flag(name)
            yield _text(value)


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return ",".join(str(each).replace(",", COMMA) for each in value)
    return "tab" if value == "\t" else str(value)


def with_flags(sentence: str) -> str:
    """Return advice of the service with options as they are typed here."""
    sentence = sentence.replace("submit with ", "use ")
    sentence = sentence.replace("header=true", FLAGS[True]).replace("header=false", FLAGS[False])
    with_value = rf'\b({"|".join(NAMES)})=("[^"]*"|[\w,-]+)'
    return re.sub(with_value, lambda match: f"{_flag(match[1])} {match[2]}", sentence)
