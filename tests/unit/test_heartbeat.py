"""Heartbeats: many at a time on one thread, and none after its work has ended."""

import threading
from contextlib import ExitStack
from threading import Event, Semaphore

import pytest

from chalicelib.adapters.heartbeat import Heartbeat

NEVER = 3600


class Beats:
    """Counts beats, and lets a test wait for some of them."""

    def __init__(self) -> None:
        self._made = Semaphore(0)

    def __call__(self) -> None:
        self._made.release()

    def wait_for(self, count: int) -> None:
        assert all(self._made.acquire(timeout=10) for _ in range(count))

    def clear(self) -> None:
        while self._made.acquire(blocking=False):
            pass

    def stay_away(self) -> bool:
        return not self._made.acquire(timeout=0.05)


def threads() -> int:
    return threading.active_count()


def test_the_work_may_end_before_the_first_beat() -> None:
    beats = Beats()
    with Heartbeat(beats, NEVER, at_once=False):
        pass
    assert beats.stay_away()


def test_a_beat_that_is_due_at_once_is_made_even_if_the_work_ends_first() -> None:
    for _ in range(20):
        beats = Beats()
        with Heartbeat(beats, NEVER, at_once=True):
            pass
        beats.wait_for(1)
        assert beats.stay_away()


def test_a_heartbeat_that_comes_later_may_be_due_earlier() -> None:
    late, early = Beats(), Beats()
    with Heartbeat(late, NEVER, at_once=False), Heartbeat(early, 0.001, at_once=False):
        early.wait_for(3)
    assert late.stay_away()


def test_heartbeats_at_the_same_time_share_a_thread() -> None:
    with Heartbeat(Beats(), NEVER, at_once=False):
        before = threads()
    many = [Beats() for _ in range(50)]
    with ExitStack() as stack:
        for beats in many:
            stack.enter_context(Heartbeat(beats, 0.001, at_once=False))
        for beats in many:
            beats.wait_for(2)
        assert threads() == before
    for beats in many:
        beats.clear()
    assert all(beats.stay_away() for beats in many[:3])


def test_work_ends_after_a_running_beat() -> None:
    begun, finish, ended = Event(), Event(), Event()

    def beat() -> None:
        begun.set()
        finish.wait(10)

    def work() -> None:
        with Heartbeat(beat, NEVER, at_once=True):
            begun.wait(10)
        ended.set()

    worker = threading.Thread(target=work)
    worker.start()
    assert begun.wait(10)
    assert not ended.wait(0.05)
    finish.set()
    assert ended.wait(10)
    worker.join()


@pytest.mark.parametrize("failing", [True, False])
def test_a_beat_that_fails_is_logged_and_the_others_go_on(
    failing: bool, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        if failing:
            raise ValueError("no beat")

    other = Beats()
    with Heartbeat(fail, 0.001, at_once=True), Heartbeat(other, 0.001, at_once=False):
        other.wait_for(3)
    assert ("no beat" in caplog.text) is failing
