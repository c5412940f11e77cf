"""Wakes a worker when a message is sent, so that workers need not poll the queue all the time.

Polling costs the emulator more than small jobs do, and a long poll of MiniStack finds a message up
to 0.1 s late. A bell is a named pipe for each queue. The sender of a message writes a byte, and one
waiting worker reads it. A lost byte only costs time, because workers also poll now and then.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from select import select
from typing import Any

import boto3

from local.run_folder import run_folder


class Bell:
    """The bell of one queue, for ringing and for waiting."""

    def __init__(self, path: Path) -> None:
        with suppress(FileExistsError):
            os.mkfifo(path)
        # Open for reading and writing, so that neither end ever waits for the other.
        self._pipe = os.open(path, os.O_RDWR | os.O_NONBLOCK)

    def ring(self) -> None:
        """Wake one waiting worker. Do nothing if the bell already rings."""
        if not select([self._pipe], [], [], 0)[0]:
            os.write(self._pipe, b"!")

    def wait(self, seconds: float) -> bool:
        """Wait until the bell rings, for up to ``seconds``. Return whether it rang."""
        if select([self._pipe], [], [], seconds)[0]:
            with suppress(BlockingIOError):  # another worker was faster
                return bool(os.read(self._pipe, 1))
        return False


def bell_of(queue: str, folder: Path | None = None) -> Bell:
    """Return the bell of a queue, by its name or URL."""
    return Bell((folder or run_folder()) / queue.rpartition("/")[2])


def ring_on_send(session: boto3.Session, folder: Path | None = None) -> None:
    """Ring the bell of a queue for every message that clients of the session send to it."""
    bells: dict[str, Bell] = {}

    def note_queue(params: Mapping[str, Any], context: dict[str, Any], **_: Any) -> None:
        context["csvsum_queue"] = params["QueueUrl"]

    def ring(context: Mapping[str, Any], **_: Any) -> None:
        queue = context["csvsum_queue"]
        if queue not in bells:
            bells[queue] = bell_of(queue, folder)
        bells[queue].ring()

    for operation in ("SendMessage", "SendMessageBatch"):
        session.events.register(f"before-parameter-build.sqs.{operation}", note_queue)
        session.events.register(f"after-call.sqs.{operation}", ring)
