"""Lambda on a simulated clock: an account's concurrency, functions, and what invokes them.

A handler is a generator over (event, context): it yields the seconds that it works, calls boto3 or
anything else in between, and returns its reply; ``plain`` makes one of an ordinary handler.
"""

from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

from tests.strict_aws.clock import Clock, Timeline

Event = dict[str, Any]
Work = Generator[float, None, Any]
Handler = Callable[[Event, "Context"], Work]
Done = Callable[[Any, BaseException | None], None]


class FunctionTimedOut(Exception):
    """The function ran into its time limit, and was ended in the middle."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler is given beside its event."""

    clock: Clock
    ends_at: float

    def get_remaining_time_in_millis(self) -> int:
        return int(max(0.0, self.ends_at - self.clock.elapsed) * 1000)


@dataclass(frozen=True, slots=True)
class Function:
    """``timeout`` in seconds; ``reserved`` concurrency, or None to share the account's.

    A reserved concurrency is also the function's limit.
    Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
    """

    name: str
    handler: Handler
    timeout: float = 900.0
    reserved: int | None = None


def plain(handler: Callable[[Event, Context], Any], seconds: float = 0.0) -> Handler:
    """Return a handler that runs an ordinary one at once, and then works for so long."""

    def work(event: Event, context: Context) -> Work:
        reply = handler(event, context)
        yield seconds
        return reply

    return work


@dataclass
class Account:
    """Invocations at once of one account and region.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html: the default limit
    is 1,000 and in new accounts less; what is reserved is taken from it.
    """

    timeline: Timeline
    limit: int = 1000
    reserved: int = 0
    running: Counter[str] = field(default_factory=Counter)
    throttles: Counter[str] = field(default_factory=Counter)
    invocations: Counter[str] = field(default_factory=Counter)
    peak: int = 0
    _shared: int = 0

    def add(self, function: Function) -> Function:
        """Take what the function reserves out of what the others share."""
        self.reserved += function.reserved or 0
        return function

    def invoke(self, function: Function, event: Event, done: Done) -> bool:
        """Start the function; False when it is throttled.

        ``done`` is called at its end with its reply, or with the error that ended it.
        """
        if not self._has_room(function):
            self.throttles[function.name] += 1
            return False
        self._count(function, +1)
        self.invocations[function.name] += 1
        self.peak = max(self.peak, sum(self.running.values()))
        clock = self.timeline.clock
        context = Context(clock, clock.elapsed + function.timeout)
        self._step(function, function.handler(event, context), context, done)
        return True

    def _has_room(self, function: Function) -> bool:
        if function.reserved is not None:
            return self.running[function.name] < function.reserved
        return self._shared < self.limit - self.reserved

    def _count(self, function: Function, change: int) -> None:
        self.running[function.name] += change
        if function.reserved is None:
            self._shared += change

    def _step(self, function: Function, work: Work, context: Context, done: Done) -> None:
        """Run the handler up to where it waits next, or to its end."""
        try:
            seconds = next(work)
        except StopIteration as ended:
            self._end(function, done, ended.value, None)
        except Exception as error:
            self._end(function, done, None, error)
        else:
            left = context.ends_at - self.timeline.clock.elapsed
            if seconds < left:
                self.timeline.after(seconds, lambda: self._step(function, work, context, done))
            else:
                self.timeline.after(left, lambda: self._kill(function, work, done))

    def _kill(self, function: Function, work: Work, done: Done) -> None:
        work.close()
        self._end(function, done, None, FunctionTimedOut(function.name))

    def _end(self, function: Function, done: Done, reply: Any, error: BaseException | None) -> None:
        self._count(function, -1)
        done(reply, error)
