"""A service as a process of its own, on a free port, for the time of a ``with`` block."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.load import HOST, Connection

PROJECT = Path(__file__).parent.parent
START_SECONDS = 60
# The embedded AWS saves its state when it stops.
STOP_SECONDS = 90


@contextmanager
def csvsum(
    folder: Path, workers: int, part_bytes: int | None = None, tree: Path = PROJECT
) -> Iterator[int]:
    """Run the service as `make run` does, and yield its port. ``part_bytes``: PART_BYTES.

    ``tree`` has its code. Rounds submit the same file many times, and each job sums it.
    """
    more = {} if part_bytes is None else {"PART_BYTES": str(part_bytes)}
    with (
        tempfile.TemporaryDirectory() as state,
        kept(Path(state), folder, workers, more, tree) as port,
    ):
        yield port


@contextmanager
def kept(
    state: Path,
    folder: Path,
    workers: int,
    more: Mapping[str, str] | None = None,
    tree: Path = PROJECT,
) -> Iterator[int]:
    """Run the service with its jobs in the folder ``state``, and yield its port.

    ``more`` has other settings of `make run`.
    """
    port = _free_port()
    settings = {"WORKERS": str(workers), "DATA": str(folder), "STATE": str(state), "CACHE": "off"}
    with _running(port, ["local"], {**settings, **(more or {}), "PORT": str(port)}, tree):
        yield port


@contextmanager
def baseline(folder: Path) -> Iterator[int]:
    """Run benchmarks/baseline.py, and yield its port."""
    port = _free_port()
    with _running(port, ["benchmarks.baseline", str(port), str(folder)], {}):
        yield port


@contextmanager
def _running(
    port: int, arguments: list[str], settings: dict[str, str], tree: Path = PROJECT
) -> Iterator[None]:
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env=os.environ | settings,
            cwd=tree,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_for(port, process)
            yield
        except Exception:
            log.seek(0)
            print(log.read(), file=sys.stderr)
            raise
        finally:
            _stop(process)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            Connection(port).get("/storage/get_counter")
            return
        except (OSError, RuntimeError):
            time.sleep(0.02)
    raise RuntimeError(f"nothing responds on port {port}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Send SIGTERM, so that the process stops its children; if it does not, kill its group."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
