"""Calls functions at intervals while work goes on.

One thread calls all functions of a process: to start a thread for each of many short pieces of work
would take longer than the rest of a heartbeat.
"""

import logging
import math
from collections.abc import Callable
from threading import Condition, Thread
from time import monotonic
from types import TracebackType

# The worker does not wait longer than this for a call that hangs.
STOP_SECONDS = 5

log = logging.getLogger("csvsum")


class Heartbeat:
    """A context in which ``beat`` is called every ``seconds``, from another thread.

    ``at_once``: also when the work begins, without delaying it.
    """

    def __init__(self, beat: Callable[[], None], seconds: float, at_once: bool) -> None:
        self.beat = beat
        self.seconds = seconds
        #: Whether a beat goes on, or must be made before the work may end.
        self.is_busy = at_once
        self.due = -math.inf

    def __enter__(self) -> None:
        self.due = monotonic() + (0 if self.is_busy else self.seconds)
        _hearts.add(self)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Wait for a running beat: it must not undo what happens to the message next.
        _hearts.remove(self)


class _Hearts:
    """The heartbeats of a process, and the thread that makes them."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._present: set[Heartbeat] = set()
        self._wakes_at = math.inf
        self._thread = Thread(target=self._run, daemon=True)

    def add(self, heart: Heartbeat) -> None:
        with self._changed:
            if self._thread.ident is None:
                self._thread.start()
            self._present.add(heart)
            # As a rule the thread wakes earlier, for a heartbeat that has gone.
            if heart.due < self._wakes_at:
                self._changed.notify_all()

    def remove(self, heart: Heartbeat) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not heart.is_busy, STOP_SECONDS)
            self._present.discard(heart)

    def _run(self) -> None:
        with self._changed:
            while True:
                heart = min(self._present, key=lambda each: each.due, default=None)
                self._wakes_at = heart.due if heart else math.inf
                if heart and heart.due <= monotonic():
                    self._call(heart)
                else:
                    self._changed.wait(heart.due - monotonic() if heart else None)

    def _call(self, heart: Heartbeat) -> None:
        """Make one beat; meanwhile other heartbeats may come and go."""
        heart.is_busy = True
        self._changed.release()
        try:
            heart.beat()
        except Exception:
            log.exception("a heartbeat failed")  # the others must go on
        finally:
            self._changed.acquire()
            heart.is_busy = False
            heart.due = monotonic() + heart.seconds
            self._changed.notify_all()


_hearts = _Hearts()
