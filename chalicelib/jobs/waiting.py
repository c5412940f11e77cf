"""Waits for a job or a list of jobs, so that clients need not ask for it repeatedly."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from chalicelib.jobs.job import utc_now
from chalicelib.jobs.ports import Clock

# API Gateway answers with 504 after 29 seconds.
MAX_SECONDS = 25
# Each look is a read of the table. A small job ends after few looks; a long one costs one a second.
FIRST_PAUSE = 0.05
MAX_PAUSE = 1.0

T = TypeVar("T")


@dataclass(eq=False)
class Wait:
    """Looks at a job, or a page of jobs, until it is as wanted, or the time is over."""

    now: Clock = utc_now
    sleep: Callable[[float], object] = time.sleep

    def __call__(self, find: Callable[[], T], seconds: float, is_wanted: Callable[[T], bool]) -> T:
        """Return what is found as it is wanted, or as it is after ``seconds``."""
        end, pause = self.now() + timedelta(seconds=seconds), FIRST_PAUSE
        while not is_wanted(found := find()):
            left = (end - self.now()).total_seconds()
            if left <= 0:
                break
            self.sleep(min(pause, left))
            pause = min(1.5 * pause, MAX_PAUSE)
        return found
