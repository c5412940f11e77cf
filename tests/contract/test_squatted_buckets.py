"""Buckets whose names another account took first: nothing of a deployment gets into them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import ClientError

from chalicelib.adapters.clients import make_s3
from chalicelib.adapters.results_bucket import ResultsBucket
from chalicelib.errors import Misconfigured
from chalicelib.settings import Settings
from deploy import data, releases
from deploy.aws import Aws
from deploy.changes import changed
from deploy.stage import UsageError, read_stage
from tests.strict_aws import StrictAws

OTHER = "999999999999"
# Whose names another account can take: those of a stage from before there were others.
STAGE = changed(read_stage("prod"), {"BUCKET_NAMESPACE": "global"})


def names_of(bucket: str) -> dict[str, str]:
    """Return the names of a stage's data, with this bucket of results."""
    others = {"UploadsBucket": "", "CsvBucket": "", "JobsTable": "t", "TokensTable": "u"}
    return {"ResultsBucket": bucket, **others}


@pytest.fixture
def strict() -> Iterator[StrictAws]:
    with StrictAws("us-east-1") as aws:
        yield aws


@pytest.fixture
def squat(strict: StrictAws) -> Callable[[str], str]:
    """Return a function by which another account makes a bucket, and opens it to everybody."""

    def make(name: str) -> str:
        strict.tester("s3", account=OTHER).create_bucket(Bucket=name)
        strict.s3.bucket(name).is_open = True
        return name

    return make


def test_a_results_bucket_of_another_account_is_not_taken_for_ours(
    strict: StrictAws, squat: Callable[[str], str]
) -> None:
    with pytest.raises(UsageError, match="results-x cannot be used"):
        data.exists(Aws(strict.session()), "ResultsBucket", squat("results-x"))


def test_a_bucket_of_files_may_be_another_accounts(
    strict: StrictAws, squat: Callable[[str], str]
) -> None:
    assert data.exists(Aws(strict.session()), "CsvBucket", squat("files-x"))


def test_no_code_is_put_into_or_taken_from_a_bucket_of_another_account(
    strict: StrictAws, squat: Callable[[str], str], tmp_path: Path
) -> None:
    aws = Aws(strict.session())
    bucket = squat(releases.bucket_of(STAGE, aws))
    (tmp_path / "x.zip").write_bytes(b"code")
    with pytest.raises(S3UploadFailedError, match="AccessDenied"):
        aws.own_bucket(bucket).upload_file(str(tmp_path / "x.zip"), "x.zip")
    with pytest.raises(UsageError):
        releases.stored(STAGE, aws)
    strict.tester("s3", account=OTHER).put_object(Bucket=bucket, Key="1.zip", Body=b"theirs")
    with pytest.raises(ClientError, match="403"):
        releases.fetch(STAGE, aws, "1")
    with pytest.raises(ClientError, match="AccessDenied"):
        releases.remove(STAGE, aws, ["1"])


def test_a_bucket_of_another_account_is_not_deleted_although_it_has_our_tag(
    strict: StrictAws, squat: Callable[[str], str]
) -> None:
    aws, name = Aws(strict.session()), squat("results-x")
    tags = {"TagSet": [{"Key": "csvsum", "Value": STAGE.prefix}]}
    strict.tester("s3", account=OTHER).put_bucket_tagging(Bucket=name, Tagging=tags)
    names = names_of(name)
    assert data.delete(STAGE, aws, names) == []
    assert aws.client("s3").head_bucket(Bucket=name)


def test_a_bucket_of_the_same_stage_in_another_region_is_not_deleted(strict: StrictAws) -> None:
    aws, name = Aws(strict.session()), "results-x"
    elsewhere = Aws(strict.session(region="eu-west-1"))
    strict.tester("s3").create_bucket(Bucket=name)
    tags = {"TagSet": [{"Key": "csvsum", "Value": STAGE.prefix}]}
    strict.tester("s3").put_bucket_tagging(Bucket=name, Tagging=tags)
    names = names_of(name)
    assert data.delete(STAGE, elsewhere, names) == []
    assert data.delete(STAGE, aws, names) == [name]


def test_no_result_gets_into_or_comes_from_a_bucket_of_another_account(
    strict: StrictAws, squat: Callable[[str], str]
) -> None:
    name = squat("csvsum-results-1")
    results = ResultsBucket(name, lambda: strict.adopt(make_s3), owner=strict.account)
    with pytest.raises(Misconfigured):
        results.publish("id/sums.json", "{}")
    strict.tester("s3", account=OTHER).put_object(Bucket=name, Key="id/sums.json", Body=b"{}")
    assert results.get("id/sums.json") is None


def test_the_account_is_known_where_the_buckets_name_has_it() -> None:
    given = Settings(results_bucket="results-{account}-{region}").in_account("1234", "eu-west-1")
    assert (given.results_bucket, given.account) == ("results-1234-eu-west-1", "1234")
    assert STAGE.settings.in_account("1234", "eu-west-1").account == "1234"
    assert Settings(results_bucket="mine").in_account("1234", "eu-west-1").account == ""


def test_our_own_buckets_are_used(strict: StrictAws, tmp_path: Path) -> None:
    aws = Aws(strict.session())
    strict.tester("s3").create_bucket(Bucket=releases.bucket_of(STAGE, aws))
    (tmp_path / "1.zip").write_bytes(b"code")
    bucket = aws.own_bucket(releases.bucket_of(STAGE, aws))
    bucket.upload_file(str(tmp_path / "1.zip"), "1.zip")
    assert releases.stored(STAGE, aws) == ["1"]
    releases.remove(STAGE, aws, ["1"])
    assert releases.stored(STAGE, aws) == []
