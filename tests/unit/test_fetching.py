"""Fetching ahead: in order, at the same time, and never more than a few."""

import threading
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.jobs.fetching import fetch_ahead


@given(st.lists(st.integers(), max_size=30), st.integers(1, 9))
@settings(max_examples=50)
def test_everything_is_fetched_once_and_in_order(numbers: list[int], in_flight: int) -> None:
    fetches = [partial(int, number) for number in numbers]
    assert list(fetch_ahead(fetches, in_flight)) == numbers


def test_the_next_ones_are_fetched_at_the_same_time() -> None:
    together = threading.Barrier(4)
    fetches = [lambda: together.wait(timeout=10) for _ in range(8)]
    assert sorted(fetch_ahead(fetches, 4)) == sorted([*range(4), *range(4)])


def test_no_more_are_fetched_than_are_taken_and_a_few_ahead() -> None:
    begun: list[int] = []

    def fetch(number: int) -> Callable[[], int]:
        begun.append(number)
        return lambda: number

    ahead = fetch_ahead((fetch(number) for number in range(100)), in_flight=3)
    for taken in range(1, 20):
        next(ahead)
        assert len(begun) == taken + 3


def test_what_a_fetch_raises_is_raised() -> None:
    def fail() -> int:
        raise KeyError

    with pytest.raises(KeyError):
        list(fetch_ahead([lambda: 1, fail, lambda: 2]))
