"""The results bucket: links for every region, and texts that are no longer there."""

import os
import subprocess
import sys
from collections.abc import Callable
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.stub import Stubber

from chalicelib.adapters.clients import AwsClients
from chalicelib.adapters.results_bucket import ResultsBucket
from chalicelib.errors import CsvsumError, Misconfigured, ServiceDown
from tests.moto_aws import MotoAws

PROGRAM = """
from chalicelib.adapters.clients import AwsClients
from chalicelib.adapters.results_bucket import ResultsBucket
print(ResultsBucket("csvsum-results", AwsClients().s3).link("id/job.json"))
"""


def link(region: str, endpoint: str | None = None) -> str:
    """Return a link that a process makes which has this region and this endpoint."""
    others = {name: text for name, text in os.environ.items() if not name.startswith("AWS_")}
    environment = {
        **others,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        **({"AWS_ENDPOINT_URL": endpoint} if endpoint else {}),
    }
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


# A young bucket answers at the global host with a redirect, which a signed link does not survive,
# and one in a region that accounts opt into (af-south-1) never answers there:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "af-south-1"])
def test_a_link_names_the_host_of_its_region(region: str) -> None:
    host = f"https://csvsum-results.s3.{region}.amazonaws.com/id/job.json?"
    assert link(region).startswith(host)


# No name server knows a bucket of an emulator.
@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:4566", "http://localstack:4566"])
def test_a_link_to_an_emulator_has_the_bucket_in_its_path(endpoint: str) -> None:
    assert link("eu-central-1", endpoint).startswith(f"{endpoint}/csvsum-results/id/job.json?")


def test_a_text_comes_back_also_by_its_link(
    aws: MotoAws, clients: AwsClients, unique: Callable[[str], str]
) -> None:
    bucket = ResultsBucket(unique("results"), clients.s3)
    aws.client("s3").create_bucket(Bucket=bucket.bucket)
    url = urlsplit(bucket.publish("id/job.json", '{"a": "é"}'))
    assert url.netloc == urlsplit(aws.endpoint).netloc
    assert bucket.get("id/job.json") == '{"a": "é"}'
    assert bucket.get("id/other.json") is None


def answering(code: str, status: int) -> ResultsBucket:
    """Return a bucket whose S3 answers GET with an error."""
    s3 = boto3.client("s3", region_name="us-east-1")
    stub = Stubber(s3)
    stub.add_client_error("get_object", code, http_status_code=status)
    stub.activate()
    return ResultsBucket("results", lambda: s3)


# https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html: without s3:ListBucket, a
# missing object is 403 AccessDenied.
def test_a_text_that_has_expired_is_none_also_without_the_right_to_list() -> None:
    assert answering("AccessDenied", 403).get("id/job.json") is None


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [("SlowDown", 503, ServiceDown), ("NoSuchBucket", 404, Misconfigured)],
)
def test_other_errors_are_not_taken_for_a_missing_text(
    code: str, status: int, error: type[CsvsumError]
) -> None:
    with pytest.raises(error):
        answering(code, status).get("id/job.json")
