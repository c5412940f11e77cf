"""The stand-in's Lambda API: what deployments ask it, and what it refuses."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.strict_aws import Deployed, StrictAws


@pytest.fixture
def strict() -> Iterator[StrictAws]:
    with StrictAws("eu-central-1") as aws:
        aws.functions.add(Deployed("csvsum-prod", 29, {"JOBS_TABLE": "csvsum-prod"}))
        aws.functions.add(Deployed("csvsum-prod-work_part", 900))
        aws.tester("sqs").create_queue(QueueName="parts", Attributes={"VisibilityTimeout": "5400"})
        yield aws


def queue_arn(strict: StrictAws) -> str:
    return f"arn:aws:sqs:eu-central-1:{strict.account}:parts"


def map_parts(strict: StrictAws, maximum: int = 4) -> Any:
    return (
        strict.session()
        .client("lambda")
        .create_event_source_mapping(
            FunctionName="csvsum-prod-work_part",
            EventSourceArn=queue_arn(strict),
            ScalingConfig={"MaximumConcurrency": maximum},
        )
    )


def test_a_function_is_found_in_its_account_and_region_only(strict: StrictAws) -> None:
    found = strict.session().client("lambda").get_function(FunctionName="csvsum-prod")
    assert found["Configuration"]["Environment"]["Variables"] == {"JOBS_TABLE": "csvsum-prod"}
    for other in (strict.session("us-east-1"), strict.session(account="999999999999")):
        functions = other.client("lambda")
        with pytest.raises(functions.exceptions.ResourceNotFoundException):
            functions.get_function(FunctionName="csvsum-prod")


def test_a_new_accounts_limit_is_ten(strict: StrictAws) -> None:
    settings = strict.session().client("lambda").get_account_settings()
    assert settings["AccountLimit"]["ConcurrentExecutions"] == 10
    strict.functions.concurrency = 1000
    settings = strict.session().client("lambda").get_account_settings()
    assert settings["AccountLimit"]["ConcurrentExecutions"] == 1000


def test_a_mapping_that_exists_is_not_made_again(strict: StrictAws) -> None:
    assert map_parts(strict)["ScalingConfig"] == {"MaximumConcurrency": 4}
    functions = strict.session().client("lambda")
    with pytest.raises(functions.exceptions.ResourceConflictException):
        map_parts(strict)
    listed = functions.list_event_source_mappings()["EventSourceMappings"]
    assert [mapping["EventSourceArn"] for mapping in listed] == [queue_arn(strict)]


def test_a_queue_that_hides_messages_for_less_than_the_timeout_is_refused(
    strict: StrictAws,
) -> None:
    sqs = strict.tester("sqs")
    url = sqs.get_queue_url(QueueName="parts")["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "899"})
    functions = strict.session().client("lambda")
    with pytest.raises(
        functions.exceptions.InvalidParameterValueException, match="less than Function timeout"
    ):
        map_parts(strict)


def test_a_maximum_concurrency_beyond_1000_is_refused(strict: StrictAws) -> None:
    functions = strict.session().client("lambda")
    with pytest.raises(functions.exceptions.InvalidParameterValueException, match="from 2"):
        map_parts(strict, maximum=1001)
