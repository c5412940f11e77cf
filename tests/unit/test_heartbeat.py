"""Heartbeats: while work goes on, at once if it must be, and never after the work has ended."""

from threading import Event, Semaphore, Thread

import pytest

from chalicelib.adapters.heartbeat import Heartbeat

NEVER = 3600


def test_the_work_may_end_before_the_first_beat() -> None:
    beats = Semaphore(0)
    with Heartbeat(beats.release, NEVER, at_once=False):
        pass
    assert not beats.acquire(timeout=0.05)


def test_a_beat_that_is_due_at_once_is_made_even_if_the_work_ends_first() -> None:
    for _ in range(20):
        beats = Semaphore(0)
        with Heartbeat(beats.release, NEVER, at_once=True):
            pass
        assert beats.acquire(timeout=10)
        assert not beats.acquire(blocking=False)


@pytest.mark.parametrize(("seconds", "at_once"), [(NEVER, True), (0.001, False)])
def test_work_ends_after_a_running_beat(seconds: float, at_once: bool) -> None:
    begun, finish, ended = Event(), Event(), Event()

    def beat() -> None:
        begun.set()
        finish.wait(10)

    def work() -> None:
        with Heartbeat(beat, seconds, at_once):
            begun.wait(10)
        ended.set()

    worker = Thread(target=work)
    worker.start()
    assert begun.wait(10)
    assert not ended.wait(0.05)
    finish.set()
    assert ended.wait(10)
    worker.join()


def test_a_beat_that_hangs_delays_no_other_work() -> None:
    finish, beats = Event(), Semaphore(0)

    def hang() -> None:
        finish.wait(10)

    with Heartbeat(hang, NEVER, at_once=True):
        with Heartbeat(beats.release, 0.001, at_once=True):
            assert all(beats.acquire(timeout=10) for _ in range(3))
        finish.set()
