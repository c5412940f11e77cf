"""What .chalice/config.json and infra/resources.json say must fit together, for every stage."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

import app
from chalicelib.settings import VARIABLES, Settings
from deploy import changes, resources
from deploy.aws import Aws, Identity
from deploy.stage import CHALICE, RESOURCES, ROOT, Stage, UsageError, csv_bucket, read_stage

PARAMETERS = json.loads(RESOURCES.read_text())["Parameters"]
CONFIG = json.loads((CHALICE / "config.json").read_text())
DEPLOYED = ["dev", "localstack", "prod"]
# The handler of the inbox is there only where INBOX is on.
HANDLERS = {"api_handler", "inbox", *(source.name for source in app.app.event_sources)}


class KnownAws(Aws):
    """One that is never asked: account and region are known."""

    identity = Identity("123456789012", "eu-central-1")
    emulator = None

    def __init__(self) -> None:
        pass


def functions(stage: str) -> Mapping[str, Mapping[str, Any]]:
    found = read_stage(stage)
    return {name: found.function(name) for name in found.functions}


def test_without_a_name_the_stage_is_the_one_that_chalice_takes() -> None:
    assert read_stage("dev").prefix == "csvsum-dev"


@pytest.mark.parametrize("stage", DEPLOYED)
def test_messages_stay_hidden_for_six_times_the_longest_that_a_worker_may_take(stage: str) -> None:
    workers = ("work_job", "work_part", "give_up")
    longest = max(functions(stage)[name]["lambda_timeout"] for name in workers)
    assert int(PARAMETERS["VisibilitySeconds"]["Default"]) >= 6 * longest


@pytest.mark.parametrize("stage", DEPLOYED)
def test_a_job_is_stale_only_after_the_longest_that_a_worker_may_take(stage: str) -> None:
    workers = [read_stage(stage).function(name) for name in ("work_job", "work_part")]
    longest = max(worker["lambda_timeout"] for worker in workers)
    assert read_stage(stage).settings.stale_seconds > longest


@pytest.mark.parametrize("stage", DEPLOYED)
def test_the_queues_are_made_as_the_settings_have_them(stage: str) -> None:
    settings = read_stage(stage).settings
    assert PARAMETERS["VisibilitySeconds"]["Default"] == str(settings.visibility_seconds)
    assert PARAMETERS["MaxReceiveCount"]["Default"] == str(settings.max_receive_count)


@pytest.mark.parametrize("stage", DEPLOYED)
def test_messages_are_kept_longer_than_a_job_may_take(stage: str) -> None:
    hours = read_stage(stage).settings.give_up_hours
    assert int(PARAMETERS["MessageSeconds"]["Default"]) > 3600 * hours


@pytest.mark.parametrize("stage", DEPLOYED)
def test_every_function_has_its_own_policy_memory_and_timeout(stage: str) -> None:
    assert set(functions(stage)) == HANDLERS
    policies = {settings["iam_policy_file"] for settings in functions(stage).values()}
    assert len(policies) == len(HANDLERS)
    assert all(
        settings["lambda_timeout"] and settings["lambda_memory_size"]
        for settings in functions(stage).values()
    )
    assert functions(stage)["api_handler"]["lambda_timeout"] <= 29, "API Gateway waits no longer"
    assert CONFIG["autogen_policy"] is False


def test_calls_are_traced_and_long_replies_compressed() -> None:
    assert CONFIG["xray"] is True
    assert CONFIG["minimum_compression_size"] == 1024


@pytest.mark.parametrize("stage", DEPLOYED)
def test_nothing_stands_in_the_way_of_terraform(stage: str) -> None:
    # Chalice's generator for it fails on log groups; those are in infra/resources.json.
    assert "log_retention_in_days" not in CONFIG | CONFIG["stages"][stage]


@pytest.mark.parametrize("stage", DEPLOYED)
def test_workers_have_more_time_for_tries_than_the_api(stage: str) -> None:
    tries = {
        name: int(settings["environment_variables"]["CALL_TRIES"])
        for name, settings in functions(stage).items()
    }
    assert tries.pop("api_handler") == 3
    assert set(tries.values()) == {8}


def test_what_is_set_for_all_functions_holds_for_each() -> None:
    stage = after("dev", "CALL_TRIES=5")
    tries = {
        stage.function(name)["environment_variables"]["CALL_TRIES"] for name in stage.functions
    }
    assert tries == {"5"}


def test_stages_share_no_name() -> None:
    names = [set(resources.names(read_stage(stage), KnownAws()).values()) for stage in DEPLOYED]
    assert len(set.union(*names)) == sum(map(len, names))


@pytest.mark.parametrize("stage", DEPLOYED)
def test_the_alarms_find_the_api_by_its_name(stage: str) -> None:
    assert read_stage(stage).settings.api_name == read_stage(stage).prefix


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_the_resources_need_no_names_but_the_prefix(stage: str) -> None:
    prefix, place = f"csvsum-{stage}", "123456789012-eu-central-1-an"
    assert resources.names(read_stage(stage), KnownAws()) == {
        "JobsTable": prefix,
        "TokensTable": f"{prefix}-tokens",
        "JobsQueue": f"{prefix}-jobs",
        "PartsQueue": f"{prefix}-parts",
        "DeadQueue": f"{prefix}-dead",
        "InboxQueue": f"{prefix}-inbox",
        "ResultsBucket": f"{prefix}-results-{place}",
        "UploadsBucket": f"{prefix}-uploads-{place}",
        "CsvBucket": f"{prefix}-csv-{place}",
    }


def test_the_documented_line_makes_the_resources_that_make_makes() -> None:
    guide = (ROOT / "docs" / "deploy.md").read_text().partition("## With Chalice, by hand")[2]
    line = guide.partition("aws cloudformation wait")[0]
    given = dict(re.findall(r"ParameterKey=(\w+),ParameterValue=(\S+)", line))
    stage = read_stage("dev")
    names = {
        "Prefix": stage.prefix,
        "CreateCsvBucket": "true",
        "BucketNamespace": stage.settings.bucket_namespace,
    }
    documented = {name: str(each["Default"]) for name, each in PARAMETERS.items()} | given
    assert documented == resources.defaults(KnownAws()) | names


def test_each_variable_that_is_read_may_be_set() -> None:
    read = set()

    class Recorder(dict[str, str]):
        def get(self, name: str, default: Any = None) -> Any:
            read.add(name)
            return default

    Settings.from_env(Recorder())
    assert read == set(VARIABLES)


def after(stage: str, *given: str) -> Stage:
    found = read_stage(stage)
    return changes.changed(found, changes.parse(found, given))


def test_a_stage_may_be_changed_by_the_command_line() -> None:
    stage = after(
        "prod",
        "CSV_SOURCE=s3://theirs/below/",
        "work_part.reserved_concurrency=7",
        "work_job.subnet_ids=subnet-a,subnet-b",
        "AlarmEmail=a@example.org",
    )
    assert csv_bucket(stage.settings) == "theirs"
    assert stage.function("work_part")["reserved_concurrency"] == 7
    assert stage.function("work_job")["subnet_ids"] == ["subnet-a", "subnet-b"]
    assert changes.set_parameters(stage.changes) == {"AlarmEmail": "a@example.org"}
    assert csv_bucket(read_stage("prod").settings) != "theirs"


def test_later_changes_win_and_an_empty_one_unsets() -> None:
    stage = read_stage("dev")
    earlier = {"PART_BYTES": "1", "LOG_LEVEL": "DEBUG", "sweep.lambda_timeout": "9"}
    both = changes.changed(stage, earlier, {"PART_BYTES": "2", "LOG_LEVEL": ""})
    assert both.changes == {"PART_BYTES": "2", "sweep.lambda_timeout": "9"}
    assert "LOG_LEVEL" not in both.environment


def test_what_changes_is_shown_with_both_values() -> None:
    before = {"CSV_SOURCE": "s3://files", "PART_BYTES": "1", "LOG_LEVEL": "INFO"}
    now = {"CSV_SOURCE": "file:///mnt/csv", "LOG_LEVEL": "INFO", "KEEP_DAYS": "3"}
    assert changes.differences(before, now) == [
        "CSV_SOURCE: s3://files -> file:///mnt/csv",
        "KEEP_DAYS: (not set) -> 3",
        "PART_BYTES: 1 -> (not set)",
    ]


@pytest.mark.parametrize(
    ("stage", "change", "words"),
    [
        ("prd", "", "did you mean prod"),
        ("local", "", "did you mean localstack"),
        ("prod", "CSV_SOURCE", "NAME=value"),
        ("prod", "CSV_SORCE=s3://x", "did you mean CSV_SOURCE"),
        ("prod", "wrok_job.lambda_timeout=1", "did you mean work_job"),
        ("prod", "work_job.lambda_timout=1", "did you mean lambda_timeout"),
        ("prod", "work_job.lambda_timeout=long", "whole number"),
        ("prod", "AlarmMail=a@example.org", "did you mean AlarmEmail"),
        ("prod", "xyz=1", "choose one of CreateTable"),
        ("prod", "KeepDays=1", "set that instead"),
        ("prod", "Settings={}", "no parameter 'Settings'"),
    ],
)
def test_a_wrong_name_is_refused_with_the_nearest_right_one(
    stage: str, change: str, words: str
) -> None:
    with pytest.raises(UsageError, match=words) as refused:
        after(stage, *[change] if change else [])
    assert "\n" not in str(refused.value)
