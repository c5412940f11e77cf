"""Starts the processes of the local service, replaces those that end, and stops all in order."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

RESTART_SECONDS = 0.5


@dataclass
class Child:
    """A process that runs a module: ``arguments`` are those of ``python -m``.

    It keeps the file descriptors ``inherit``. Its output goes to ``log``, or to the output of this
    process. ``then`` is called after each start. ``loss`` says what is lost if the process dies.
    """

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    log: Path | None = None
    inherit: Sequence[int] = ()
    then: Callable[[], None] = lambda: None
    stop_seconds: float = 5
    loss: str = ""
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        """Start the process, and call ``then``."""
        log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND) if self.log else None
        # A session of its own: Ctrl-C reaches only the supervisor, which stops the others in order.
        self.process = subprocess.Popen(
            [sys.executable, "-m", *self.arguments],
            env=dict(self.environment),
            stdout=log,
            stderr=log,
            pass_fds=self.inherit,
            start_new_session=True,
        )
        if log is not None:
            os.close(log)
        self.then()

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        """Ask the process to end, and wait; kill it if that takes too long."""
        self.process.terminate()
        try:
            self.process.wait(self.stop_seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Children:
    """The processes. All others depend on the first one, so it is stopped last."""

    def __init__(self, after_death: Callable[[], None]) -> None:
        self._after_death = after_death
        self._started: list[Child] = []

    def start(self, child: Child) -> None:
        """Start a process, and replace it from now on when it ends."""
        self._started.append(child)
        child.start()

    def replace_dead(self) -> None:
        """Restart the processes that have ended."""
        for child in self._started:
            if not child.is_alive:
                how = f"ended ({child.process.returncode})"
                print(f"{child.name} {how}; restarting it{child.loss}", flush=True)
                self._after_death()
                time.sleep(RESTART_SECONDS)
                child.start()

    def stop(self) -> None:
        """Stop all, the first one last."""
        for child in self._started[1:]:
            child.process.terminate()
        for child in reversed(self._started):
            child.stop()
