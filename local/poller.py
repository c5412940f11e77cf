"""Serves a queue as Lambda's pollers do on AWS: receive, call the handler, delete.

If the handler raises, the message becomes visible and is redelivered.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import CsvsumError
from local.batch import Batch
from local.bell import Bell
from local.triggers import QueueTrigger, context, sqs_event

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef as Message

log = logging.getLogger("worker")

# The maximum that SQS returns at once, and how fast a batch must be for a larger one to follow.
MAX_MESSAGES = 10
QUICK_SECONDS = 0.1
# How often to poll a queue without a bell, for messages that become visible again.
LOOK_SECONDS = 1
PAUSE_SECONDS = 1
# How long workers receive single messages after a worker died: see Appetite.
CAREFUL_SECONDS = 60


class Appetite:
    """How many messages to receive at once: more, as long as they take little time.

    A message that kills its worker costs all messages that were received with it a delivery. So
    that this happens only once, all workers receive single messages for a while after the file
    ``deaths`` was touched.
    """

    def __init__(self, deaths: Path, maximum: int = MAX_MESSAGES) -> None:
        self._deaths = deaths
        self._maximum = maximum
        self._count = 1

    def __int__(self) -> int:
        return 1 if self._is_careful() else self._count

    def adapt(self, seconds: float) -> None:
        """Take the time of a batch into account."""
        self._count = min(2 * self._count, self._maximum) if seconds < QUICK_SECONDS else 1

    def _is_careful(self) -> bool:
        try:
            return time.time() - self._deaths.stat().st_mtime < CAREFUL_SECONDS
        except FileNotFoundError:
            return False


class Poller:
    """Serves the queue of a trigger."""

    def __init__(
        self, sqs: SQSClient, trigger: QueueTrigger, bell: Bell, appetite: Appetite
    ) -> None:
        self.trigger = trigger
        self._bell = bell
        self._appetite = appetite
        self._sqs = sqs
        self._url = sqs.get_queue_url(QueueName=trigger.queue)["QueueUrl"]
        attributes = sqs.get_queue_attributes(
            QueueUrl=self._url, AttributeNames=["VisibilityTimeout"]
        )
        self._visibility = int(attributes["Attributes"]["VisibilityTimeout"])

    def serve(self) -> None:
        """Serve the queue for ever."""
        while True:
            try:
                if not self.once():
                    self._bell.wait(LOOK_SECONDS)
            except (BotoCoreError, ClientError):
                log.warning("the queue %s does not answer", self.trigger.queue)
                time.sleep(PAUSE_SECONDS)

    def once(self) -> bool:
        """Receive messages and handle them. Return whether there may be more in the queue."""
        wanted = int(self._appetite)
        messages = self._sqs.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=wanted, AttributeNames=["All"]
        ).get("Messages", [])
        may_be_more = len(messages) == wanted
        if may_be_more:
            self._bell.ring()  # for another worker
        if messages:
            started = time.monotonic()
            Batch(self._sqs, self._url, self._visibility, messages).run(self._handle)
            self._appetite.adapt(time.monotonic() - started)
        return may_be_more

    def _handle(self, message: Message) -> bool:
        """Call the handler with one message. Return whether it succeeded."""
        queue = self.trigger.queue
        try:
            self.trigger.handler(sqs_event(queue, [message]), context(queue))
        except CsvsumError as error:  # expected; the service has logged it
            log.info("a message of %s will be redelivered: %s", queue, error.code)
            return False
        except Exception:
            log.exception("a message of %s failed and will be redelivered", queue)
            return False
        return True
