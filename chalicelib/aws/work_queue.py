"""The door to SQS: the two work queues."""

import json
import logging
from functools import cached_property

from chalicelib.aws.clients import client
from chalicelib.errors import CsvsumError, ServiceDown
from chalicelib.ports import Message

log = logging.getLogger("csvsum")


class BadMessage(CsvsumError):
    """A message that this service did not write: it goes to the dead letters."""

    code = "bad_message"


def encode(message: Message) -> str:
    body: dict[str, object] = {"job": message.job}
    if message.part is not None:
        body["part"] = message.part
    return json.dumps(body)


def decode(text: str) -> Message:
    """Raises BadMessage. Members it does not know are left alone: a newer version may have written them."""
    try:
        body = json.loads(text)
        job, part = body["job"], body.get("part")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadMessage("A message that is not one of this service's.") from error
    if not isinstance(job, str) or not (part is None or isinstance(part, int)):
        raise BadMessage("A message that is not one of this service's.")
    return Message(job, part)


def decode_dead(text: str) -> Message | None:
    """A dead letter; None for one that no job can be told of, which is logged and let go."""
    try:
        return decode(text)
    except BadMessage:
        log.error("a dead letter that is not one of this service's was dropped")
        return None


class WorkQueue:
    """A ``ports.Queue``: messages of parts go to the parts queue, all others to the jobs queue."""

    def __init__(self, jobs_queue: str, parts_queue: str) -> None:
        self.names = (jobs_queue, parts_queue)

    def send(self, message: Message) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            url = self._urls[0 if message.part is None else 1]
            client("sqs").send_message(QueueUrl=url, MessageBody=encode(message))
        except (BotoCoreError, ClientError) as error:
            raise ServiceDown("The queue does not answer; try again in a moment.") from error

    def waiting(self) -> int:
        total = 0
        for url in self._urls:
            answer = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
            total += int(answer["Attributes"]["ApproximateNumberOfMessages"])
        return total

    @cached_property
    def _urls(self) -> tuple[str, ...]:
        return tuple(client("sqs").get_queue_url(QueueName=name)["QueueUrl"] for name in self.names)
