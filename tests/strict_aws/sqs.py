"""SQS for boto3, over ``queues.Queue``: its limits, its refusals, its 60 seconds."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tests.strict_aws.errors import AwsError, Refused, SqsErrors, invalid_parameter
from tests.strict_aws.principals import Principal
from tests.strict_aws.queues import MAX_IN_FLIGHT, MAX_VISIBILITY_SECONDS, Message, Queue
from tests.strict_aws.wire import Answer, Request, json_answer

if TYPE_CHECKING:
    from tests.strict_aws.aws import StrictAws

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
MAX_MESSAGE_BYTES = 1_048_576
MAX_ENTRIES = 10
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
REUSE_SECONDS = 60
DEFAULTS = {
    "VisibilityTimeout": "30",
    "MessageRetentionPeriod": "345600",
    "MaximumMessageSize": str(MAX_MESSAGE_BYTES),
    "DelaySeconds": "0",
    "ReceiveMessageWaitTimeSeconds": "0",
}
TOO_MANY = AwsError(
    "TooManyEntriesInBatchRequest",
    400,
    "The batch request contains more entries than permissible.",
    query_code="AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
)
Members = Mapping[str, Any]


class Sqs:
    """The queues of all accounts and regions of a stand-in."""

    def __init__(self, aws: "StrictAws") -> None:
        self._clock = aws.clock
        self._queues: dict[str, Queue] = {}
        self._attributes: dict[str, dict[str, str]] = {}
        self._deleted_at: dict[str, float] = {}
        self._entries_to_refuse = 0

    def queue(self, name: str) -> Queue:
        """Return the queue of that name, for a simulation or to look into it."""
        return next(queue for url, queue in self._queues.items() if url.endswith(f"/{name}"))

    def refuse_entries(self, count: int) -> None:
        """Have the next so many entries of SendMessageBatch come back as Failed.

        Source: API_SendMessageBatch.html: a batch may fail in part, with status 200.
        """
        self._entries_to_refuse += count

    def serve(self, request: Request, principal: Principal) -> Answer:
        operations: dict[str, Callable[[Members], Members]] = {
            "GetQueueAttributes": self._get_attributes,
            "SetQueueAttributes": self._set_attributes,
            "SendMessage": self._send,
            "SendMessageBatch": self._send_batch,
            "ReceiveMessage": self._receive,
            "DeleteMessage": self._delete_message,
            "ChangeMessageVisibility": self._change_visibility,
            "DeleteQueue": self._delete_queue,
            "PurgeQueue": self._purge,
        }
        place = f"https://sqs.{request.region}.amazonaws.com/{principal.account}/"
        if request.operation == "CreateQueue":
            return json_answer(self._create(place, request.json))
        if request.operation == "GetQueueUrl":
            return json_answer({"QueueUrl": self._url(place + request.json["QueueName"])})
        if request.operation == "ListQueues":
            return json_answer({"QueueUrls": [url for url in self._queues if place in url]})
        if not request.json["QueueUrl"].startswith(place):
            raise Refused(SqsErrors.NO_QUEUE)  # another region's, or another account's
        return json_answer(operations[request.operation](request.json))

    def _create(self, place: str, asked: Members) -> Members:
        url = place + asked["QueueName"]
        if self._clock.elapsed - self._deleted_at.get(url, -REUSE_SECONDS) < REUSE_SECONDS:
            raise Refused(SqsErrors.DELETED_RECENTLY)
        if url not in self._queues:
            self._queues[url] = Queue(asked["QueueName"], self._clock)
            self._attributes[url] = dict(DEFAULTS)
            self._apply(url, asked.get("Attributes", {}))
        return {"QueueUrl": url}

    def _url(self, url: str) -> str:
        if url not in self._queues:
            raise Refused(SqsErrors.NO_QUEUE)
        return url

    def _of(self, asked: Members) -> Queue:
        return self._queues[self._url(asked["QueueUrl"])]

    def _apply(self, url: str, changes: Mapping[str, str]) -> None:
        attributes = self._attributes[url]
        attributes.update({name: str(value) for name, value in changes.items()})
        queue = self._queues[url]
        queue.visibility = float(attributes["VisibilityTimeout"])
        queue.retention = float(attributes["MessageRetentionPeriod"])
        if "RedrivePolicy" in attributes:
            policy = json.loads(attributes["RedrivePolicy"])
            name = policy["deadLetterTargetArn"].rpartition(":")[2]
            queue.dead = self._queues[self._url(url.rpartition("/")[0] + "/" + name)]
            queue.max_receives = int(policy["maxReceiveCount"])

    def _set_attributes(self, asked: Members) -> Members:
        self._apply(self._url(asked["QueueUrl"]), asked["Attributes"])
        return {}

    def _get_attributes(self, asked: Members) -> Members:
        url = self._url(asked["QueueUrl"])
        visible, flying, delayed = self._queues[url].counts()
        _, _, host, account, name = url.split("/")
        every = self._attributes[url] | {
            "ApproximateNumberOfMessages": str(visible),
            "ApproximateNumberOfMessagesNotVisible": str(flying),
            "ApproximateNumberOfMessagesDelayed": str(delayed),
            "QueueArn": f"arn:aws:sqs:{host.split('.')[1]}:{account}:{name}",
        }
        wanted = asked.get("AttributeNames", [])
        return {"Attributes": {k: v for k, v in every.items() if k in wanted or "All" in wanted}}

    def _send(self, asked: Members) -> Members:
        self._require_size(asked, len(asked["MessageBody"].encode()))
        message = self._put(asked["QueueUrl"], asked)
        return {"MessageId": str(message.id), "MD5OfMessageBody": _md5(message)}

    def _put(self, url: str, entry: Members) -> Message:
        delay = entry.get("DelaySeconds", self._attributes[url]["DelaySeconds"])
        group = entry.get("MessageGroupId", "")
        return self._queues[url].send(entry["MessageBody"], group, float(delay))

    def _require_size(self, asked: Members, size: int) -> None:
        limit = int(self._attributes[self._url(asked["QueueUrl"])]["MaximumMessageSize"])
        if size > limit:
            reason = f"Message must be shorter than {limit} bytes."
            raise Refused(
                invalid_parameter(f"One or more parameters are invalid. Reason: {reason}")
            )

    def _send_batch(self, asked: Members) -> Members:
        entries = asked["Entries"]
        if len(entries) > MAX_ENTRIES:
            raise Refused(TOO_MANY)
        sizes = [len(entry["MessageBody"].encode()) for entry in entries]
        if sum(sizes) > MAX_MESSAGE_BYTES:
            raise Refused(SqsErrors.BATCH_TOO_LONG)
        self._require_size(asked, max(sizes))
        refused = min(self._entries_to_refuse, len(entries))
        self._entries_to_refuse -= refused
        failed = [
            {"Id": entry["Id"], "SenderFault": False, "Code": "InternalError", "Message": "Failed"}
            for entry in entries[:refused]
        ]
        sent = [(entry["Id"], self._put(asked["QueueUrl"], entry)) for entry in entries[refused:]]
        successful = [
            {"Id": name, "MessageId": str(message.id), "MD5OfMessageBody": _md5(message)}
            for name, message in sent
        ]
        return {"Successful": successful} | ({"Failed": failed} if failed else {})

    def _receive(self, asked: Members) -> Members:
        queue = self._of(asked)
        if queue.counts()[1] >= MAX_IN_FLIGHT:
            raise Refused(SqsErrors.OVER_LIMIT)
        received = queue.receive(
            int(asked.get("MaxNumberOfMessages", 1)), asked.get("VisibilityTimeout")
        )
        wanted = asked.get("MessageSystemAttributeNames", []) + asked.get("AttributeNames", [])
        messages = [self._shown(message, wanted) for message in received]
        return {"Messages": messages} if messages else {}

    def _shown(self, message: Message, wanted: list[str]) -> Members:
        every = self.system_attributes(message)
        attributes = {k: v for k, v in every.items() if k in wanted or "All" in wanted}
        return {
            "MessageId": str(message.id),
            "ReceiptHandle": message.receipt,
            "Body": message.body,
            "MD5OfBody": _md5(message),
        } | ({"Attributes": attributes} if attributes else {})

    def system_attributes(self, message: Message) -> dict[str, str]:
        """Return what SQS knows of a message: texts, times in milliseconds since the epoch."""
        start = self._clock.time() - self._clock.elapsed
        group = {"MessageGroupId": message.group} if message.group else {}
        return group | {
            "ApproximateReceiveCount": str(message.receives),
            "SentTimestamp": str(int((start + message.sent_at) * 1000)),
            "ApproximateFirstReceiveTimestamp": str(
                int((start + message.first_received_at) * 1000)
            ),
            "SenderId": "AROA:strict",
        }

    def _message(self, asked: Members) -> Message | None:
        """Return the message of a receipt; None if it was deleted."""
        number, _, receives = asked["ReceiptHandle"].partition("#")
        if not number.isdigit() or not receives.isdigit():
            raise Refused(SqsErrors.BAD_RECEIPT)
        return self._of(asked).messages.get(int(number))

    def _delete_message(self, asked: Members) -> Members:
        message = self._message(asked)
        if message is not None:
            self._of(asked).delete(message, asked["ReceiptHandle"])
        return {}

    def _change_visibility(self, asked: Members) -> Members:
        message, queue = self._message(asked), self._of(asked)
        queue.counts()  # lets the clock make visible what is due
        if message is None or not message.in_flight or message.receipt != asked["ReceiptHandle"]:
            raise Refused(SqsErrors.NOT_IN_FLIGHT)
        seconds = float(asked["VisibilityTimeout"])
        hidden = self._clock.elapsed - message.received_at + seconds
        if hidden > MAX_VISIBILITY_SECONDS:
            text = "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]"
            raise Refused(invalid_parameter(text))
        queue.change_visibility(message, seconds)
        return {}

    def _delete_queue(self, asked: Members) -> Members:
        url = self._url(asked["QueueUrl"])
        del self._queues[url]
        self._deleted_at[url] = self._clock.elapsed
        return {}

    def _purge(self, asked: Members) -> Members:
        queue = self._of(asked)
        for message in list(queue.messages.values()):
            queue.delete(message, message.receipt)
        return {}


def _md5(message: Message) -> str:
    return hashlib.md5(message.body.encode(), usedforsecurity=False).hexdigest()
