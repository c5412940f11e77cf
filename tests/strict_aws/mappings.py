"""An event source mapping between a queue and a function, on a simulated clock.

What AWS documents, in https://docs.aws.amazon.com/lambda/latest/dg/:

- services-sqs-scaling.html: five batches at once, up to 300 more a minute, 1,250 at most; a
  maximum concurrency of 2 to 1,000 bounds the batches that are taken at a time.
- services-sqs-errorhandling.html: a throttled batch is tried until the queue's visibility timeout
  ends and is then dropped: its messages are in the queue again, received once more, and no line of
  the function's code ran. An error of the function ends the try at once. Lambda backs off in both
  cases, by reducing the mapping's concurrency; by how much is not published: see ``Pace``.
- services-sqs-errorhandling.html#services-sqs-batchfailurereporting: partial batch responses.
- services-sqs-configure.html: the function's timeout may not exceed the queue's visibility.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.strict_aws.lambdas import Account, Event, Function
from tests.strict_aws.queues import Message, Queue

FIRST_BATCHES = 5
BATCHES_A_MINUTE = 300
MAX_BATCHES = 1250


@dataclass(frozen=True, slots=True)
class Pace:
    """What AWS does not publish, assumed.

    ``retry``: the seconds between tries of a throttled batch, doubled each time up to
    ``longest_retry``; ``keeps``: the share of its concurrency that a mapping keeps after a throttle
    or an error (1: it does not back off).
    """

    retry: float = 1.0
    longest_retry: float = 60.0
    keeps: float = 0.5
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Terms:
    """What a mapping is created with. ``maximum``: its maximum concurrency, or None for none."""

    maximum: int | None = None
    batch_size: int = 1
    partial_replies: bool = False


@dataclass
class Batch:
    """Messages taken together; ``receipts`` are those of this receive."""

    messages: list[Message]
    receipts: list[str]
    received_at: float
    tries: int = 0


def record_of(message: Message, queue: Queue) -> Event:
    """Return a message as Lambda hands it to a function.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html, example event.
    """
    start = queue.clock.time() - queue.clock.elapsed
    return {
        "messageId": str(message.id),
        "receiptHandle": message.receipt,
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.receives),
            "SentTimestamp": str(int((start + message.sent_at) * 1000)),
            "SenderId": "AROA:strict",
            "ApproximateFirstReceiveTimestamp": str(
                int((start + message.first_received_at) * 1000)
            ),
        },
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:us-east-1:000000000000:{queue.name}",
        "awsRegion": "us-east-1",
    }


class Mapping:
    """Takes messages from the moment it is made.

    Raises ValueError for what Lambda refuses to create.
    """

    def __init__(
        self,
        queue: Queue,
        function: Function,
        account: Account,
        terms: Terms | None = None,
        pace: Pace | None = None,
    ) -> None:
        terms = terms or Terms()
        _require_valid(queue, function, terms)
        self.queue = queue
        self.function = function
        self.account = account
        self.terms = terms
        self.pace = pace or Pace()
        self.dropped = 0
        self._random = Random(self.pace.seed)
        self._timeline = account.timeline
        self._held = 0
        self._allowed = float(FIRST_BATCHES)
        self._allowed_at = self._now()
        self._wakes_at = float("inf")
        queue.on_visible.append(self._wake)
        self._wake()

    def allowed(self) -> int:
        """Return how many batches may be held now: invoked, or waiting for room."""
        if self._held:
            grown = (self._now() - self._allowed_at) * BATCHES_A_MINUTE / 60
            self._allowed = min(MAX_BATCHES, self._allowed + grown)
        else:
            self._allowed = max(self._allowed, FIRST_BATCHES)
        self._allowed_at = self._now()
        return int(min(self._allowed, self.terms.maximum or MAX_BATCHES))

    def _now(self) -> float:
        return self._timeline.clock.elapsed

    def _wake(self) -> None:
        """Poll at the present time, once for any number of wakes."""
        self._wake_at(self._now())

    def _wake_at(self, when: float) -> None:
        if when < self._wakes_at:
            self._wakes_at = when
            self._timeline.after(when - self._now(), self._poll)

    def _poll(self) -> None:
        if self._now() < self._wakes_at:
            return  # an earlier wake took this one's place
        self._wakes_at = float("inf")
        while self._held < self.allowed():
            messages = self.queue.receive(self.terms.batch_size)
            if not messages:
                self._wait_for_messages()
                return
            self._held += 1
            receipts = [message.receipt for message in messages]
            self._try(Batch(messages, receipts, self._now()))
        if self._held < (self.terms.maximum or MAX_BATCHES):
            self._wake_at(self._now() + 60 / BATCHES_A_MINUTE)

    def _wait_for_messages(self) -> None:
        coming = self.queue.next_visible()
        if coming is not None:
            self._wake_at(max(coming, self._now()))

    def _try(self, batch: Batch) -> None:
        event = {"Records": [record_of(message, self.queue) for message in batch.messages]}
        batch.tries += 1
        if not self.account.invoke(self.function, event, self._ended(batch)):
            self._back_off()
            self._try_later(batch)

    def _try_later(self, batch: Batch) -> None:
        delay = min(self.pace.retry * 2 ** (batch.tries - 1), self.pace.longest_retry)
        delay *= self._random.uniform(0.5, 1.0)
        ends = batch.received_at + self.queue.visibility
        if self._now() + delay < ends:
            self._timeline.after(delay, lambda: self._try(batch))
        else:
            self._timeline.after(ends - self._now(), self._drop)

    def _drop(self) -> None:
        """Let go of a batch whose visibility timeout has ended: its messages are back already."""
        self.dropped += 1
        self._release()

    def _ended(self, batch: Batch) -> Callable[[Any, BaseException | None], None]:
        def done(reply: Any, error: BaseException | None) -> None:
            failed = self._failed(batch, reply) if error is None else batch.messages
            for message, receipt in zip(batch.messages, batch.receipts, strict=True):
                if message not in failed:
                    self.queue.delete(message, receipt)
            # With partial replies Lambda does not back off when messages fail (errorhandling.html).
            if failed and not self.terms.partial_replies:
                self._back_off()
            self._release()

        return done

    def _failed(self, batch: Batch, reply: Any) -> list[Message]:
        """Return the messages that a reply reports as failed.

        No reply, an empty one and an empty list mean success; anything that cannot be read, or
        names a message that is not in the batch, means that all failed.
        """
        if not self.terms.partial_replies or not reply or not reply.get("batchItemFailures"):
            return []
        by_id = {str(message.id): message for message in batch.messages}
        try:
            return [by_id[failure["itemIdentifier"]] for failure in reply["batchItemFailures"]]
        except (KeyError, TypeError):
            return batch.messages

    def _back_off(self) -> None:
        self.allowed()
        self._allowed = max(1.0, self._allowed * self.pace.keeps)

    def _release(self) -> None:
        self._held -= 1
        self._wake()


def _require_valid(queue: Queue, function: Function, terms: Terms) -> None:
    if function.timeout > queue.visibility:
        raise ValueError(
            f"Queue visibility timeout: {queue.visibility:g} seconds is less than "
            f"Function timeout: {function.timeout:g} seconds"
        )
    if terms.maximum is not None and not 2 <= terms.maximum <= 1000:
        raise ValueError("the maximum concurrency must be from 2 to 1,000")
