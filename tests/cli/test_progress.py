"""The bar on a terminal."""

import os
import pty
import sys
import threading
import time

import pytest

from cli import progress


def shown(monkeypatch: pytest.MonkeyPatch, label: str, seconds_without_bar: float) -> str:
    """Return what a terminal shows while a hundred bytes are read."""
    ours, its = pty.openpty()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(progress, "SECONDS_WITHOUT_BAR", seconds_without_bar)
    with os.fdopen(its, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        with progress.bytes_bar(100, label) as update:
            for done in (1, 50, 120):
                update(done)
        terminal.flush()
        os.set_blocking(ours, False)
        written = b""
        try:
            while block := os.read(ours, 65536):
                written += block
        except BlockingIOError:
            pass
    os.close(ours)
    return written.decode()


def test_it_shows_the_file_and_never_more_than_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    written = shown(monkeypatch, "a[b].csv", seconds_without_bar=-1)
    assert "a[b].csv" in written, "not taken for markup"
    assert "100/100 bytes" in written
    assert "120/100" not in written


def test_what_is_done_in_a_moment_needs_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, "a.csv", seconds_without_bar=1000) == ""


def test_there_is_no_bar_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.bytes_bar(100, "a.csv") as update:
        update(50)
    assert capsys.readouterr() == ("", "")


def test_threads_that_read_together_share_one_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    bars: list[object] = []
    make_bar = progress._bytes_progress

    def counted() -> object:
        time.sleep(0.05)  # as long as the import of its library lets other threads run
        bars.append(make_bar())
        return bars[-1]

    monkeypatch.setattr(progress, "_bytes_progress", counted)
    monkeypatch.setattr(progress, "SECONDS_WITHOUT_BAR", -1)
    bar = progress._Bar(100, "a.csv")
    threads = [threading.Thread(target=bar.update, args=[done]) for done in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bar.close()
    assert len(bars) == 1
