"""Shows why a file cannot be summed: its line with a caret, and the command that may help.

An error is a mapping as the API has it, so that errors of this machine and of a service look alike.
"""

import shlex
import shutil
import sys
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.engine.wording import listed, option
from cli.failures import Exit, Failure
from cli.reading_options import arguments_of, with_flags
from cli.terminal import PROGRAM, is_terminal, paint

#: Returns the command line that tries other options.
Retry = Callable[[Mapping[str, Any]], str]
MARGIN = 4
#: How much of a long line is shown before what is marked.
LEAD = 20


def failure_of(file: str, error: Mapping[str, Any], retry: Retry) -> Failure:
    """Return the failure of a file as a person reads it."""
    said = [each for each in error.get("suggestions", ()) if each["sentence"] in error["detail"]]
    what = error["detail"]
    for each in said:
        what = what.replace(each["sentence"], "")
    place, what = _lowered(what.strip().removesuffix("."))
    excerpt = tuple(_excerpt(error["excerpt"])) if error.get("excerpt") else ()
    advice = tuple(_advice(each, retry) for each in said)
    separator = ", " if place else ": "
    return Failure(f"{file}{separator}{what}", Exit.FILE, excerpt=excerpt, advice=advice)


def retry_with(command: str, files: list[str], options: Mapping[str, Any]) -> Retry:
    """Return what makes the command line with other options in place of some of ``options``."""

    def retry(replacements: Mapping[str, Any]) -> str:
        arguments = arguments_of({**options, **replacements})
        if any(file[:1] == "-" != file for file in files):  # a name that is read as an option
            return shlex.join([PROGRAM, command, *arguments, "--", *files])
        return shlex.join([PROGRAM, command, *files, *arguments])

    return retry


def _lowered(what: str) -> tuple[bool, str]:
    """Return whether a sentence begins with a place, and the sentence as a clause."""
    has_place = what.startswith(("Line ", "Column "))
    is_word = what[:1].isupper() and what[1:2].islower()
    return has_place, what[:1].lower() + what[1:] if is_word else what


def _advice(suggestion: Mapping[str, Any], retry: Retry) -> str:
    options: Mapping[str, Any] = suggestion.get("options", {})
    chosen = {name: value for name, value in options.items() if value is not None}
    if not chosen:
        return with_flags(suggestion["sentence"])
    submit = f", submit with {listed([option(*each) for each in chosen.items()])}."
    clause = suggestion["sentence"].removesuffix(submit)
    return f"{clause}: {paint(retry(options), sys.stderr, bold=True)}"


def _excerpt(excerpt: Mapping[str, Any]) -> list[str]:
    number, begin, end = excerpt["line"], excerpt["from"], excerpt["to"]
    text = next(each["text"] for each in excerpt["lines"] if each["line"] == number)
    gutter = f"{' ' * MARGIN}{number} | "
    if is_terminal(sys.stderr):
        room = shutil.get_terminal_size().columns - len(gutter)
        text, begin, end = _cropped(text, begin, end, room)
    blanks = " " * _width(text[:begin])
    carets = "^" * max(1, _width(text[begin:end]))
    below = f"{' ' * (len(gutter) - 2)}| {blanks}{paint(carets, sys.stderr, fg='red', bold=True)}"
    return [gutter + text, below]


def _cropped(text: str, begin: int, end: int, room: int) -> tuple[str, int, int]:
    """Return what of a line fits into a terminal, with the marked characters."""
    if _width(text) <= room or room <= LEAD:
        return text, begin, end
    dropped = max(0, begin - LEAD)
    text = text[dropped:]
    while _width(text) > room:
        text = text[:-1]
    return text, begin - dropped, min(end - dropped, len(text))


def _width(text: str) -> int:
    """Return how many cells of a terminal a text takes."""
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
