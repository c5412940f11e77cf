"""The URLs of queues, each asked for once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, slots=True)
class QueueUrls:
    """Finds the URL of a queue of this account by its name."""

    sqs: "Callable[[], SQSClient]"
    _found: dict[str, str] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, name: str) -> str:
        with self._lock:
            if name not in self._found:
                self._found[name] = self.sqs().get_queue_url(QueueName=name)["QueueUrl"]
            return self._found[name]
