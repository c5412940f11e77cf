"""A standard queue of SQS on a simulated clock: pure, and the same for boto3 and for simulations.

Sources, in https://docs.aws.amazon.com/AWSSimpleQueueService/latest/: visibility and receipts
SQSDeveloperGuide/sqs-visibility-timeout.html, dead letters APIReference/API_SetQueueAttributes.html
(RedrivePolicy), fair queues SQSDeveloperGuide/sqs-fair-queues.html, limits
SQSDeveloperGuide/quotas-messages.html.
"""

import heapq
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from tests.strict_aws.clock import Clock

MAX_IN_FLIGHT = 120_000
MAX_VISIBILITY_SECONDS = 43_200
# A group is noisy with more than a tenth of the messages in flight, and at least 30.
NOISY_SHARE = 0.1
NOISY_MESSAGES = 30


@dataclass
class Message:
    """``receipt`` is that of the last receive; times are seconds of the clock."""

    id: int
    body: str
    group: str
    sent_at: float
    visible_at: float
    receives: int = 0
    received_at: float = 0.0
    first_received_at: float = 0.0
    receipt: str = ""
    in_flight: bool = False
    is_ready: bool = False


@dataclass
class Queue:
    """``visibility`` and ``retention`` in seconds; ``dead`` gets what was received too often."""

    name: str
    clock: Clock
    visibility: float = 30.0
    retention: float = 345_600.0
    max_receives: int = 0
    dead: "Queue | None" = None
    on_visible: list[Callable[[], None]] = field(default_factory=list)
    messages: dict[int, Message] = field(default_factory=dict)
    _ids: "count[int]" = field(default_factory=count)
    _ready: dict[str, deque[int]] = field(default_factory=dict)
    _hidden: list[tuple[float, int]] = field(default_factory=list)
    _flying: Counter[str] = field(default_factory=Counter)

    def send(self, body: str, group: str = "", delay: float = 0.0) -> Message:
        """Take a message; it can be received after ``delay`` seconds."""
        now = self.clock.elapsed
        message = Message(next(self._ids), body, group, now, now + delay)
        self._add(message)
        return message

    def receive(self, maximum: int = 1, visibility: float | None = None) -> list[Message]:
        """Hide and return up to ``maximum`` messages; the worn-out ones become dead letters."""
        received: list[Message] = []
        while len(received) < maximum and (message := self._next()) is not None:
            if self.dead is not None and message.receives >= self.max_receives:
                self._bury(message)
                continue
            self._hide(message, self.visibility if visibility is None else visibility)
            received.append(message)
        return received

    def delete(self, message: Message, receipt: str) -> None:
        """Delete a message; with the receipt of an earlier receive nothing happens."""
        if message.receipt == receipt and message.id in self.messages:
            self._forget(message)

    def change_visibility(self, message: Message, seconds: float) -> None:
        """Make a message in flight visible in so many seconds from now."""
        message.visible_at = self.clock.elapsed + seconds
        heapq.heappush(self._hidden, (message.visible_at, message.id))
        self._tell()

    def next_visible(self) -> float | None:
        """Return when a message is visible next: the present, if one is; None without any."""
        self._surface()
        if any(self._ready.values()):
            return self.clock.elapsed
        return self._hidden[0][0] if self._hidden else None

    def counts(self) -> tuple[int, int, int]:
        """Return how many messages are visible, in flight and delayed."""
        self._surface()
        flying = sum(self._flying.values())
        visible = sum(len(ready) for ready in self._ready.values())
        return visible, flying, len(self.messages) - flying - visible

    def _add(self, message: Message) -> None:
        self.messages[message.id] = message
        heapq.heappush(self._hidden, (message.visible_at, message.id))
        self._tell()

    def _next(self) -> Message | None:
        self._surface()
        groups = [group for group, ready in self._ready.items() if ready]
        if not groups:
            return None
        quiet = [group for group in groups if not self._is_noisy(group)]
        group = min(quiet or groups, key=lambda each: self._ready[each][0])
        message = self.messages[self._ready[group].popleft()]
        message.is_ready = False
        if not self._ready[group]:
            del self._ready[group]
        return message

    def _is_noisy(self, group: str) -> bool:
        flying = self._flying[group]
        return (
            group != ""
            and flying >= NOISY_MESSAGES
            and flying > NOISY_SHARE * sum(self._flying.values())
        )

    def _hide(self, message: Message, visibility: float) -> None:
        now = self.clock.elapsed
        message.receives += 1
        message.receipt = f"{message.id}#{message.receives}"
        message.received_at = now
        if message.receives == 1:
            message.first_received_at = now
        message.visible_at = now + visibility
        message.in_flight = True
        self._flying[message.group] += 1
        heapq.heappush(self._hidden, (message.visible_at, message.id))

    def _surface(self) -> None:
        """Make visible what is due, and drop what is older than the retention."""
        now = self.clock.elapsed
        while self._hidden and self._hidden[0][0] <= now:
            at, number = heapq.heappop(self._hidden)
            message = self.messages.get(number)
            if message is None or message.is_ready or message.visible_at != at:
                continue  # deleted, or its visibility was changed meanwhile
            self._land(message)
            if now - message.sent_at > self.retention:
                del self.messages[number]
            else:
                message.is_ready = True
                self._ready.setdefault(message.group, deque()).append(number)
        while self._hidden and self._is_stale(*self._hidden[0]):
            heapq.heappop(self._hidden)

    def _is_stale(self, at: float, number: int) -> bool:
        message = self.messages.get(number)
        return message is None or message.visible_at != at

    def _bury(self, message: Message) -> None:
        # The dead letter keeps the time at which it was first sent.
        assert self.dead is not None
        del self.messages[message.id]
        buried = self.dead.send(message.body, message.group)
        buried.sent_at = message.sent_at

    def _forget(self, message: Message) -> None:
        if message.is_ready:
            self._ready[message.group].remove(message.id)
        self._land(message)
        del self.messages[message.id]

    def _land(self, message: Message) -> None:
        if message.in_flight:
            message.in_flight = False
            self._flying[message.group] -= 1
            if not self._flying[message.group]:
                del self._flying[message.group]

    def _tell(self) -> None:
        for listener in self.on_visible:
            listener()
