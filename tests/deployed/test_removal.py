"""Taking a stage down keeps its data, or deletes what it made itself, and nothing else."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from deploy import chalice_way, data
from deploy.stage import Stage, read_stage
from tests.deployed.ministack import MiniStack


@pytest.fixture
def stage(unique: Callable[[str], str]) -> Stage:
    """A stage with names of its own, so that no other deployment is meant."""
    variables = ("JOBS_TABLE", "JOBS_QUEUE", "PARTS_QUEUE", "DEAD_QUEUE", "RESULTS_BUCKET")
    changes = [f"{name}={unique(name.lower().replace('_', '-'))}" for name in variables]
    named = read_stage(
        "localstack", [*changes, f"CSV_SOURCE=s3://{unique('csv')}", "TlsOnly=false", "Alarms=off"]
    )
    return replace(named, config={**named.config, "app_name": unique("other")})


def there(ministack: MiniStack, stage: Stage) -> tuple[bool, bool, bool]:
    """Whether the table, the results and the CSV files are there."""
    settings, aws = stage.environment, ministack.aws
    return (
        aws.has_table(settings["JOBS_TABLE"]),
        aws.has_bucket(settings["RESULTS_BUCKET"]),
        aws.has_bucket(stage.csv_bucket or ""),
    )


def make(ministack: MiniStack, stage: Stage, *buckets: str | None) -> None:
    """The resources; and the tags of buckets, which MiniStack does not take from a template."""
    chalice_way.put_resources(stage, ministack.aws, ministack.aws.identity())
    for bucket in buckets:
        tags = {"TagSet": [{"Key": "csvsum", "Value": stage.prefix}]}
        ministack.aws.client("s3").put_bucket_tagging(Bucket=bucket, Tagging=tags)


def test_data_outlives_its_stack_and_is_taken_up_by_the_next(
    ministack: MiniStack, stage: Stage
) -> None:
    aws, identity = ministack.aws, ministack.aws.identity()
    for _ in range(2):
        make(ministack, stage, stage.environment["RESULTS_BUCKET"], stage.csv_bucket)
        make(ministack, stage)
        aws.client("s3").put_object(Bucket=stage.csv_bucket, Key="x.csv", Body=b"a\n1\n")
        aws.delete_stack(chalice_way.resources_stack(stage))
        assert there(ministack, stage) == (True, True, True)
    assert len(data.delete(stage, aws, identity)) == 3
    assert there(ministack, stage) == (False, False, False)
    assert data.delete(stage, aws, identity) == []


def test_what_another_hand_made_is_used_and_never_deleted(
    ministack: MiniStack, stage: Stage
) -> None:
    aws, identity = ministack.aws, ministack.aws.identity()
    aws.client("s3").create_bucket(Bucket=stage.csv_bucket)
    make(ministack, stage, stage.environment["RESULTS_BUCKET"])
    assert there(ministack, stage) == (True, True, True)
    aws.delete_stack(chalice_way.resources_stack(stage))
    data.delete(stage, aws, identity)
    assert there(ministack, stage) == (False, False, True)
