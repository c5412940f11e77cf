"""Runs the command line: in this process, in one of its own, or on a terminal."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.main import main
from tests.imports import ROOT

COMMAND = (sys.executable, "-m", "cli")


@dataclass(frozen=True)
class Ended:
    """What a command wrote, and its exit code."""

    code: int
    out: str
    err: str


class Run:
    """Runs commands in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str | Path) -> Ended:
        code = main([str(each) for each in arguments])
        written = self._capsys.readouterr()
        return Ended(code, written.out, written.err)


def environment(**more: str) -> Mapping[str, str]:
    """Return the variables of a command; those that change what is shown are not the tests' own."""
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
    return {**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "100", **more}


def start(*arguments: str) -> "subprocess.Popen[bytes]":
    """Start a command with pipes, that Ctrl-C ends even if the tests ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            [*COMMAND, *arguments],
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    finally:
        signal.signal(signal.SIGINT, before)


def run_with_input(data: bytes, *arguments: str) -> Ended:
    """Run a command that reads a pipe."""
    process = start(*arguments)
    out, err = process.communicate(data)
    return Ended(process.returncode, out.decode(), err.decode())


def on_terminal(*arguments: str, **variables: str) -> str:
    """Return what a command shows on a terminal, which is stdout and stderr at once."""
    ours, its = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, *arguments],
        env=environment(TERM="xterm", **variables),
        stdin=its,
        stdout=its,
        stderr=its,
    ):
        os.close(its)
        shown = until_closed(ours)
    os.close(ours)
    return shown.decode().replace("\r\n", "\n")


def until_closed(terminal: int) -> bytes:
    """Return what programs write to a terminal until the last of them has closed it."""
    shown = b""
    try:
        while block := os.read(terminal, 65536):
            shown += block
    except OSError:  # Linux reports so that nobody has the terminal open
        pass
    return shown
