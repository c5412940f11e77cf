"""Keeps the messages that workers work on hidden from other workers."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from chalicelib.adapters.heartbeat import Heartbeat
from chalicelib.adapters.queue_urls import QueueUrls

# A message whose worker died is redelivered after so long.
HOLD_SECONDS = 90
# After the first failure, the second, and so on.
PAUSES = (5, 30, 120, 300)

log = logging.getLogger("csvsum")


@dataclass(frozen=True, slots=True)
class HeldMessages:
    """A ``ports.Deliveries``.

    Lambda demands queues whose visibility timeout is at least that of their function, so the
    timeout of the queue cannot be short:
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    That of a message can: it is set to ``hold_seconds`` at once (unless the queue's
    ``visibility_seconds`` are not longer), and anew whenever a third of them has passed.
    """

    urls: QueueUrls
    visibility_seconds: int
    hold_seconds: int = HOLD_SECONDS
    pauses: tuple[int, ...] = PAUSES
    #: Makes the context in which the message is hidden anew: see ``Heartbeat``.
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
        """Hide a message for so long from now on. When SQS refuses, the work goes on all the same.

        Another worker may then take the message as well, which changes no sum.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            self.urls.sqs().change_message_visibility(
                QueueUrl=self.urls(record["eventSourceARN"].rpartition(":")[2]),
                ReceiptHandle=record["receiptHandle"],
                VisibilityTimeout=seconds,
            )
        except (BotoCoreError, ClientError) as error:
            log.warning("message %.100s is not hidden for %d s: %r", record["body"], seconds, error)
