"""Taking a stage down keeps its data, or deletes what csvsum made itself, and nothing else."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from deploy import cloudformation, data, resources
from deploy.changes import changed, parse
from deploy.changes import kept as kept_of
from deploy.stage import Stage, read_stage
from tests.deployed.ministack import MiniStack


@pytest.fixture
def stage(unique: Callable[[str], str]) -> Stage:
    """A stage with names of its own, so that no other deployment is meant."""
    variables = (
        "JOBS_TABLE",
        "TOKENS_TABLE",
        "JOBS_QUEUE",
        "PARTS_QUEUE",
        "DEAD_QUEUE",
        "INBOX_QUEUE",
        "RESULTS_BUCKET",
        "UPLOADS_BUCKET",
    )
    given = [f"{name}={unique(name.lower().replace('_', '-'))}" for name in variables]
    stage = read_stage("localstack")
    stage = changed(stage, parse(stage, [*given, f"CSV_SOURCE=s3://{unique('csv')}"]))
    return replace(stage, config={**stage.config, "app_name": unique("other")})


def make(ministack: MiniStack, stage: Stage) -> dict[str, str]:
    """The resources, twice, and their names. MiniStack takes no tags of buckets from a template."""
    names = resources.names(stage, ministack.aws)
    mine = [names[name] for name in ("ResultsBucket", "UploadsBucket", "CsvBucket")]
    fresh = [name for name in mine if not ministack.aws.has_bucket(name)]
    for _ in range(2):
        resources.put(stage, ministack.aws, print)
    for bucket in fresh:
        tags = {"TagSet": [{"Key": "csvsum", "Value": stage.prefix}]}
        ministack.aws.client("s3").put_bucket_tagging(Bucket=bucket, Tagging=tags)
    return names


def test_data_outlives_its_stack_and_is_taken_up_by_the_next(
    ministack: MiniStack, stage: Stage
) -> None:
    aws = ministack.aws
    for _ in range(2):
        names = make(ministack, stage)
        resources.delete(stage, aws)
        assert len(data.left(aws, names)) == 5
    assert len(data.delete(stage, aws, names)) == 5
    assert data.left(aws, names) == []
    assert data.delete(stage, aws, names) == []


def test_a_new_bucket_of_files_has_the_sample(ministack: MiniStack, stage: Stage) -> None:
    names = make(ministack, stage)
    found = ministack.aws.client("s3").get_object(Bucket=names["CsvBucket"], Key="sample.csv")
    assert found["Body"].read() == resources.SAMPLE.read_bytes()


def test_what_others_made_is_used_and_never_deleted(ministack: MiniStack, stage: Stage) -> None:
    aws = ministack.aws
    bucket = resources.names(stage, aws)["CsvBucket"]
    aws.client("s3").create_bucket(Bucket=bucket)
    names = make(ministack, stage)
    assert "Contents" not in aws.client("s3").list_objects_v2(Bucket=bucket)
    resources.delete(stage, aws)
    data.delete(stage, aws, names)
    assert data.left(aws, names) == [bucket]


def test_another_bucket_of_files_leaves_the_first_one_as_it_is(
    ministack: MiniStack, stage: Stage, unique: Callable[[str], str]
) -> None:
    first = make(ministack, stage)["CsvBucket"]
    other = unique("csv")
    make(ministack, changed(stage, stage.changes, {"CSV_SOURCE": f"s3://{other}/in"}))
    assert ministack.aws.has_bucket(first)
    assert ministack.aws.has_bucket(other)
    make(ministack, stage)
    assert ministack.aws.has_bucket(other)


def test_what_was_set_stays_set_until_it_is_unset(ministack: MiniStack, stage: Stage) -> None:
    def put(*given: str) -> dict[str, str]:
        before = cloudformation.current(ministack.aws, stage.stack)
        kept = kept_of(before) or dict(stage.changes)
        resources.put(changed(stage, kept, parse(stage, given)), ministack.aws, print)
        after = cloudformation.current(ministack.aws, stage.stack)
        return cloudformation.parameters_of(after) | kept_of(after)

    first = put("MaxWaitSeconds=600", "PART_BYTES=1000", "sweep.lambda_timeout=60")
    assert put() == first
    assert (first["MaxWaitSeconds"], first["PART_BYTES"]) == ("600", "1000")
    last = put("MaxWaitSeconds=", "PART_BYTES=", "sweep.lambda_timeout=")
    assert last["MaxWaitSeconds"] == "900"
    assert not {"PART_BYTES", "sweep.lambda_timeout"} & set(last)
