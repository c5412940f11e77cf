"""Progress bars on stderr, on a terminal alone."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cli.terminal import is_terminal

#: Called with all that is done so far.
Update = Callable[[int], None]


def ignore(_: int) -> None:
    """Show nothing."""


@contextmanager
def bytes_bar(total: int, label: str = "") -> Iterator[Update]:
    """Show how many of ``total`` bytes are done, at what rate, and the time left.

    Without a terminal, or with nothing to do, show nothing.
    """
    if total <= 0 or not is_terminal(sys.stderr):
        yield ignore
        return
    # rich takes longer to import than a small file to sum.
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(32),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(label, total=total)
        yield lambda done: progress.update(task, completed=done)
