"""Deployments on the strict stand-in: what failed at first, expired tokens, other accounts."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from deploy import cloudformation, inventory, resources
from deploy.aws import Aws
from deploy.changes import changed
from deploy.stage import Stage, UsageError, read_stage
from tests.strict_aws import StrictAws

SILENT: Any = print
EMAIL = {"AlarmEmail": "me@example.org"}


@pytest.fixture
def strict() -> Iterator[StrictAws]:
    with StrictAws("eu-central-1") as aws:
        yield aws


@pytest.fixture
def stage() -> Stage:
    stage = read_stage("prod")
    return Stage(stage.name, stage.config, EMAIL)


def parameters(aws: Aws, stage: Stage) -> dict[str, str]:
    return cloudformation.parameters_of(cloudformation.describe(aws, stage.stack))


def test_a_first_deployment_that_failed_leaves_nothing_in_the_way_of_the_same_command(
    strict: StrictAws, stage: Stage
) -> None:
    aws = Aws(strict.session())
    strict.cloudformation.break_resource("Results", "Service unavailable")
    with pytest.raises(UsageError, match="Service unavailable"):
        resources.put(stage, aws, SILENT)
    assert not aws.has_table(stage.settings.table)
    strict.clock.advance(60)  # the queues of the first try were deleted with it
    resources.put(stage, aws, SILENT)
    made = parameters(aws, stage)
    assert (made["CreateTable"], made["AlarmEmail"]) == ("true", "me@example.org")
    assert aws.has_table(stage.settings.table)


def test_a_deployment_within_a_minute_of_a_removal_says_so_and_works_a_minute_later(
    strict: StrictAws, stage: Stage
) -> None:
    aws = Aws(strict.session())
    resources.put(stage, aws, SILENT)
    cloudformation.delete(aws, stage.stack)
    with pytest.raises(UsageError, match="run the same command in a minute"):
        resources.put(stage, aws, SILENT)
    strict.clock.advance(60)
    resources.put(stage, aws, SILENT)
    # The table outlived its stack, and is used as it is.
    assert parameters(aws, stage)["CreateTable"] == "false"
    assert aws.has_table(stage.settings.table)


def test_a_bucket_that_somebody_deleted_is_missed_and_made_after_a_removal(
    strict: StrictAws, stage: Stage
) -> None:
    aws = Aws(strict.session())
    resources.put(stage, aws, SILENT)
    results = resources.names(stage, aws)["ResultsBucket"]
    strict.tester("s3").delete_bucket(Bucket=results)
    with pytest.raises(UsageError, match=f"deleted {results}, and CloudFormation does not"):
        resources.put(stage, aws, SILENT)
    resources.delete(stage, aws)
    strict.clock.advance(60)
    resources.put(stage, aws, SILENT)
    assert aws.has_bucket(results)


def test_an_expired_token_is_not_taken_for_a_stage_without_resources(
    strict: StrictAws, stage: Stage
) -> None:
    aws = Aws(strict.session())
    resources.put(stage, aws, SILENT)
    strict.expire_tokens()
    for call in (
        lambda: cloudformation.describe(aws, stage.stack),
        lambda: inventory.live_function(stage, aws, "work_job"),
        lambda: aws.has_table(stage.settings.table),
    ):
        with pytest.raises(ClientError, match="ExpiredToken"):
            call()
    assert parameters(Aws(strict.session()), stage)["CreateTable"] == "true"


@pytest.mark.parametrize("elsewhere", [{"region": "us-east-1"}, {"account": "999999999999"}])
def test_another_region_or_account_has_resources_of_its_own(
    strict: StrictAws, stage: Stage, elsewhere: dict[str, str]
) -> None:
    here, there = Aws(strict.session()), Aws(strict.session(**elsewhere))
    resources.put(stage, here, SILENT)
    assert cloudformation.describe(there, stage.stack) is None
    resources.put(stage, there, SILENT)
    cloudformation.delete(there, stage.stack)
    assert parameters(here, stage)["CreateTable"] == "true"


def test_a_bucket_of_csv_files_that_nobody_makes_is_missed_before_anything_is_made(
    strict: StrictAws, stage: Stage
) -> None:
    aws = Aws(strict.session())
    without = Stage(stage.name, stage.config, {**EMAIL, "CreateCsvBucket": "false"})
    with pytest.raises(UsageError, match="CSV_SOURCE: there is no bucket"):
        resources.put(without, aws, SILENT)
    assert not aws.has_table(stage.settings.table)


def test_a_bucket_of_csv_files_that_may_not_be_listed_is_used_and_said(
    strict: StrictAws, stage: Stage
) -> None:
    aws, said = Aws(strict.session()), list[str]()
    stage = changed(stage, {**EMAIL, "BUCKET_NAMESPACE": "global"})
    bucket = resources.names(stage, aws)["CsvBucket"]
    other = strict.tester("s3", "eu-central-1", "999988887777")
    place: Any = {"LocationConstraint": "eu-central-1"}
    other.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
    resources.put(stage, aws, said.append)
    assert any(line.startswith(f"You may not list the bucket {bucket}") for line in said)


def test_a_source_in_a_folder_is_said_to_need_a_mount(strict: StrictAws, stage: Stage) -> None:
    said = list[str]()
    folder = changed(stage, {**EMAIL, "CSV_SOURCE": "file:///mnt/csv"})
    resources.put(folder, Aws(strict.session()), said.append)
    assert any("file:///mnt/csv: the functions must have it mounted" in line for line in said)
