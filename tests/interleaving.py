"""Threads that run one at a time: a test chooses which of them makes the next call.

So all orders of calls can be tried, and each is repeatable.
"""

import threading
from collections.abc import Callable


class Killed(BaseException):
    """The process of a thread has ended. No code of the product catches it."""


class Actor:
    """One thread. It waits before each call until it is let go on."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.result: object = None
        self.error: BaseException | None = None
        self._work = work
        self._go, self._stopped = threading.Semaphore(0), threading.Semaphore(0)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._fate: BaseException | None = None
        self.is_done = False

    def start(self) -> None:
        """Run up to the first call."""
        self._thread.start()
        self._stopped.acquire()

    def step(self, fate: BaseException | None = None) -> None:
        """Make the call, and run up to the next one. ``fate``: raise this in place of the call."""
        self._fate = fate
        self._go.release()
        self._stopped.acquire()

    def kill(self) -> None:
        """End the thread, whatever it does."""
        while not self.is_done:
            self.step(Killed())

    def pause(self) -> None:
        """Wait before a call; the thread itself calls this."""
        self._stopped.release()
        self._go.acquire()
        if self._fate is not None:
            raise self._fate

    def _run(self) -> None:
        _actors[threading.get_ident()] = self
        try:
            self.result = self._work()
        except (Exception, Killed) as error:
            self.error = error
        finally:
            del _actors[threading.get_ident()]
            self.is_done = True
            self._stopped.release()


_actors: dict[int, Actor] = {}


def pause_actor() -> None:
    """Call this before each call of a service; it does nothing in threads of no actor."""
    actor = _actors.get(threading.get_ident())
    if actor is not None:
        actor.pause()
