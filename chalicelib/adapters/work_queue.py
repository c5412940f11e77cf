"""The two work queues on SQS: jobs, and parts."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.aws_errors import translate_aws_errors
from chalicelib.adapters.clients import Lazy, make_sqs
from chalicelib.adapters.job_item import job_of, key_of, new_record
from chalicelib.adapters.queue_urls import QueueUrls
from chalicelib.engine.states import State
from chalicelib.errors import CsvsumError, ServiceDown
from chalicelib.jobs.job import Job, is_id
from chalicelib.jobs.parts import Rerun
from chalicelib.jobs.ports import Message

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

BATCH = 10  # the maximum that SQS takes in one call
QUEUE = "The queue"
NUMBERS: "tuple[QueueAttributeNameType, ...]" = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
)
SHOWN_CHARS = 100

log = logging.getLogger("csvsum")


class BadMessage(CsvsumError):
    """A message that this service did not write: it becomes a dead letter."""

    code = "bad_message"


def encode(message: Message) -> str:
    body: dict[str, object] = {"job": message.job}
    if message.part is not None:
        body["part"] = message.part
    if message.start is not None:
        body["start"] = message.start.value
    if message.following:
        body["following"] = _by_state(message.following)
    if message.record is not None:
        body["record"] = new_record(message.record)
    return json.dumps(body)


def decode(text: str) -> Message:
    """Read a message's body. Raise BadMessage for anything that ``encode`` does not write.

    Unknown members are ignored: a newer version may have written them.
    """
    try:
        return _message(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _bad_message(text) from error


def _message(body: dict[str, Any]) -> Message:
    """Read the members of a body. Raise an error of Python for what is wrong."""
    return Message(
        job=_id(body["job"]),
        part=_number(body["part"]) if body.get("part") is not None else None,
        start=State(body["start"]) if "start" in body else None,
        record=_record(body["job"], body.get("record")),
        following=_reruns(body.get("following", {})),
    )


def _by_state(reruns: Sequence[Rerun]) -> dict[str, list[int]]:
    """Return the numbers of reruns by start state, which is short, since there may be 20,000."""
    starts = sorted({rerun.start for rerun in reruns})
    return {
        start.value: [rerun.number for rerun in reruns if rerun.start is start] for start in starts
    }


def _reruns(numbers: Mapping[str, Sequence[int]]) -> tuple[Rerun, ...]:
    found = [Rerun(_number(each), State(start)) for start, part in numbers.items() for each in part]
    return tuple(sorted(found, key=lambda rerun: rerun.number))


def _id(value: object) -> str:
    if not isinstance(value, str) or not is_id(value):
        raise TypeError("not the id of a job")
    return value


def _number(value: object) -> int:
    """Return the number of a part. True is an int to Python, but no number."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError("not the number of a part")
    return value


def _record(job_id: str, item: Any) -> Job | None:
    """Read the job that a message brings along; None if there is none, or none of this version."""
    try:
        return job_of({**key_of(job_id), **item})
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def decode_record(record: Mapping[str, Any]) -> Message:
    """Read a message as Lambda gives it. Raise BadMessage."""
    count = record["attributes"].get("ApproximateReceiveCount", "1")
    return replace(decode(record["body"]), redelivered=count != "1")


def decode_dead(text: str) -> Message | None:
    """Read a dead letter's body. Log one that is not a message, and return None for it."""
    try:
        return decode(text)
    except BadMessage as error:
        log.error("dropped a dead letter: %s", error)
        return None


def _bad_message(text: str) -> BadMessage:
    return BadMessage(f"Not a csvsum message: {len(text)} characters, {text[:SHOWN_CHARS]!r}.")


class WorkQueue:
    """A ``ports.Queue``. A call of ``send`` sends jobs or parts, not both."""

    def __init__(
        self, jobs_queue: str, parts_queue: str, sqs: "Callable[[], SQSClient] | None" = None
    ) -> None:
        self.jobs_queue = jobs_queue
        self.parts_queue = parts_queue
        self.sqs = sqs or Lazy(make_sqs)
        self.urls = QueueUrls(self.sqs)

    @translate_aws_errors(QUEUE)
    def send(self, messages: Sequence[Message]) -> None:
        for start in range(0, len(messages), BATCH):
            self._send_batch(messages[start : start + BATCH])

    def _send_batch(self, messages: Sequence[Message]) -> None:
        """Send up to ten messages. Each job is a group: SQS favours groups with few in flight.

        See "SQS fair queues" in https://docs.aws.amazon.com/AWSSimpleQueueService/.
        """
        queue = self.jobs_queue if messages[0].part is None else self.parts_queue
        entries: list[SendMessageBatchRequestEntryTypeDef] = [
            {
                "Id": str(number),
                "MessageBody": encode(message),
                "MessageGroupId": message.job,
            }
            for number, message in enumerate(messages)
        ]
        # SQS may accept only some of a batch. Send the rest once more; then the caller has to.
        for _ in range(2):
            answer = self.sqs().send_message_batch(QueueUrl=self.urls(queue), Entries=entries)
            refused = {failure["Id"] for failure in answer.get("Failed", [])}
            entries = [entry for entry in entries if entry["Id"] in refused]
            if not entries:
                return
        raise ServiceDown("The queue did not accept all messages; try again in a moment.")

    @translate_aws_errors(QUEUE)
    def waiting(self) -> int:
        return sum(self._undone(name) for name in (self.jobs_queue, self.parts_queue))

    def _undone(self, name: str) -> int:
        """Return how many messages are visible or hidden (with workers, or throttled by Lambda)."""
        answer = self.sqs().get_queue_attributes(QueueUrl=self.urls(name), AttributeNames=NUMBERS)
        return sum(int(answer["Attributes"][number]) for number in NUMBERS)
