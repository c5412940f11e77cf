"""The service on the strict stand-in: throttles, refusals, time-outs and deaths cost no job."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.errors import ServiceDown
from chalicelib.jobs.ports import Message
from tests.harness import summed
from tests.strict_aws import TIMED_OUT, AwsError, DynamoDbErrors, S3Errors, SqsErrors, StrictAws
from tests.strict_aws.faults import Fault
from tests.strict_aws.lambdas import Event, Function, plain
from tests.strict_aws.wire import Answer, Request
from tests.strict_service import Site, StrictService, dying

# A line feed in quotes: where a part starts in it, the part is summed once more.
LINE = b'1.5,"x\n2,y"\n'
DATA = b"a,b\n" + LINE * 16
SUM = (("24",), 16)
PART_BYTES = 50
# More than the calls that a job of that file makes.
CALLS = 60
#: In the words of each service.
THROTTLES = {
    "dynamodb": DynamoDbErrors.HOT_PARTITION,
    "s3": S3Errors.SLOW_DOWN,
    "sqs": SqsErrors.THROTTLED,
}
OUTAGES = {
    "dynamodb": DynamoDbErrors.INTERNAL_ERROR,
    "s3": S3Errors.INTERNAL_ERROR,
    "sqs": SqsErrors.UNAVAILABLE,
}


@dataclass
class NthCall(Fault):
    """Fails the calls of all services from the n-th on, each in its service's words."""

    errors: "dict[str, AwsError] | None" = None

    def hits(self, request: Request) -> bool:
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return self.times >= 0

    def answer(self, request: Request) -> Answer:
        if self.errors is None:
            return super().answer(request)
        return self.errors[request.service].answer(request)


def mapped(service: StrictService) -> Site:
    site = Site(service)
    site.map("JobsQueue", service.work(), 2)
    site.map("PartsQueue", service.work(), 4)
    return site


def test_a_job_without_faults_makes_calls_of_every_kind() -> None:
    with StrictAws() as aws:
        service = StrictService(aws, PART_BYTES, window=3)
        job = service.submit(DATA)
        aws.calls.clear()
        job = mapped(service).run(job)
        assert summed(job) == SUM
        assert job.expected_reruns > 0
        made = {(call.service, call.operation) for call in aws.calls}
        assert len(aws.calls) in range(CALLS // 2, CALLS)
    assert made == {
        ("dynamodb", "GetItem"),
        ("dynamodb", "PutItem"),
        ("dynamodb", "Query"),
        ("dynamodb", "UpdateItem"),
        ("s3", "GetObject"),
        ("sqs", "ChangeMessageVisibility"),
        ("sqs", "GetQueueUrl"),
        ("sqs", "SendMessageBatch"),
    }


@settings(max_examples=25)
@given(
    skip=st.integers(0, CALLS),
    # botocore makes three tries; more failures than that end the handler.
    times=st.sampled_from([1, 3, 9]),
    errors=st.sampled_from([THROTTLES, OUTAGES, None]),
    after=st.booleans(),
)
def test_whichever_calls_fail_the_job_ends_with_the_exact_sum(
    skip: int, times: int, errors: dict[str, AwsError] | None, after: bool
) -> None:
    with StrictAws() as aws:
        service = StrictService(aws, PART_BYTES, window=3)
        job = service.submit(DATA)
        # A throttled call has no effect; one that is not answered in time may have had it.
        effect = after and errors is not THROTTLES
        aws.faults.add(NthCall(TIMED_OUT, "", "", times, skip, effect, errors=errors))
        assert summed(mapped(service).run(job)) == SUM
        assert service.dead_letters() == 0
        assert service.use_cases.count_in_progress() == 0


@pytest.mark.parametrize("errors", [THROTTLES, OUTAGES])
def test_a_service_that_refuses_everything_for_ten_minutes_fails_no_job(
    errors: dict[str, AwsError],
) -> None:
    with StrictAws() as aws:
        service = StrictService(aws, PART_BYTES, window=3)
        job, end = service.submit(DATA), aws.clock.elapsed + 600
        for name, error in errors.items():
            operations = {"dynamodb": "UpdateItem", "s3": "GetObject", "sqs": "SendMessageBatch"}
            aws.fail(
                f"{name}.{operations[name]}",
                error,
                times=10**6,
                when=lambda _: aws.clock.elapsed < end,
            )
        assert summed(mapped(service).run(job)) == SUM
        assert aws.clock.elapsed < end + 600
        assert service.dead_letters() == 0


@pytest.mark.parametrize("skip", range(4))
def test_a_part_that_was_counted_and_could_not_send_the_next_one_sends_it_later(skip: int) -> None:
    with StrictAws() as aws:
        service = StrictService(aws, PART_BYTES, window=1)
        job = service.submit(DATA)
        # botocore's three tries: the handler fails, and its message is redelivered.
        aws.fail("sqs.SendMessageBatch", SqsErrors.THROTTLED, times=3, skip=skip)
        assert summed(mapped(service).run(job)) == SUM
        # Without the sweeper, which takes 20 minutes.
        assert aws.clock.elapsed < 300


def test_a_submission_whose_message_is_refused_leaves_no_job() -> None:
    with StrictAws() as aws:
        service = StrictService(aws)
        aws.fail("sqs.SendMessageBatch", SqsErrors.THROTTLED, times=3)
        with pytest.raises(ServiceDown):
            service.submit(DATA)
        assert service.use_cases.count_in_progress() == 0


class Watch:
    """Kills the worker of one part the first time, and notes when the part was received."""

    def __init__(self, aws: StrictAws, part: str) -> None:
        self.aws = aws
        self.part = part
        self.received: list[float] = []

    def kills(self, event: Event) -> bool:
        (record,) = event["Records"]
        if self.part not in record["body"]:
            return False
        self.received.append(self.aws.clock.elapsed)
        return len(self.received) == 1


def test_the_part_of_a_worker_that_dies_is_summed_again_within_three_minutes() -> None:
    with StrictAws() as aws:
        service = StrictService(aws, PART_BYTES, window=3)
        site, watch = Site(service), Watch(aws, '"part": 2')
        site.map("JobsQueue", service.work(), 2)
        site.map("PartsQueue", dying(service.work(), watch.kills), 4)
        assert summed(site.run(service.submit(DATA))) == SUM
    death, after = watch.received[:2]
    assert after - death <= 180


def test_a_worker_that_works_long_keeps_its_message() -> None:
    with StrictAws() as aws:
        service = StrictService(aws)
        site = Site(service)
        site.map("JobsQueue", service.work(600), 2)
        assert summed(site.run(service.submit(DATA))) == SUM
        assert site.account.invocations == {"JobsQueue": 1}


def test_a_message_that_fails_every_time_pauses_longer_each_time() -> None:
    with StrictAws() as aws:
        service = StrictService(aws)
        job = service.submit(DATA)
        aws.fail("s3.GetObject", S3Errors.SLOW_DOWN, times=10**6)
        job = mapped(service).run(job, hours=0.2)
        assert job.last_error
        # 5 + 30 + 120 + 300 seconds: 5 of its 10 deliveries at the most.
        (message,) = aws.sqs.queue("t-jobs").messages.values()
        assert message.receives <= 6


def occupied(site: Site, hours: float) -> None:
    """Let other functions take all invocations of the account for so long."""
    other = Function("other", plain(lambda _event, _context: None, 3600 * hours), 3600 * hours + 1)
    for _ in range(site.limit):
        assert site.account.invoke(other, {}, lambda _reply, _error: None)


def test_a_job_whose_workers_are_throttled_for_hours_is_done_afterwards() -> None:
    with StrictAws() as aws:
        service = StrictService(aws, PART_BYTES, window=3)
        job, site = service.submit(DATA), Site(service, limit=10)
        occupied(site, hours=10)
        site.map("JobsQueue", service.work(), 2)
        site.map("PartsQueue", service.work(), 4)
        assert summed(site.run(job, hours=13)) == SUM
        assert site.account.throttles["JobsQueue"] > 100
        assert service.dead_letters() == 0


def test_the_sweeper_leaves_a_job_alone_whose_message_lambda_holds_back() -> None:
    with StrictAws() as aws:
        service = StrictService(aws)
        job, site = service.submit(DATA), Site(service, limit=10)
        occupied(site, hours=3)
        site.map("JobsQueue", service.work(), 2)
        for _ in range(24):
            site.run(job, hours=0.1)
            assert service.use_cases.sweep() == 0
        assert service.adapters.jobs.get(job.id).attempts == 1
        assert summed(site.run(job)) == SUM


def test_bounded_mappings_leave_room_for_the_api_in_a_small_account() -> None:
    with StrictAws() as aws:
        service = StrictService(aws, PART_BYTES, window=8)
        job, site = service.submit(DATA), Site(service, limit=10)
        site.map("JobsQueue", service.work(6), 2)
        site.map("PartsQueue", service.work(6), 4)
        assert summed(site.run(job)) == SUM
        assert not site.account.throttles
        assert site.account.peak <= 6


def test_a_part_outlasts_a_bucket_that_asks_for_slower_calls_a_dozen_times() -> None:
    with StrictAws() as aws:
        service = StrictService(aws)
        job = service.submit(DATA)
        aws.fail("s3.GetObject", S3Errors.SLOW_DOWN, times=12)
        service.deliver(Message(job.id))
        assert summed(service.adapters.jobs.get(job.id)) == SUM
