"""Ends a child process when its parent has ended."""

import os
import signal
import threading
import time

CHECK_SECONDS = 0.5


def exit_with_parent(number: int = signal.SIGKILL) -> None:
    """Watch the parent from a thread, and send this process a signal once the parent has ended."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(CHECK_SECONDS)
        os.kill(os.getpid(), number)

    threading.Thread(target=watch, daemon=True).start()
