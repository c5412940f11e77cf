"""The stand-in's event source mappings: what becomes of messages that Lambda throttles or drops."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.strict_aws import (
    Account,
    Clock,
    Context,
    Function,
    Mapping,
    Pace,
    Queue,
    StrictAws,
    Terms,
    Timeline,
)
from tests.strict_aws.lambdas import Event, FunctionTimedOut, Handler, Work, plain

STEADY = Pace(retry=1, longest_retry=8, keeps=1)


class Stage:
    """A queue with dead letters, an account, and what the function saw."""

    def __init__(self, limit: int = 1000, visibility: float = 60, max_receives: int = 3) -> None:
        self.clock = Clock()
        self.timeline = Timeline(self.clock)
        self.account = Account(self.timeline, limit)
        self.dead = Queue("dead", self.clock)
        self.queue = Queue(
            "parts", self.clock, visibility, max_receives=max_receives, dead=self.dead
        )
        self.seen: list[tuple[str, str, float]] = []

    def function(self, handler: Callable[[Event, Context], Any], seconds: float) -> Function:
        def noting(event: Event, context: Context) -> Any:
            for record in event["Records"]:
                count = record["attributes"]["ApproximateReceiveCount"]
                self.seen.append((record["body"], count, self.clock.elapsed))
            return handler(event, context)

        return Function("work_part", plain(noting, seconds), timeout=60)

    def map(self, function: Function, maximum: int | None = None) -> Mapping:
        return Mapping(self.queue, function, self.account, Terms(maximum), STEADY)

    def send(self, count: int) -> None:
        for number in range(count):
            self.queue.send(str(number))


def succeed(_event: Event, _context: Context) -> None:
    return None


def fail(_event: Event, _context: Context) -> None:
    raise RuntimeError("broken")


def occupy(stage: Stage, seconds: float) -> None:
    """Take one invocation of the account for so long."""
    other = Function("other", plain(succeed, seconds))
    assert stage.account.invoke(other, {}, lambda _reply, _error: None)


def test_each_message_is_handled_once_and_deleted() -> None:
    stage = Stage()
    stage.map(stage.function(succeed, 1))
    stage.send(20)
    stage.timeline.run(60)
    assert sorted(int(body) for body, _, _ in stage.seen) == list(range(20))
    assert {count for _, count, _ in stage.seen} == {"1"}
    assert stage.queue.counts() == (0, 0, 0)


def test_an_event_is_what_lambda_hands_to_functions() -> None:
    stage, events = Stage(), []
    stage.map(stage.function(lambda event, _: events.append(event), 0))
    stage.queue.send("body")
    stage.timeline.run(1)
    (record,) = events[0]["Records"]
    assert (record["body"], record["eventSource"]) == ("body", "aws:sqs")
    assert set(record["attributes"]) == {
        "ApproximateReceiveCount",
        "SentTimestamp",
        "SenderId",
        "ApproximateFirstReceiveTimestamp",
    }


def test_five_batches_are_taken_at_once_and_300_more_a_minute() -> None:
    stage = Stage()
    stage.map(stage.function(succeed, 50))
    stage.send(500)
    stage.timeline.run(0.1)
    assert stage.account.running["work_part"] == 5
    stage.timeline.run(10)
    assert 50 <= stage.account.running["work_part"] <= 57


def test_a_maximum_concurrency_bounds_the_messages_taken_at_a_time() -> None:
    stage = Stage()
    stage.map(stage.function(succeed, 10), maximum=4)
    stage.send(100)
    stage.timeline.run(30)
    assert stage.account.peak == 4
    assert stage.queue.counts()[1] <= 4


def test_an_account_that_is_full_throttles_without_running_our_code() -> None:
    stage = Stage(limit=1)
    occupy(stage, 600)
    stage.map(stage.function(succeed, 1))
    stage.send(1)
    stage.timeline.run(50)
    assert (stage.seen, stage.account.throttles["work_part"] > 3) == ([], True)
    assert stage.queue.counts() == (0, 1, 0)


def test_a_throttled_message_runs_when_there_is_room_within_its_visibility() -> None:
    stage = Stage(limit=1)
    occupy(stage, 30)
    stage.map(stage.function(succeed, 1))
    stage.send(1)
    stage.timeline.run(59)
    ((_, count, at),) = stage.seen
    assert count == "1"
    assert 30 <= at < 60


def test_a_throttled_message_comes_again_after_its_visibility_counted_once_more() -> None:
    stage = Stage(limit=1)
    occupy(stage, 70)
    mapping = stage.map(stage.function(succeed, 1))
    stage.send(1)
    stage.timeline.run(119)
    assert [(body, count) for body, count, _ in stage.seen] == [("0", "2")]
    assert mapping.dropped == 1


def test_a_message_throttled_to_the_end_is_a_dead_letter_that_our_code_never_saw() -> None:
    stage = Stage(limit=1, max_receives=3)
    occupy(stage, 800)
    stage.map(stage.function(succeed, 1))
    stage.send(1)
    stage.timeline.run(179)
    assert stage.dead.counts()[0] == 0
    stage.timeline.run(2)
    assert (stage.dead.counts()[0], stage.seen) == (1, [])


def test_a_reserved_concurrency_does_not_stop_the_mapping_from_taking_messages() -> None:
    stage = Stage()
    function = Function("work_part", plain(succeed, 50), timeout=60, reserved=2)
    Mapping(stage.queue, stage.account.add(function), stage.account, pace=STEADY)
    stage.send(100)
    stage.timeline.run(5)
    assert stage.account.running["work_part"] == 2
    assert stage.queue.counts()[1] > 20
    assert stage.account.throttles["work_part"] > 20


def test_what_is_reserved_is_taken_from_the_others() -> None:
    stage = Stage(limit=10)
    stage.account.add(Function("api", plain(succeed), reserved=8))
    stage.map(stage.function(succeed, 50))
    stage.send(10)
    stage.timeline.run(5)
    assert stage.account.running["work_part"] == 2


def test_a_message_whose_function_fails_comes_again_after_its_visibility() -> None:
    stage = Stage(max_receives=2)
    stage.map(stage.function(fail, 1))
    stage.send(1)
    stage.timeline.run(200)
    assert [(count, at) for _, count, at in stage.seen] == [("1", 0), ("2", 60)]
    assert stage.dead.counts()[0] == 1


def test_a_handler_may_have_its_message_back_sooner() -> None:
    stage = Stage()

    def hasty(event: Event, _: Context) -> None:
        number = int(event["Records"][0]["messageId"])
        stage.queue.change_visibility(stage.queue.messages[number], 5)
        raise RuntimeError("broken")

    stage.map(stage.function(hasty, 1))
    stage.send(1)
    stage.timeline.run(9)
    assert [at for _, _, at in stage.seen] == [0, 5]


def heartbeat(stage: Stage, beats: int) -> Handler:
    """Keep the message hidden for 20 s more, every 10 s."""

    def work(event: Event, _context: Context) -> Work:
        message = stage.queue.messages[int(event["Records"][0]["messageId"])]
        for _ in range(beats):
            stage.queue.change_visibility(message, 20)
            yield 10
        raise SystemError("the worker dies without a word")

    return work


def test_a_worker_that_dies_between_heartbeats_gives_its_message_back_soon() -> None:
    stage = Stage(visibility=5400, max_receives=10)
    stage.map(Function("work_part", heartbeat(stage, 5), timeout=900))
    stage.send(1)
    stage.timeline.run(59)
    assert stage.account.invocations["work_part"] == 1
    stage.timeline.run(2)
    assert stage.account.invocations["work_part"] == 2


def test_a_function_is_ended_at_its_timeout() -> None:
    stage = Stage()
    left: list[int] = []

    def endless(_: Event, context: Context) -> Work:
        while True:
            left.append(context.get_remaining_time_in_millis())
            yield 25

    ends: list[BaseException | None] = []
    function = Function("slow", endless, timeout=60)
    assert stage.account.invoke(function, {}, lambda _, error: ends.append(error))
    stage.timeline.run(60)
    assert left == [60_000, 35_000, 10_000]
    assert isinstance(ends[0], FunctionTimedOut)
    assert stage.account.running["slow"] == 0


def test_a_mapping_backs_off_when_it_is_throttled() -> None:
    def taken(keeps: float) -> int:
        stage = Stage(limit=1, visibility=3600)
        occupy(stage, 3600)
        pace = Pace(retry=10, longest_retry=10, keeps=keeps)
        Mapping(stage.queue, stage.function(succeed, 1), stage.account, pace=pace)
        stage.send(1000)
        stage.timeline.run(120)
        return stage.queue.counts()[1]

    assert taken(keeps=0.5) < 30
    assert taken(keeps=1) > 500


def partial(reply: Any) -> tuple[list[str], int]:
    """Return the bodies left in the queue after one batch of three and that reply; and how many."""
    stage = Stage()
    for body in "abc":
        stage.queue.send(body)
    terms = Terms(batch_size=10, partial_replies=True)
    Mapping(stage.queue, stage.function(lambda *_: reply, 1), stage.account, terms, STEADY)
    stage.timeline.run(30)
    return [message.body for message in stage.queue.messages.values()], len(stage.seen)


def test_a_partial_reply_gives_back_the_messages_that_it_names() -> None:
    assert partial({"batchItemFailures": [{"itemIdentifier": "1"}]}) == (["b"], 3)


@pytest.mark.parametrize("reply", [None, {}, {"batchItemFailures": []}])
def test_an_empty_partial_reply_means_that_all_is_done(reply: Any) -> None:
    assert partial(reply)[0] == []


@pytest.mark.parametrize(
    "failures", [[{"itemIdentifier": "unknown"}], [{"itemIdentifier": ""}], [{"id": "1"}], ["1"]]
)
def test_a_partial_reply_that_cannot_be_read_gives_back_all(failures: Any) -> None:
    assert partial({"batchItemFailures": failures})[0] == ["a", "b", "c"]


def test_without_partial_replies_what_a_function_returns_is_not_looked_at() -> None:
    stage = Stage()
    stage.map(stage.function(lambda *_: {"batchItemFailures": [{"itemIdentifier": "0"}]}, 1))
    stage.send(1)
    stage.timeline.run(30)
    assert stage.queue.counts() == (0, 0, 0)


def test_a_visibility_shorter_than_the_functions_timeout_is_refused() -> None:
    stage = Stage(visibility=59)
    with pytest.raises(ValueError, match="59 seconds is less than Function timeout: 60 seconds"):
        stage.map(stage.function(succeed, 1))


@pytest.mark.parametrize("maximum", [1, 1001])
def test_a_maximum_concurrency_is_from_2_to_1000(maximum: int) -> None:
    stage = Stage()
    with pytest.raises(ValueError, match="from 2 to 1,000"):
        stage.map(stage.function(succeed, 1), maximum=maximum)


def test_handlers_call_the_same_queue_by_boto3() -> None:
    with StrictAws() as aws:
        sqs = aws.client("sqs")
        url = sqs.create_queue(QueueName="parts", Attributes={"VisibilityTimeout": "900"})[
            "QueueUrl"
        ]
        seen: list[str] = []

        def handler(event: Event, _: Context) -> None:
            (record,) = event["Records"]
            seen.append(record["attributes"]["ApproximateReceiveCount"])
            if len(seen) < 3:
                sqs.change_message_visibility(
                    QueueUrl=url, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=5
                )
                raise RuntimeError("broken")

        function = Function("work_part", plain(handler, 1))
        Mapping(aws.sqs.queue("parts"), function, Account(aws.timeline, 10), Terms(maximum=2))
        sqs.send_message(QueueUrl=url, MessageBody="{}")
        aws.timeline.run(30)
        assert seen == ["1", "2", "3"]
        assert aws.sqs.queue("parts").counts() == (0, 0, 0)
