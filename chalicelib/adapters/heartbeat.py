"""Calls a function at intervals while work goes on."""

from collections.abc import Callable
from threading import Event, Thread
from types import TracebackType

# The worker does not wait longer than this for a call that hangs.
STOP_SECONDS = 5


class Heartbeat:
    """A context in which ``beat`` is called every ``seconds``, from a thread.

    ``at_once``: also when the work begins, without delaying it. ``beat`` must not raise.
    """

    def __init__(self, beat: Callable[[], None], seconds: float, at_once: bool) -> None:
        self._beat = beat
        self._seconds = seconds
        self._at_once = at_once
        self._stopped = Event()
        self._thread = Thread(target=self._run, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Wait for a running beat: it must not undo what happens to the message next.
        self._stopped.set()
        self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        if self._at_once:
            self._beat()
        while not self._stopped.wait(self._seconds):
            self._beat()
