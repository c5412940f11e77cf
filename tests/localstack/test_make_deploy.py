"""`make deploy` and its like on LocalStack: repeatable, honest, and back again."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.clone import Clone
from tests.functional.stack import Api

STAGE = "localstack"
NAMES = ("csvsum-localstack", "csvsum-localstack-resources")
JOBS = 40
SUMS = '{"id": 5050, "price": 4656.09}'


@pytest.fixture(scope="module")
def api(clone: Clone) -> Iterator[Api]:
    ended = clone.deploy("up", STAGE, "PART_BYTES=200000")
    assert ended.status == 0, ended.err
    url = ended.out.partition("Deployed: ")[2].split()[0]
    yield Api(url, ended.out.partition("export TOKEN=")[2].split()[0])
    ended = clone.deploy("down", STAGE, "--data", "delete")
    assert ended.status == 0, ended.err


def part_bytes(client: Callable[[str], Any]) -> str | None:
    configuration = client("lambda").get_function_configuration(FunctionName=NAMES[0])
    found: str | None = configuration["Environment"]["Variables"].get("PART_BYTES")
    return found


def test_a_first_deployment_answers_and_sums_the_sample(clone: Clone, api: Api) -> None:
    assert api.ended(api.submit("sample.csv"))["result"] == {"id": 5050, "price": 4656.09}
    assert clone.smoke(STAGE) == SUMS


def test_nobody_gets_in_without_a_token(api: Api) -> None:
    assert Api(api.base).get("/storage/get_counter").status == 401


def test_tokens_are_created_listed_and_revoked(clone: Clone, api: Api) -> None:
    created = clone.deploy("token", STAGE, "--client", "finance", "--days", "7")
    assert created.status == 0, created.err
    finance = Api(api.base, created.out.splitlines()[-1])
    assert finance.get("/storage/get_counter?mine=true").json == {"ongoing_tasks": 0}
    other = Api(api.base, clone.deploy("token", STAGE, "--client", "x").out.splitlines()[-1])
    listed = clone.deploy("tokens", STAGE).out
    assert all(name in listed for name in ("admin", "finance", "x"))
    assert "Revoked" in clone.deploy("revoke", STAGE, "--client", "x").out
    assert other.get("/storage/get_counter").status == 401


def test_the_first_token_is_offered_once(clone: Clone, api: Api) -> None:
    assert "TOKEN=" not in clone.deploy("up", STAGE).out


def test_forty_jobs_at_once_end(api: Api) -> None:
    with ThreadPoolExecutor(4) as clients:
        ids = list(clients.map(api.submit, ["sample.csv"] * JOBS))
    started = time.monotonic()
    assert {api.ended(job_id, 300)["status"] for job_id in ids} == {"succeeded"}
    print(f"{JOBS} jobs ended within {time.monotonic() - started:.0f} s of the last submission")


def test_what_was_set_stays_and_comes_back(
    clone: Clone, api: Api, client: Callable[[str], Any]
) -> None:
    kept = clone.deploy("up", STAGE)
    assert "Settings that change: none" in kept.out
    assert part_bytes(client) == "200000"
    unset = clone.deploy("up", STAGE, "PART_BYTES=", "LogDays=7")
    assert unset.status == 0, unset.err
    assert "PART_BYTES: 200000 -> (not set)" in unset.out
    assert "LogDays: 30 -> 7" in unset.out
    assert part_bytes(client) is None
    back = clone.deploy("rollback", STAGE)
    assert back.status == 0, back.err
    assert part_bytes(client) == "200000"
    assert clone.smoke(STAGE) == SUMS


def test_a_failure_of_chalice_is_one_of_the_command(
    clone: Clone, api: Api, client: Callable[[str], Any]
) -> None:
    queue = client("sqs").get_queue_url(QueueName="csvsum-localstack-parts")["QueueUrl"]
    client("lambda").delete_function(FunctionName=f"{NAMES[0]}-work_part")
    client("sqs").delete_queue(QueueUrl=queue)
    ended = clone.deploy("up", STAGE)
    assert ended.status == 2
    assert "Deployed:" not in ended.out
    assert "chalice deploy failed" in ended.err
    assert "queue does not exist" in " ".join(ended.err.split())
    assert "run the same command" in ended.err
    client("sqs").create_queue(
        QueueName="csvsum-localstack-parts", Attributes={"VisibilityTimeout": "1800"}
    )
    ended = clone.deploy("up", STAGE)
    assert ended.status == 0, ended.err
    assert clone.smoke(STAGE) == SUMS


def test_another_region_has_nothing_and_loses_nothing(clone: Clone, api: Api) -> None:
    here = clone.environment["AWS_DEFAULT_REGION"]
    clone.environment["AWS_DEFAULT_REGION"] = "eu-central-1"
    try:
        ended = clone.deploy("down", STAGE)
    finally:
        clone.environment["AWS_DEFAULT_REGION"] = here
    assert "There is nothing of csvsum-localstack" in ended.out
    assert api.get("/storage/get_counter").status == 200
    assert clone.chalice("url", "--stage", STAGE).status == 0


def test_nothing_is_left_of_a_removed_stage(
    clone: Clone, api: Api, client: Callable[[str], Any]
) -> None:
    ended = clone.deploy("down", STAGE)
    assert ended.status == 0, ended.err
    assert "Data left: csvsum-localstack," in ended.out
    assert client("lambda").list_functions()["Functions"] == []
    assert client("iam").list_roles()["Roles"] == []
    assert client("events").list_rules()["Rules"] == []
    assert client("apigateway").get_rest_apis()["items"] == []
    assert client("logs").describe_log_groups()["logGroups"] == []
    assert client("sqs").list_queues().get("QueueUrls", []) == []
    assert client("cloudwatch").describe_alarms()["MetricAlarms"] == []
    assert "There is nothing of" in clone.deploy("down", STAGE).out
