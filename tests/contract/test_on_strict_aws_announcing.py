"""The service on the strict stand-in: the event of an ended job is sent, whatever fails."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pytest

from chalicelib.engine.options import Options
from chalicelib.errors import ServiceDown
from chalicelib.jobs.client import OPEN, Client
from chalicelib.jobs.job import Job
from chalicelib.jobs.outcome_ports import Announcement
from chalicelib.jobs.ports import Message
from chalicelib.settings import Auth
from tests.adapters_in_memory import MemoryBus
from tests.strict_aws import DynamoDbErrors, StrictAws
from tests.strict_service import StrictService

ROWS = b"a,b\n1.5,x\n"
FINANCE = Client("finance")


class Killed(BaseException):
    """The process has ended."""


@dataclass
class FailingBus(MemoryBus):
    """Raises ``failing`` once, before it accepts the events or after that."""

    failing: BaseException | None = None
    after: bool = False

    def send(self, events: Sequence[Announcement]) -> Mapping[int, str]:
        failing, self.failing = self.failing, None
        if failing and not self.after:
            raise failing
        refused = super().send(events)
        if failing:
            raise failing
        return refused


@pytest.fixture
def aws() -> Iterator[StrictAws]:
    with StrictAws() as aws:
        yield aws


def succeed(service: StrictService) -> Job:
    service.upload(ROWS)
    job = service.use_cases.submit("x.csv", Options(), FINANCE, fresh=True)
    service.deliver(Message(job.id))
    return job


def fail(service: StrictService) -> Job:
    service.upload(b"a\nx\n")
    job = service.use_cases.submit("x.csv", Options(), FINANCE)
    service.deliver(Message(job.id))
    return job


def cancel(service: StrictService) -> Job:
    service.upload(ROWS)
    job = service.use_cases.submit("x.csv", Options(), FINANCE, fresh=True)
    return service.use_cases.cancel_job(job.id, FINANCE)


def give_up(service: StrictService) -> Job:
    service.upload(ROWS)
    job = service.use_cases.submit("x.csv", Options(), FINANCE, fresh=True)
    service.use_cases.give_up(Message(job.id))
    return job


ENDS = [succeed, fail, cancel, give_up]


@pytest.mark.parametrize("auth", [Auth.OPEN, Auth.TOKEN])
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(
    ("failing", "after", "sent"),
    [
        (Killed(), False, 1),
        (Killed(), True, 2),
        (ServiceDown("The bus of events does not answer."), False, 1),
        (ServiceDown("The bus of events does not answer."), True, 2),
    ],
)
def test_an_event_that_was_not_sent_is_sent_by_the_sweeper(
    aws: StrictAws,
    auth: Auth,
    end: Callable[[StrictService], Job],
    failing: BaseException,
    after: bool,
    sent: int,
) -> None:
    bus = FailingBus(failing=failing, after=after)
    service = StrictService(aws, auth=auth, bus=bus)
    if isinstance(failing, Killed):
        with pytest.raises(Killed):
            end(service)
    else:
        end(service)
    assert len(bus.sent) == sent - 1
    assert service.use_cases.count_in_progress() == 0
    aws.clock.advance(61)
    service.use_cases.sweep()
    assert len(bus.sent) == sent
    assert len({event["id"] for event in bus.sent}) == 1
    aws.clock.advance(61)
    service.use_cases.sweep()
    assert len(bus.sent) == sent


@pytest.mark.parametrize("end", ENDS)
def test_a_mark_that_could_not_be_removed_sends_the_event_once_more(
    aws: StrictAws, end: Callable[[StrictService], Job]
) -> None:
    bus = MemoryBus()
    service = StrictService(aws, bus=bus)
    removal = aws.fail(
        "dynamodb.UpdateItem",
        DynamoDbErrors.INTERNAL_ERROR,
        times=3,
        when=lambda request: request.json["UpdateExpression"] == "REMOVE in_progress",
    )
    job = end(service)
    assert removal.times == 0
    assert [event["id"] for event in bus.sent] == [job.id]
    assert service.adapters.jobs.get(job.id).status.is_final
    aws.clock.advance(61)
    service.use_cases.sweep()
    assert [event["id"] for event in bus.sent] == [job.id] * 2
    aws.clock.advance(61)
    service.use_cases.sweep()
    assert len(bus.sent) == 2


def test_an_answered_job_is_announced_although_the_api_died_before_it(aws: StrictAws) -> None:
    bus = FailingBus()
    service = StrictService(aws, bus=bus)
    first = succeed(service)
    bus.failing = Killed()
    with pytest.raises(Killed):
        service.use_cases.submit("x.csv", Options(), OPEN)
    aws.clock.advance(61)
    service.use_cases.sweep()
    assert [event["cached_from"] for event in bus.sent] == [None, first.id]


def test_the_entry_of_a_result_that_could_not_be_stored_fails_no_job(aws: StrictAws) -> None:
    service = StrictService(aws)
    aws.fail(
        "dynamodb.UpdateItem",
        DynamoDbErrors.INTERNAL_ERROR,
        times=3,
        when=lambda request: request.json["Key"]["pk"]["S"].startswith("cache#"),
    )
    first = succeed(service)
    assert service.adapters.jobs.get(first.id).result
    second = service.use_cases.submit("x.csv", Options(), OPEN)
    assert second.cached_from is None
    service.deliver(Message(second.id))
    assert service.use_cases.submit("x.csv", Options(), OPEN).cached_from == second.id


def test_an_entry_that_cannot_be_read_has_the_file_summed(aws: StrictAws) -> None:
    service = StrictService(aws)
    succeed(service)
    aws.fail(
        "dynamodb.GetItem",
        DynamoDbErrors.HOT_PARTITION,
        times=3,
        when=lambda request: request.json["Key"]["pk"]["S"].startswith("cache#"),
    )
    second = service.use_cases.submit("x.csv", Options(), OPEN)
    service.deliver(Message(second.id))
    assert service.adapters.jobs.get(second.id).result
    assert second.cached_from is None
