"""How long to wait before a request is sent once more, and when to give up."""

from collections.abc import Callable
from dataclasses import dataclass
from random import SystemRandom

#: Replies that may be others the next time: too many requests, and a service that does not answer.
PASSING = frozenset((429, 502, 503, 504))
FIRST_SECONDS = 0.25
MAX_SECONDS = 20.0
#: All waits of one request together. One wait of a minute, as 429 asks for, is within it.
PATIENCE_SECONDS = 90.0
#: A service that has never replied is probably elsewhere: nobody should wait long to learn it.
ATTEMPTS_IN_VAIN = 3
Draw = Callable[[float, float], float]


@dataclass
class Retries:
    """The attempts of one request. ``is_known``: the service has replied to an earlier one."""

    is_known: bool = False
    draw: Draw = SystemRandom().uniform
    attempts: int = 0
    waited: float = 0.0

    def wait(self, retry_after: str = "", *, was_reached: bool = False) -> float | None:
        """Return the seconds to wait after one more failure; None to give up.

        They vary, so that clients which failed together do not come back together. They are at
        least those that the service asks for.
        """
        self.attempts += 1
        if not (self.is_known or was_reached) and self.attempts >= ATTEMPTS_IN_VAIN:
            return None
        seconds = self._asked(retry_after) or self._doubled()
        if self.waited + seconds > PATIENCE_SECONDS:
            return None
        self.waited += seconds
        return seconds

    def _asked(self, retry_after: str) -> float:
        """Return a time that the service gave in seconds; 0 for none, or for a date."""
        if not (retry_after.isascii() and retry_after.isdigit()):
            return 0
        # A service may send hundreds of digits, which would be infinite.
        seconds = min(max(float(retry_after), FIRST_SECONDS), 2 * PATIENCE_SECONDS)
        return seconds + self.draw(0, max(FIRST_SECONDS, seconds / 10))

    def _doubled(self) -> float:
        longest = min(MAX_SECONDS, FIRST_SECONDS * 2**self.attempts)
        return self.draw(longest / 2, longest)
