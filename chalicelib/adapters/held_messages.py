"""Keeps the messages that workers work on hidden from other workers."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from chalicelib.adapters.heartbeat import Heartbeat
from chalicelib.adapters.queue_urls import QueueUrls

# A message is redelivered this long after its worker died.
HOLD_SECONDS = 90
# The pauses after the first failure, the second, and so on.
PAUSES = (5, 30, 120, 300)

log = logging.getLogger("csvsum")


@dataclass(frozen=True, slots=True)
class HeldMessages:
    """A ``ports.Deliveries``.

    Lambda requires that the visibility timeout of a queue be at least the time limit of its
    function, so the queue cannot have a short timeout:
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    A message can. Its timeout is set to ``hold_seconds`` at once (unless the queue's
    ``visibility_seconds`` are no longer), and again after each third of that time.
    """

    urls: QueueUrls
    visibility_seconds: int
    hold_seconds: int = HOLD_SECONDS
    pauses: tuple[int, ...] = PAUSES
    #: Creates the context that hides the message again and again: see ``Heartbeat``.
    beating: Callable[[Callable[[], None], float, bool], AbstractContextManager[None]] = Heartbeat

    @contextmanager
    def held(self, record: Mapping[str, Any]) -> Iterator[None]:
        """See ``ports.Deliveries``."""
        seconds = min(self.hold_seconds, self.visibility_seconds)
        is_longer = self.visibility_seconds > seconds
        try:
            with self.beating(lambda: self._hide(record, seconds), seconds / 3, is_longer):
                yield
        except Exception:
            self._hide(record, self._pause(record))
            raise

    def _pause(self, record: Mapping[str, Any]) -> int:
        count = int(record["attributes"].get("ApproximateReceiveCount", 1))
        return self.pauses[min(count, len(self.pauses)) - 1]

    def _hide(self, record: Mapping[str, Any], seconds: int) -> None:
        """Hide a message for ``seconds`` from now on. If SQS refuses, go on with the work.

        Another worker may then receive the message as well, which changes no sum.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            self.urls.sqs().change_message_visibility(
                QueueUrl=self.urls(record["eventSourceARN"].rpartition(":")[2]),
                ReceiptHandle=record["receiptHandle"],
                VisibilityTimeout=seconds,
            )
        except (BotoCoreError, ClientError) as error:
            log.warning("cannot hide message %.100s for %d s: %r", record["body"], seconds, error)
