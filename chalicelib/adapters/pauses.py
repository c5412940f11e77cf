"""Pauses between tries: longer each time, and random, so that workers do not retry together.

"Full jitter": https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

FIRST_SECONDS = 0.5
MAX_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Pauses:
    """``share`` returns a random share of the longest pause, from 0 to 1."""

    sleep: Callable[[float], None] = time.sleep
    share: Callable[[], float] = random.random
    first_seconds: float = FIRST_SECONDS
    max_seconds: float = MAX_SECONDS

    def wait(self, attempt: int) -> None:
        """Wait after a try that failed, counted from 1."""
        longest = min(self.max_seconds, self.first_seconds * 2 ** (attempt - 1))
        self.sleep(self.share() * longest)
