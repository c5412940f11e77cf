"""Messages that were received together: handled one by one, and deleted together.

Each message succeeds or fails alone. If one takes long, the others are given back to the queue, and
none is lost if the process dies. The handler keeps the message hidden that it works on.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import ChangeMessageVisibilityBatchRequestEntryTypeDef as Shown
    from mypy_boto3_sqs.type_defs import DeleteMessageBatchRequestEntryTypeDef as Entry
    from mypy_boto3_sqs.type_defs import MessageTypeDef as Message

# After this time with a batch, messages that were not started are given back to the queue.
PATIENCE_SECONDS = 0.5

log = logging.getLogger("worker")


class Batch:
    """Messages of the queue ``url``, hidden for ``visibility`` seconds when they are received."""

    def __init__(
        self, sqs: SQSClient, url: str, visibility: int, messages: Iterable[Message]
    ) -> None:
        self._sqs = sqs
        self._url = url
        self._visibility = visibility
        self._waiting = list(messages)
        self._done: list[Message] = []
        self._lock = threading.Lock()
        self._finished = threading.Event()

    def run(self, handle: Callable[[Message], bool]) -> None:
        """Call ``handle`` for each message; delete those for which it returned True."""
        with self._watched():
            while (message := self._next()) is not None:
                if handle(message):
                    with self._lock:
                        self._done.append(message)
        self._delete_done()

    def _next(self) -> Message | None:
        with self._lock:
            return self._waiting.pop(0) if self._waiting else None

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Run the watch in a thread, unless there is only one message: then nothing waits."""
        if len(self._waiting) < 2:
            yield
            return
        watch = threading.Thread(target=self._watch, daemon=True)
        watch.start()
        try:
            yield
        finally:
            self._finished.set()
            watch.join()

    def _watch(self) -> None:
        """Keep waiting messages hidden while this process lives, and no longer."""
        if self._finished.wait(PATIENCE_SECONDS):
            return
        self._tried(self._give_back)
        self._tried(self._delete_done)
        while not self._finished.wait(self._visibility / 3):
            self._tried(self._extend)
            self._tried(self._delete_done)

    def _tried(self, call: Callable[[], None]) -> None:
        try:
            call()
        except (BotoCoreError, ClientError):
            log.warning("a queue does not answer; a message may be delivered twice")

    def _give_back(self) -> None:
        """Give the messages that were not started back to the queue, but each only once.

        Each delivery counts, and a message that is delivered too often becomes a dead letter.
        """
        with self._lock:
            given = [each for each in self._waiting if receive_count(each) == 1]
            self._waiting = [each for each in self._waiting if receive_count(each) > 1]
        self._show_in(0, given)

    def _extend(self) -> None:
        with self._lock:
            hidden = list(self._waiting)
        self._show_in(self._visibility, hidden)

    def _show_in(self, seconds: int, messages: list[Message]) -> None:
        if messages:
            entries: list[Shown] = [
                {**entry, "VisibilityTimeout": seconds} for entry in entries_of(messages)
            ]
            self._sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)

    def _delete_done(self) -> None:
        with self._lock:
            done, self._done = self._done, []
        if done:
            self._sqs.delete_message_batch(QueueUrl=self._url, Entries=entries_of(done))


def receive_count(message: Message) -> int:
    """Return how often the message was received, this time included."""
    return int(message["Attributes"]["ApproximateReceiveCount"])


def entries_of(messages: list[Message]) -> list[Entry]:
    """Return the entries of a batch request about the messages."""
    return [
        {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
        for number, message in enumerate(messages)
    ]
