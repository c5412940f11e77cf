"""The stand-in's rules for names of buckets, by plain boto3."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.strict_aws import StrictAws

OTHER = "999999999999"
REGION = "eu-central-1"
PLACE = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
REGIONAL = {"BucketNamespace": "account-regional"}


@pytest.fixture
def strict() -> Iterator[StrictAws]:
    with StrictAws(REGION) as aws:
        yield aws


def refusal(client: Any, name: str, **more: Any) -> str:
    with pytest.raises(ClientError) as refused:
        client.create_bucket(Bucket=name, **more)
    code: str = refused.value.response["Error"]["Code"]
    return code


def test_an_account_makes_buckets_in_its_own_namespace(strict: StrictAws) -> None:
    name = f"a-{strict.account}-{REGION}-an"
    strict.session().client("s3").create_bucket(Bucket=name, **REGIONAL, **PLACE)
    strict.session().client("s3").head_bucket(Bucket=name, ExpectedBucketOwner=strict.account)


@pytest.mark.parametrize("namespace", [{}, {"BucketNamespace": "global"}])
def test_its_names_need_the_header(strict: StrictAws, namespace: dict[str, str]) -> None:
    name = f"a-{strict.account}-{REGION}-an"
    s3 = strict.session().client("s3")
    assert refusal(s3, name, **namespace, **PLACE) == "MissingNamespaceHeader"


def test_the_header_needs_its_names(strict: StrictAws) -> None:
    s3 = strict.session().client("s3")
    for name in ("a", "a-an", f"a-{strict.account}-{REGION}"):
        assert refusal(s3, f"csv-{name}", **REGIONAL, **PLACE) == "InvalidNamespaceHeader"


def test_no_other_account_or_region_takes_a_name(strict: StrictAws) -> None:
    name = f"a-{strict.account}-{REGION}-an"
    theirs = strict.session(account=OTHER).client("s3")
    elsewhere = strict.session(region="us-east-1").client("s3")
    assert refusal(theirs, name, **REGIONAL, **PLACE) == "InvalidBucketNamespace"
    assert refusal(theirs, name, **PLACE) == "MissingNamespaceHeader"
    assert refusal(elsewhere, name, **REGIONAL) == "InvalidBucketNamespace"


def test_no_global_name_ends_so(strict: StrictAws) -> None:
    assert refusal(strict.session().client("s3"), "plain-an", **PLACE) == "InvalidBucketName"


@pytest.mark.parametrize("region", ["me-central-1", "me-south-1"])
def test_two_regions_have_no_such_namespace(strict: StrictAws, region: str) -> None:
    s3, place = strict.session(region=region).client("s3"), {"LocationConstraint": region}
    name, configured = f"a-{strict.account}-{region}-an", {"CreateBucketConfiguration": place}
    assert refusal(s3, name, **REGIONAL, **configured) == "NotImplemented"
    s3.create_bucket(Bucket="plain", **configured)
