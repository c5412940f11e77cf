"""Ends a step of a test that waits for Chromium without a limit.

Most calls of Playwright have a time limit, but `evaluate`, `new_page` and `close` have none: they
wait for as long as Chromium is there.
"""

import faulthandler
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.functional.stack import command_line, descendants

#: The longest step starts the service, which may compile its kernel.
LIMIT_SECONDS = 180
#: What the command lines of Chromium and of Playwright's driver have in them.
WORDS = ("--remote-debugging-pipe", "run-driver")


@contextmanager
def time_limit(step: str, seconds: float = LIMIT_SECONDS) -> Iterator[None]:
    """Stop Chromium if the block takes longer, so that it fails, and say where it was."""
    is_over = threading.Event()

    def end() -> None:
        is_over.set()
        print(f"\n{step} has taken {seconds} s; Chromium is stopped.", file=sys.stderr)
        faulthandler.dump_traceback(2)
        stop_browsers()

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except Exception as error:
        if is_over.is_set():
            raise AssertionError(f"{step} took more than {seconds} s") from error
        raise
    finally:
        timer.cancel()


def stop_browsers() -> None:
    """Kill Chromium and its driver, as far as this process started them."""
    for pid in descendants(os.getpid()):
        if any(word in command_line(pid) for word in WORDS):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
