"""Finds the handlers of app.py, and creates the events with which AWS would call them."""

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from chalice.app import ScheduledEventConfig, SQSEventConfig
from chalice.local import LambdaContext

REGION = "us-east-1"
ACCOUNT = "123456789012"
# No limit here: a worker may take as long as a file needs.
TIMEOUT_MS = 12 * 3600 * 1000

Handler = Callable[[Mapping[str, Any], Any], Any]


@dataclass(frozen=True, slots=True)
class QueueTrigger:
    """A handler and its queue. Pollers send single messages, whatever ``batch_size`` says."""

    queue: str
    batch_size: int
    handler: Handler


@dataclass(frozen=True, slots=True)
class ScheduleTrigger:
    """A handler that is due every ``seconds``."""

    seconds: int
    handler: Handler


def _handler(source: Any) -> Handler:
    module, _, name = source.handler_string.rpartition(".")
    handler: Handler = getattr(import_module(module), name)
    return handler


def queue_triggers(app: Any) -> list[QueueTrigger]:
    """Return what a Chalice application does with the messages of queues."""
    return [
        QueueTrigger(source.queue or "", source.batch_size, _handler(source))
        for source in app.event_sources
        if isinstance(source, SQSEventConfig)
    ]


def schedule_triggers(app: Any) -> list[ScheduleTrigger]:
    """Return what a Chalice application does at intervals. Raises ValueError for other times."""
    return [
        ScheduleTrigger(rate_seconds(source.schedule_expression), _handler(source))
        for source in app.event_sources
        if isinstance(source, ScheduledEventConfig)
    ]


def rate_seconds(expression: Any) -> int:
    """Return the seconds of an expression like rate(5 minutes). Raises ValueError for others."""
    text = expression if isinstance(expression, str) else expression.to_string()
    match = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", text)
    if match is None:
        raise ValueError(f"only rate(...) schedules run locally, not {text!r}")
    return int(match[1]) * {"minute": 60, "hour": 3600, "day": 86400}[match[2]]


def sqs_event(queue: str, messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the event that Lambda passes for messages received with all attributes."""
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
                "messageAttributes": message.get("MessageAttributes", {}),
                "md5OfBody": message["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}",
                "awsRegion": REGION,
            }
            for message in messages
        ]
    }


def schedule_event(now: datetime | None = None) -> dict[str, Any]:
    """Return the event of a schedule."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/local"],
        "detail": {},
    }


def context(name: str) -> Any:
    """Return the context of a call of a handler."""
    return LambdaContext(function_name=name, memory_size=1769, max_runtime_ms=TIMEOUT_MS)
