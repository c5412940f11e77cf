"""What a long command shows: its steps with the time, and a sign of life in between."""

import threading
import time
from collections.abc import Callable
from typing import Self

SILENCE_SECONDS = 8.0

#: Shows a step.
Say = Callable[[str], None]


class Progress:
    """Print each step with the seconds since the start, and a silent one every 8 s once more."""

    def __init__(self, silence_seconds: float = SILENCE_SECONDS) -> None:
        self.silence_seconds = silence_seconds
        self._started = self._printed = time.monotonic()
        self._step = ""
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def __call__(self, text: str) -> None:
        self._step = text
        self._print(text)

    def _watch(self) -> None:
        while not self._ended.wait(self.silence_seconds / 10):
            if time.monotonic() - self._printed >= self.silence_seconds:
                self._print(f"... {self._step.strip()}")

    def _print(self, text: str) -> None:
        with self._lock:
            self._printed = time.monotonic()
            print(f"[{self._printed - self._started:4.0f} s] {text}", flush=True)
