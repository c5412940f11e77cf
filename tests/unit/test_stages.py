"""What .chalice/config.json and infra/resources.json say must fit together, for every stage."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.settings import Settings
from deploy.stage import CHALICE, ROOT, UsageError, policy_of, read_stage
from deploy.template import to_merge

RESOURCES = json.loads((ROOT / "infra" / "resources.json").read_text())
CONFIG = json.loads((CHALICE / "config.json").read_text())
DEPLOYED = ["localstack", "prod"]
QUEUE_PARAMETERS = ("VisibilitySeconds", "MaxReceiveCount")
HANDLERS = {"api_handler", "work_job", "work_part", "give_up", "sweep"}
IDENTITY = {"AWS::Partition": "aws", "AWS::Region": "us-east-1", "AWS::AccountId": "123456789012"}


def functions(stage: str) -> Mapping[str, Mapping[str, Any]]:
    return read_stage(stage).functions


@pytest.mark.parametrize("stage", DEPLOYED)
def test_messages_stay_hidden_for_six_times_the_longest_that_a_worker_may_take(stage: str) -> None:
    longest = max(
        functions(stage)[name]["lambda_timeout"] for name in ("work_job", "work_part", "give_up")
    )
    assert RESOURCES["Parameters"]["VisibilitySeconds"]["Default"] >= 6 * longest


@pytest.mark.parametrize("stage", DEPLOYED)
def test_a_job_is_stale_only_after_the_longest_that_a_worker_may_take(stage: str) -> None:
    stale = Settings.from_env(read_stage(stage).environment).stale_seconds
    assert stale > max(
        functions(stage)[name]["lambda_timeout"] for name in ("work_job", "work_part")
    )


@pytest.mark.parametrize("stage", DEPLOYED)
def test_the_queues_are_made_as_the_settings_have_them(stage: str) -> None:
    settings = Settings.from_env(read_stage(stage).environment)
    made = {name: RESOURCES["Parameters"][name]["Default"] for name in QUEUE_PARAMETERS}
    assert made["VisibilitySeconds"] == settings.visibility_seconds
    assert made["MaxReceiveCount"] == settings.max_receive_count


@pytest.mark.parametrize("stage", DEPLOYED)
def test_messages_are_kept_longer_than_a_job_may_take(stage: str) -> None:
    hours = Settings.from_env(read_stage(stage).environment).give_up_hours
    assert RESOURCES["Parameters"]["MessageSeconds"]["Default"] > 3600 * hours


@pytest.mark.parametrize("stage", DEPLOYED)
def test_every_function_has_its_own_policy_memory_and_timeout(stage: str) -> None:
    assert set(functions(stage)) == HANDLERS
    assert len({settings["iam_policy_file"] for settings in functions(stage).values()}) == len(
        HANDLERS
    )
    assert all(
        settings["lambda_timeout"] and settings["lambda_memory_size"]
        for settings in functions(stage).values()
    )
    assert functions(stage)["api_handler"]["lambda_timeout"] <= 29, "API Gateway waits no longer"
    assert CONFIG["autogen_policy"] is False


@pytest.mark.parametrize("stage", DEPLOYED)
def test_logs_end_and_calls_are_traced(stage: str) -> None:
    assert CONFIG["stages"][stage]["log_retention_in_days"] <= 30
    assert CONFIG["stages"][stage]["xray"] is True
    assert CONFIG["minimum_compression_size"] == 1024


def test_stages_share_no_name() -> None:
    names = [[*read_stage(stage).fixed_parameters().values()][:6] for stage in DEPLOYED]
    assert not set(names[0]) & set(names[1])


@pytest.mark.parametrize("stage", DEPLOYED)
def test_the_template_has_what_the_functions_are_told_and_no_parameter_that_could_differ(
    stage: str,
) -> None:
    fixed = read_stage(stage).fixed_parameters()
    merged = to_merge(read_stage(stage))
    assert not set(fixed) & set(merged["Parameters"])
    assert merged["Resources"]["Jobs"]["Properties"]["QueueName"] == fixed["JobsQueue"]
    assert not any(
        f'"Ref": "{name}"' in json.dumps(merged) or f"${{{name}}}" in json.dumps(merged)
        for name in fixed
    )


def test_a_stage_may_be_changed_by_the_command_line() -> None:
    changes = (
        "CSV_SOURCE=s3://theirs/below/",
        "work_part.reserved_concurrency=7",
        "AlarmEmail=a@example.org",
    )
    stage = read_stage("prod", changes)
    assert stage.csv_bucket == "theirs"
    assert stage.names()["CSV_OBJECTS"] == "theirs/below/*"
    assert stage.functions["work_part"]["reserved_concurrency"] == 7
    assert stage.parameters == {"AlarmEmail": "a@example.org"}
    assert "theirs/below/*" in json.dumps(policy_of(stage, "work_job"))
    assert read_stage("prod").csv_bucket != "theirs"


@pytest.mark.parametrize(
    ("stage", "change", "word"),
    [
        ("prd", "", "prd"),
        ("local", "", "local"),
        ("prod", "CSV_SOURCE", "NAME=value"),
        ("prod", "wrok.x=1", "wrok"),
    ],
)
def test_a_wrong_stage_or_change_is_one_sentence(stage: str, change: str, word: str) -> None:
    with pytest.raises(UsageError, match=word) as told:
        read_stage(stage, [change] if change else [])
    assert "\n" not in str(told.value)
