"""The bus of events: one contract, held in memory and by EventBridge, and what only AWS does."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from chalicelib.adapters.clients import AwsClients
from chalicelib.adapters.event_bus import EventBus
from chalicelib.errors import Misconfigured, ServiceDown
from chalicelib.jobs.announcing import BATCH
from chalicelib.jobs.outcome_ports import Announcement, Bus
from tests.adapters_in_memory import MemoryBus
from tests.moto_aws import MotoAws

RULE = {"source": ["csvsum"], "detail-type": ["Job ended"]}


class Received:
    """A bus, and the events that a rule on it has passed on."""

    def __init__(self, bus: Bus, events: Callable[[], list[Announcement]]) -> None:
        self.bus = bus
        self.events = events


def in_memory(_: pytest.FixtureRequest) -> Received:
    bus = MemoryBus()
    return Received(bus, lambda: bus.sent)


def on_eventbridge(request: pytest.FixtureRequest) -> Received:
    aws: MotoAws = request.getfixturevalue("aws")
    clients: AwsClients = request.getfixturevalue("clients")
    name: str = request.getfixturevalue("unique")("bus")
    events, sqs = aws.client("events"), aws.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    events.create_event_bus(Name=name)
    events.put_rule(Name=name, EventBusName=name, EventPattern=json.dumps(RULE))
    target = {"Id": "queue", "Arn": attributes["QueueArn"]}
    events.put_targets(Rule=name, EventBusName=name, Targets=[target])

    def received() -> list[Announcement]:
        found: list[Announcement] = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                found.append(json.loads(message["Body"])["detail"])
        return found

    return Received(EventBus(name, clients.events), received)


@pytest.fixture(params=[in_memory, on_eventbridge])
def received(request: pytest.FixtureRequest) -> Received:
    make: Callable[[pytest.FixtureRequest], Received] = request.param
    return make(request)


def an_event(number: int = 0) -> Announcement:
    return {"id": f"{number:032x}", "csv": "день.csv", "status": "failed", "rows": None}


@pytest.mark.parametrize("count", [1, BATCH])
def test_all_events_of_a_call_arrive(received: Received, count: int) -> None:
    events = [an_event(number) for number in range(count)]
    assert received.bus.send(events) == {}
    arrived = received.events()
    assert sorted(arrived, key=lambda event: str(event["id"])) == events


def test_an_event_that_is_sent_twice_arrives_twice_with_the_same_id(received: Received) -> None:
    for _ in range(2):
        received.bus.send([an_event()])
    assert received.events() == [an_event()] * 2


class FakeEventBridge:
    """Answers each call with the next of some answers; the rest it accepts."""

    def __init__(self, *answers: Sequence[str] | Exception) -> None:
        self.answers = list(answers)
        self.calls: list[list[Any]] = []

    def __call__(self) -> Any:
        return self

    def put_events(self, Entries: list[Any]) -> Mapping[str, Any]:  # noqa: N803  # boto3's
        self.calls.append([json.loads(entry["Detail"])["id"] for entry in Entries])
        answer = self.answers.pop(0) if self.answers else ()
        if isinstance(answer, Exception):
            raise answer
        codes = [*answer, *[""] * (len(Entries) - len(answer))]
        results = [{"ErrorCode": code} if code else {"EventId": "1"} for code in codes]
        return {"FailedEntryCount": sum(map(bool, codes)), "Entries": results}


def test_only_events_that_were_not_accepted_are_sent_once_more() -> None:
    aws = FakeEventBridge(["", "InternalFailure", ""])
    events = [an_event(number) for number in range(3)]
    assert EventBus("default", aws).send(events) == {}
    assert aws.calls == [[event["id"] for event in events], [events[1]["id"]]]


@pytest.mark.parametrize("code", ["ThrottlingException", "InternalFailure", "MalformedDetail"])
def test_events_that_are_refused_twice_are_named_with_their_codes(code: str) -> None:
    aws = FakeEventBridge(["", code, code], [code])
    events = [an_event(number) for number in range(3)]
    assert EventBus("default", aws).send(events) == {1: code}
    assert len(aws.calls) == 2


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "PutEvents")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refused("ThrottlingException"), ServiceDown),
        (refused("InternalException"), ServiceDown),
        (ReadTimeoutError(endpoint_url="https://events"), ServiceDown),
        (refused("AccessDeniedException"), Misconfigured),
        (refused("ResourceNotFoundException"), Misconfigured),
    ],
)
def test_a_call_that_fails_is_an_error_of_the_service(
    answer: Exception, error: type[Exception]
) -> None:
    with pytest.raises(error, match="The bus of events"):
        EventBus("default", FakeEventBridge(answer)).send([an_event()])
