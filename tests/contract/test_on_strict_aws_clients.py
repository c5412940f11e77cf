"""Clients on the strict stand-in: what their limit costs, and contention for their counts."""

from collections import Counter
from collections.abc import Iterator

import pytest

from chalicelib.adapters.client_counts import TRIES
from chalicelib.engine.options import Options
from chalicelib.errors import InvalidToken, ServiceDown, TooManyJobs
from chalicelib.jobs.authentication import Credentials
from chalicelib.jobs.client import Client
from chalicelib.jobs.job import Status
from chalicelib.jobs.ports import Message
from chalicelib.jobs.tokens import new_token
from chalicelib.settings import Auth
from tests.strict_aws import ALWAYS, TIMED_OUT, DynamoDbErrors, StrictAws
from tests.strict_service import NAMES, StrictService

FINANCE = Client("finance")
ROWS = b"a,b\n1.5,x\n"
TRANSACT = "dynamodb.TransactWriteItems"


@pytest.fixture
def aws() -> Iterator[StrictAws]:
    with StrictAws() as aws:
        yield aws


@pytest.fixture
def service(aws: StrictAws) -> StrictService:
    service = StrictService(aws, auth=Auth.TOKEN)
    service.upload(ROWS)
    return service


def counted(service: StrictService) -> int:
    return service.use_cases.count_in_progress(FINANCE)


def operations(aws: StrictAws) -> Counter[str]:
    return Counter(call.operation for call in aws.calls if call.service == "dynamodb")


def test_a_job_that_counts_costs_seven_write_units_more_than_one_that_does_not(
    aws: StrictAws, service: StrictService
) -> None:
    service.use_cases.submit.allowance.max_bytes = 0
    writes, reads = [], []
    for service.use_cases.submit.max_jobs in (None, 1000):
        with aws.dynamodb.metered() as units:
            job = service.use_cases.submit("x.csv", Options(), FINANCE, fresh=True)
            service.use_cases.sum_job(Message(job.id))
        writes.append(units.all_writes)
        reads.append(units.reads)
    assert (writes[1] - writes[0], reads[1] - reads[0]) == (7, 1)


def test_a_refused_job_costs_four_write_units_and_a_read_and_a_half(
    aws: StrictAws, service: StrictService
) -> None:
    service.use_cases.submit.allowance.max_bytes = 0
    service.use_cases.submit.max_jobs = 1
    service.use_cases.submit("x.csv", Options(), FINANCE)
    with aws.dynamodb.metered() as units, pytest.raises(TooManyJobs):
        service.use_cases.submit("x.csv", Options(), FINANCE)
    # Half a read for the earlier result that there is not.
    assert (units.all_writes, units.reads) == (4, 1.5)


def test_transactions_of_other_processes_on_the_same_count_delay_a_job_and_no_more(
    aws: StrictAws, service: StrictService
) -> None:
    aws.fail(TRANSACT, DynamoDbErrors.CONFLICT, times=TRIES - 1)
    job = service.use_cases.submit("x.csv", Options(), FINANCE)
    assert counted(service) == 1
    aws.fail(TRANSACT, DynamoDbErrors.CONFLICT, times=TRIES - 1)
    service.use_cases.sum_job(Message(job.id))
    assert service.adapters.jobs.get(job.id).status is Status.SUCCEEDED
    assert counted(service) == 0


def test_pauses_between_tries_end_before_api_gateway_stops_waiting(
    aws: StrictAws, service: StrictService
) -> None:
    aws.fail(TRANSACT, DynamoDbErrors.CONFLICT, times=ALWAYS)
    before = aws.clock.elapsed
    with pytest.raises(ServiceDown, match="too busy"):
        service.use_cases.submit("x.csv", Options(), FINANCE)
    assert aws.clock.elapsed - before < 10
    assert operations(aws)["TransactWriteItems"] == TRIES
    assert counted(service) == 0


def test_a_job_whose_count_is_too_busy_ends_with_its_next_delivery(
    aws: StrictAws, service: StrictService
) -> None:
    job = service.use_cases.submit("x.csv", Options(), FINANCE)
    aws.fail(TRANSACT, DynamoDbErrors.CONFLICT, times=TRIES)
    with pytest.raises(ServiceDown):
        service.use_cases.sum_job(Message(job.id))
    assert (service.adapters.jobs.get(job.id).status, counted(service)) == (Status.RUNNING, 1)
    service.use_cases.sum_job(Message(job.id))
    assert (service.adapters.jobs.get(job.id).status, counted(service)) == (Status.SUCCEEDED, 0)


@pytest.mark.parametrize("after", [False, True])
def test_a_lost_reply_counts_a_job_once(
    aws: StrictAws, service: StrictService, after: bool
) -> None:
    aws.fail(TRANSACT, TIMED_OUT, after=after)
    job = service.use_cases.submit("x.csv", Options(), FINANCE)
    assert counted(service) == 1
    aws.fail(TRANSACT, TIMED_OUT, after=after)
    service.use_cases.sum_job(Message(job.id))
    assert (service.adapters.jobs.get(job.id).status, counted(service)) == (Status.SUCCEEDED, 0)


def test_a_job_that_could_not_be_sent_does_not_count(
    aws: StrictAws, service: StrictService
) -> None:
    aws.fail("sqs.SendMessageBatch", TIMED_OUT, times=ALWAYS)
    with pytest.raises(ServiceDown):
        service.use_cases.submit("x.csv", Options(), FINANCE)
    assert counted(service) == 0


def test_a_job_that_is_given_up_does_not_count(aws: StrictAws, service: StrictService) -> None:
    job = service.use_cases.submit("x.csv", Options(), FINANCE)
    service.use_cases.give_up(Message(job.id))
    assert (service.adapters.jobs.get(job.id).status, counted(service)) == (Status.FAILED, 0)


def test_counts_that_an_operator_has_deleted_keep_no_job_from_its_end(
    aws: StrictAws, service: StrictService
) -> None:
    job = service.use_cases.submit("x.csv", Options(), FINANCE)
    tester = aws.tester("dynamodb")
    for item in tester.scan(TableName=NAMES["JobsTable"])["Items"]:
        if item["sk"]["S"].startswith("count#"):
            key = {"pk": item["pk"], "sk": item["sk"]}
            tester.delete_item(TableName=NAMES["JobsTable"], Key=key)
    service.use_cases.sum_job(Message(job.id))
    assert (service.adapters.jobs.get(job.id).status, counted(service)) == (Status.SUCCEEDED, 0)


def test_a_count_is_there_as_long_as_a_job_that_it_counts(
    aws: StrictAws, service: StrictService
) -> None:
    aws.dynamodb.ttl_delay *= 0
    service.use_cases.submit("x.csv", Options(), FINANCE)
    aws.clock.advance(days=30)
    assert counted(service) == 1
    aws.clock.advance(days=1, seconds=1)
    assert counted(service) == 0


def test_a_mistyped_token_costs_nothing_and_an_unknown_one_one_read(
    aws: StrictAws, service: StrictService
) -> None:
    with aws.dynamodb.metered() as mistyped, pytest.raises(InvalidToken):
        service.use_cases.authenticate(Credentials(f"Bearer {new_token()[:-1]}!"))
    with aws.dynamodb.metered() as unknown, pytest.raises(InvalidToken):
        service.use_cases.authenticate(Credentials(f"Bearer {new_token()}"))
    assert (mistyped.calls, unknown.reads, unknown.writes) == (0, 1, 0)


def test_nobody_gets_in_without_the_table_of_tokens(aws: StrictAws, service: StrictService) -> None:
    aws.fail("dynamodb.GetItem", TIMED_OUT, times=ALWAYS)
    with pytest.raises(ServiceDown):
        service.use_cases.authenticate(Credentials(f"Bearer {new_token()}"))
