"""Runs the command line: in this process, in one of its own, or on a terminal."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
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
    """Runs commands in this process, in a folder of their own."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str | Path) -> Ended:
        code = main([str(each) for each in arguments])
        written = self._capsys.readouterr()
        return Ended(code, written.out, written.err)


def environment(**more: str) -> Mapping[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", **more}


def start(folder: Path, *arguments: str, **pipes: int) -> "subprocess.Popen[bytes]":
    """Start a command that Ctrl-C ends, even if the tests run in the background."""
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment(),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        **pipes,  # type: ignore[call-overload]
    )


def on_terminal(folder: Path, arguments: Sequence[str], **variables: str) -> str:
    """Return what a command shows on a terminal, which is stdout and stderr at once."""
    ours, its = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment(TERM="xterm", **variables),
        stdin=its,
        stdout=its,
        stderr=its,
    ):
        os.close(its)
        shown = b"".join(_until_closed(ours))
    os.close(ours)
    return shown.decode().replace("\r\n", "\n")


def _until_closed(terminal: int) -> list[bytes]:
    blocks = []
    while True:
        try:
            block = os.read(terminal, 65536)
        except OSError:  # Linux reports the end of a terminal so
            return blocks
        if not block:
            return blocks
        blocks.append(block)
