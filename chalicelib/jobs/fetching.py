"""Makes many calls at the same time, and keeps few results in memory."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

IN_FLIGHT = 8


def fetch_ahead(fetches: Iterable[Callable[[], T]], in_flight: int = IN_FLIGHT) -> Iterator[T]:
    """Yield what the calls return, in order, while the next ``in_flight`` calls run.

    Keep no more results than that, however slowly the caller takes them. Raise what a call raises.
    """
    left = iter(fetches)
    with ThreadPoolExecutor(in_flight) as pool:
        flying: deque[Future[T]] = deque(pool.submit(fetch) for fetch in islice(left, in_flight))
        while flying:
            fetched = flying.popleft().result()
            flying.extend(pool.submit(fetch) for fetch in islice(left, 1))
            yield fetched
