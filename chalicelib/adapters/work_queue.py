"""The door to SQS: the two work queues."""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from typing import Any

from chalicelib.adapters.clients import client, translate_aws_errors
from chalicelib.engine.states import State
from chalicelib.errors import CsvsumError, ServiceDown
from chalicelib.jobs.ports import Message

BATCH = 10  # the most that SQS takes in one call
SOON_SECONDS = 5

log = logging.getLogger("csvsum")


class BadMessage(CsvsumError):
    """A message that this service did not write: it goes to the dead letters."""

    code = "bad_message"


def encode(message: Message) -> str:
    body: dict[str, object] = {"job": message.job}
    if message.part is not None:
        body["part"] = message.part
    if message.start is not None:
        body["start"] = message.start.value
    return json.dumps(body)


def decode(text: str) -> Message:
    """Raises BadMessage. Members it does not know are left alone: a newer version may have written them."""
    try:
        body = json.loads(text)
        job, part = body["job"], body.get("part")
        start = State(body["start"]) if "start" in body else None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadMessage("A message that is not one of this service's.") from error
    if not isinstance(job, str) or not (part is None or isinstance(part, int)):
        raise BadMessage("A message that is not one of this service's.")
    return Message(job, part, start)


def decode_dead(text: str) -> Message | None:
    """A dead letter; None for one that no job can be told of, which is logged and let go."""
    try:
        return decode(text)
    except BadMessage:
        log.error("a dead letter that is not one of this service's was dropped")
        return None


class WorkQueue:
    """A ``ports.Queue``: messages of parts go to the parts queue, those of jobs to the jobs queue; a call sends one kind."""

    def __init__(self, jobs_queue: str, parts_queue: str) -> None:
        self.names = (jobs_queue, parts_queue)

    @translate_aws_errors("The queue")
    def send(self, messages: Sequence[Message]) -> None:
        for start in range(0, len(messages), BATCH):
            self._send_batch(messages[start : start + BATCH])

    def _send_batch(self, messages: Sequence[Message]) -> None:
        url = self._urls[0 if messages[0].part is None else 1]
        entries = [
            {"Id": str(number), "MessageBody": encode(message)}
            for number, message in enumerate(messages)
        ]
        # A batch may be taken in part: what was refused is sent once more, and then whoever asked has to.
        for _ in range(2):
            refused = {
                failure["Id"]
                for failure in client("sqs")
                .send_message_batch(QueueUrl=url, Entries=entries)
                .get("Failed", [])
            }
            entries = [entry for entry in entries if entry["Id"] in refused]
            if not entries:
                return
        raise ServiceDown("The queue did not take all messages; try again in a moment.")

    @translate_aws_errors("The queue")
    def waiting(self) -> int:
        total = 0
        for url in self._urls:
            answer = client("sqs").get_queue_attributes(
                QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
            )
            total += int(answer["Attributes"]["ApproximateNumberOfMessages"])
        return total

    def redeliver_soon(self, record: Mapping[str, Any]) -> AbstractContextManager[None]:
        """See ``ports.Deliveries``."""
        return redeliver_soon(record["eventSourceARN"].rpartition(":")[2], record)

    @cached_property
    def _urls(self) -> tuple[str, ...]:
        return tuple(client("sqs").get_queue_url(QueueName=name)["QueueUrl"] for name in self.names)


@contextmanager
def redeliver_soon(queue: str, record: Mapping[str, Any]) -> Iterator[None]:
    """Around the work on a message, given as Lambda gives it: when that raises for the first time, it comes again soon.

    The visibility timeout is there for workers that die and cannot say so: many times longer than any work. After a second failure
    it is waited for, since what is out of order for longer must not use up all tries at once.
    """
    try:
        yield
    except Exception:
        if record["attributes"].get("ApproximateReceiveCount") == "1":
            _show_soon(queue, record["receiptHandle"])
        raise


def _show_soon(queue: str, receipt: str) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        url = client("sqs").get_queue_url(QueueName=queue)["QueueUrl"]
        client("sqs").change_message_visibility(
            QueueUrl=url, ReceiptHandle=receipt, VisibilityTimeout=SOON_SECONDS
        )
    except (BotoCoreError, ClientError) as error:
        log.warning(
            "a message that failed comes again only after its visibility timeout: %r", error
        )
