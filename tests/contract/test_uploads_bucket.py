"""The uploads bucket: forms for every region, and what S3 does with them."""

import json
import os
import subprocess
import sys
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from chalicelib.adapters.clients import AwsClients, make_s3
from chalicelib.adapters.s3_source import S3Place, S3Source
from chalicelib.adapters.uploads_bucket import UploadsBucket
from chalicelib.errors import CsvsumError, FileMissing, Misconfigured, ServiceDown
from chalicelib.jobs.uploads import PREFIX
from tests.forms import send_form
from tests.moto_aws import MotoAws
from tests.strict_aws import StrictAws

OTHER = "999999999999"
PROGRAM = """
from chalicelib.adapters.clients import AwsClients
from chalicelib.adapters.uploads_bucket import UploadsBucket
print(UploadsBucket("csvsum-uploads", AwsClients().s3).origin())
"""


def origin(region: str, endpoint: str | None = None) -> str:
    """Return the origin of forms that a process makes which has this region and this endpoint."""
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
    return done.stdout.strip()


# The global host answers a form for a young bucket with a redirect, which browsers do not follow
# with a file: https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "af-south-1"])
def test_a_form_goes_to_the_host_of_its_region(region: str) -> None:
    assert origin(region) == f"https://csvsum-uploads.s3.{region}.amazonaws.com"


def test_a_form_for_an_emulator_goes_to_its_host() -> None:
    assert origin("eu-central-1", "http://127.0.0.1:4566") == "http://127.0.0.1:4566"


@pytest.fixture
def bucket(aws: MotoAws, clients: AwsClients, unique: Callable[[str], str]) -> UploadsBucket:
    name = unique("uploads")
    aws.client("s3").create_bucket(Bucket=name)
    return UploadsBucket(name, clients.s3)


def policy_of(fields: Mapping[str, str]) -> Any:
    return json.loads(b64decode(fields["policy"]))


def test_a_form_is_signed_for_one_key_and_no_more_bytes(bucket: UploadsBucket) -> None:
    _, fields = bucket.form("me/1/x.csv", 100, 600)
    conditions = policy_of(fields)["conditions"]
    assert {"key": "me/1/x.csv"} in conditions
    assert {"bucket": bucket.bucket} in conditions
    assert ["content-length-range", 0, 100] in conditions
    assert not any(each[0] == "starts-with" for each in conditions if isinstance(each, list))


def test_what_is_sent_with_a_form_can_be_read(bucket: UploadsBucket, clients: AwsClients) -> None:
    sent = send_form(*bucket.form("me/1/é x.csv", 100, 600), b"a\n1\n")
    assert sent.status == 204
    source = S3Source(S3Place(bucket.bucket, mount=PREFIX), clients.s3)
    probe = source.probe("uploads/me/1/é x.csv")
    assert probe.head == b"a\n1\n"
    assert b"".join(source.read("uploads/me/1/é x.csv", probe.version)) == b"a\n1\n"
    with pytest.raises(FileMissing, match=r"'uploads/me/1/other\.csv'"):
        source.version("uploads/me/1/other.csv")


def test_moto_checks_nothing_of_a_form(bucket: UploadsBucket) -> None:
    """Documented in docs/aws.md: so the limit is tested with MiniStack, in tests/local."""
    url, fields = bucket.form("me/1/x.csv", 1, 600)
    assert send_form(url, {**fields, "key": "you/1/x.csv"}, b"a\n1\n").status == 204


def test_a_store_that_is_missing_is_noticed_before_the_client_sends_its_file(
    clients: AwsClients, unique: Callable[[str], str]
) -> None:
    with pytest.raises(Misconfigured, match="uploads bucket"):
        UploadsBucket(unique("missing"), clients.s3).form("me/1/x.csv", 100, 600)


def answering(code: str, status: int) -> UploadsBucket:
    s3 = boto3.client("s3", region_name="us-east-1")
    stub = Stubber(s3)
    stub.add_client_error("get_bucket_location", code, http_status_code=status)
    stub.activate()
    return UploadsBucket("uploads", lambda: s3)


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [("SlowDown", 503, ServiceDown), ("AccessDenied", 403, Misconfigured)],
)
def test_a_store_that_does_not_answer_gives_no_form(
    code: str, status: int, error: type[CsvsumError]
) -> None:
    with pytest.raises(error):
        answering(code, status).form("me/1/x.csv", 100, 600)


def test_no_file_is_sent_to_or_read_from_a_bucket_of_another_account() -> None:
    with StrictAws("us-east-1") as strict:
        strict.tester("s3", account=OTHER).create_bucket(Bucket="uploads")
        strict.s3.bucket("uploads").is_open = True
        strict.tester("s3", account=OTHER).put_object(Bucket="uploads", Key="me/x.csv", Body=b"a")
        s3 = strict.adopt(make_s3)
        with pytest.raises(Misconfigured):
            UploadsBucket("uploads", lambda: s3, strict.account).form("me/1/x.csv", 100, 600)
        place = S3Place("uploads", owner=strict.account, mount=PREFIX)
        for read in (S3Source(place, lambda: s3).probe, S3Source(place, lambda: s3).version):
            with pytest.raises(FileMissing):
                read("uploads/me/x.csv")
        strict.tester("s3").create_bucket(Bucket="ours")
        assert UploadsBucket("ours", lambda: s3, strict.account).form("me/1/x.csv", 100, 600)
