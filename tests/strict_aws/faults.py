"""Faults that a test asks for: the n-th call fails, before or after it took effect."""

from collections.abc import Callable
from dataclasses import dataclass

from botocore.exceptions import ReadTimeoutError

from tests.strict_aws.errors import AwsError
from tests.strict_aws.wire import Answer, Request

ALWAYS = 10**9


class TimedOut:
    """No answer within the client's read timeout."""


TIMED_OUT = TimedOut()


def any_request(_: Request) -> bool:
    return True


@dataclass
class Fault:
    """``skip`` calls pass, the next ``times`` fail; ``after``: they take effect all the same."""

    what: AwsError | TimedOut
    service: str
    operation: str
    times: int = 1
    skip: int = 0
    after: bool = False
    when: Callable[[Request], bool] = any_request

    def hits(self, request: Request) -> bool:
        """Count a request that is meant; say whether it is one that fails."""
        if (request.service, request.operation) != (self.service, self.operation):
            return False
        if not self.times or not self.when(request):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return True

    def answer(self, request: Request) -> Answer:
        """Return the refusal. Raises ReadTimeoutError for a fault that gives no answer."""
        if isinstance(self.what, TimedOut):
            raise ReadTimeoutError(endpoint_url=request.url)
        return self.what.answer(request)


class Faults:
    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        self._faults.clear()

    def next(self, request: Request) -> Fault | None:
        """Return the fault that this request meets; the first that was added wins."""
        return next((fault for fault in self._faults if fault.hits(request)), None)
