"""What a person sees: data on stdout, messages on stderr, colours on a terminal alone."""

import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

import click

from chalicelib.engine.wording import visible
from cli.failures import Failure

PROGRAM = "csvsum"
UNITS = ("KB", "MB", "GB", "TB", "PB")
#: Between the columns of a table on a terminal.
GAP = "  "
#: What may steer a terminal: the colours and weights of ``paint``, ends of lines and tabs.
STEERING = re.compile(r"(\x1b\[(?:[0-2]|3[0-7])m|[\n\t])")
#: Characters that JSON takes as they are: some terminals obey them, or show others in their place.
UNSEEN = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def is_terminal(stream: TextIO) -> bool:
    return stream.isatty()


def has_colours(stream: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether to colour. NO_COLOR (no-color.org), if it is not empty, says no."""
    wanted = not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
    return wanted and is_terminal(stream)


def paint(text: str, stream: TextIO, **style: Any) -> str:
    """Return ``text`` in a style of click.style, if the stream shows colours."""
    return click.style(text, **style) if has_colours(stream) else text


def harmless(text: str) -> str:
    """Return a text that does to a terminal no more than ``paint`` does.

    Names of files, cells and replies may have been written to move the cursor, or to type commands.
    """
    parts = STEERING.split(text)
    return "".join(part if index % 2 else visible(part) for index, part in enumerate(parts))


class Stdout:
    """Writes data to stdout: harmless on a terminal, as it is in a pipe."""

    def write(self, text: str) -> int:
        return sys.stdout.write(harmless(text) if is_terminal(sys.stdout) else text)


def show(text: str = "") -> None:
    """Write a line of data to stdout."""
    Stdout().write(f"{text}\n")


def show_json(value: object) -> None:
    """Write a value to stdout as one line of JSON."""
    import json

    text = json.dumps(value, ensure_ascii=False)
    show(UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def say(text: str = "") -> None:
    """Write a line for a person to stderr."""
    sys.stderr.write(f"{harmless(text)}\n")
    sys.stderr.flush()


def report(failure: Failure) -> None:
    """Write to stderr what is wrong, the lines around it, and what to do."""
    program = paint(f"{PROGRAM}:", sys.stderr, fg="red", bold=True)
    say(f"{program} {failure.message}")
    for line in failure.excerpt:
        say(line)
    for line in failure.advice:
        say(f"  {line}")


def grouped(digits: str) -> str:
    """Return a number with a comma between thousands; ``digits`` have no exponent."""
    sign = digits[: digits.startswith("-")]
    whole, point, fraction = digits[len(sign) :].partition(".")
    return f"{sign}{int(whole):,}{point}{fraction}" if whole.isdecimal() else digits


def number(digits: str | int) -> str:
    """Return a number for stdout: grouped on a terminal, plain in a pipe, exact in both."""
    return grouped(str(digits)) if is_terminal(sys.stdout) else str(digits)


def size(count: float) -> str:
    """Return a number of bytes as "1.2 GB": in thousands, as disks are sold."""
    if count < 1000:
        return f"{count:.0f} bytes" if count != 1 else "1 byte"
    power = 1
    while count >= 999.95 * 1000**power and power < len(UNITS):
        power += 1
    return f"{count / 1000**power:.1f} {UNITS[power - 1]}"


def show_table(
    rows: Iterable[Sequence[str]], heads: Sequence[str] = (), *, right: Iterable[int] = ()
) -> None:
    """Write rows to stdout: aligned on a terminal, with a tab between cells in a pipe.

    The columns with the indexes ``right`` are aligned there, as numbers are.
    """
    cells = [list(heads), *map(list, rows)] if heads else [list(row) for row in rows]
    if not is_terminal(sys.stdout):
        for row in cells:
            show("\t".join(row))
        return
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for index, row in enumerate(cells):
        line = GAP.join(_aligned(row, widths, frozenset(right))).rstrip()
        show(paint(line, sys.stdout, bold=True) if heads and index == 0 else line)


def _aligned(row: Sequence[str], widths: Sequence[int], right: frozenset[int]) -> list[str]:
    return [
        cell.rjust(width) if index in right else cell.ljust(width)
        for index, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
