"""Progress bars on stderr, on a terminal alone."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from chalicelib.engine.wording import visible
from cli.terminal import is_terminal

if TYPE_CHECKING:
    from rich.progress import Progress

#: Called with all that is done so far.
Update = Callable[[int], None]
#: What is done sooner needs no bar. The library of bars takes longer to import than to sum a file.
SECONDS_WITHOUT_BAR = 0.5


def ignore(_: int) -> None:
    """Show nothing."""


@contextmanager
def bytes_bar(total: int | None, label: str = "") -> Iterator[Update]:
    """Show how many of ``total`` bytes are done, at what rate, and the time left if that is known.

    Show nothing without a terminal, of what is done in a moment, and after the end.
    """
    if not is_terminal(sys.stderr):
        yield ignore
        return
    bar = _Bar(total, visible(label))
    try:
        yield bar.update
    finally:
        bar.close()


class _Bar:
    def __init__(self, total: int | None, label: str) -> None:
        self._total = total
        self._label = label
        self._begun = monotonic()
        self._progress: Progress | None = None
        self._lock = Lock()

    def update(self, done: int) -> None:
        """Show what is done. Threads call it; while one of them shows it, the others go on."""
        if self._lock.acquire(blocking=False):
            try:
                self._show(done)
            finally:
                self._lock.release()

    def _show(self, done: int) -> None:
        if self._progress is None and monotonic() - self._begun > SECONDS_WITHOUT_BAR:
            self._progress = _bytes_progress()
            self._progress.add_task(self._label, total=self._total)
            self._progress.start()
        if self._progress is not None:
            shown = done if self._total is None else min(done, self._total)
            self._progress.update(self._progress.task_ids[0], completed=shown)

    def close(self) -> None:
        if self._progress is not None:
            self._progress.stop()


def _bytes_progress() -> "Progress":
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(32),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(compact=True),
        console=Console(stderr=True),
        transient=True,
    )
