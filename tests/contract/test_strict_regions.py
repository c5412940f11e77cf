"""The stand-in's regions: hosts of presigned links, young buckets, buckets that are elsewhere."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.strict_aws import StrictAws, follow, get

REGIONS = ("us-east-1", "eu-central-1", "af-south-1")
VIRTUAL = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
BY_DEFAULT = Config(signature_version="s3v4")


@pytest.fixture
def strict() -> Iterator[StrictAws]:
    with StrictAws() as aws:
        for region in REGIONS:
            s3 = aws.tester("s3", region)
            place: Any = {"CreateBucketConfiguration": {"LocationConstraint": region}}
            s3.create_bucket(Bucket=f"results-{region}", **({} if region == REGIONS[0] else place))
            s3.put_object(Bucket=f"results-{region}", Key="job/sums.json", Body=b"{}")
        yield aws


def link(strict: StrictAws, region: str, config: Config) -> str:
    url: str = strict.client("s3", region, config).generate_presigned_url(
        "get_object", Params={"Bucket": f"results-{region}", "Key": "job/sums.json"}, ExpiresIn=300
    )
    return url


@pytest.mark.parametrize("region", REGIONS)
def test_a_link_to_the_regional_host_works_from_the_first_minute(
    strict: StrictAws, region: str
) -> None:
    url = link(strict, region, VIRTUAL)
    if region != "us-east-1":
        assert url.startswith(f"https://results-{region}.s3.{region}.amazonaws.com/")
    assert (get(strict, url).status, get(strict, url).body) == (200, b"{}")


def test_a_young_bucket_redirects_the_global_host_and_the_link_dies_of_it(
    strict: StrictAws,
) -> None:
    url = link(strict, "eu-central-1", BY_DEFAULT)
    assert url.startswith("https://results-eu-central-1.s3.amazonaws.com/")
    first = get(strict, url)
    assert first.status == 307
    assert first.headers["Location"].startswith(
        "https://results-eu-central-1.s3.eu-central-1.amazonaws.com/job/sums.json?"
    )
    end = follow(strict, url)
    assert (end.status, b"SignatureDoesNotMatch" in end.body) == (403, True)


def test_after_a_day_the_global_host_finds_a_bucket_of_an_old_region(strict: StrictAws) -> None:
    strict.clock.advance(hours=25)
    assert follow(strict, link(strict, "eu-central-1", BY_DEFAULT)).status == 200


def test_the_global_host_never_finds_a_bucket_of_an_opt_in_region(strict: StrictAws) -> None:
    strict.clock.advance(days=400)
    answer = follow(strict, link(strict, "af-south-1", BY_DEFAULT))
    assert (answer.status, b"IllegalLocationConstraint" in answer.body) == (400, True)


def test_the_global_host_serves_us_east_1_at_once(strict: StrictAws) -> None:
    assert follow(strict, link(strict, "us-east-1", BY_DEFAULT)).status == 200


def test_a_link_ends_when_its_time_is_over(strict: StrictAws) -> None:
    url = link(strict, "us-east-1", VIRTUAL)
    strict.clock.advance(299)
    assert get(strict, url).status == 200
    strict.clock.advance(2)
    answer = get(strict, url)
    assert (answer.status, b"Request has expired" in answer.body) == (403, True)


def test_a_link_that_somebody_changed_is_refused(strict: StrictAws) -> None:
    url = link(strict, "us-east-1", VIRTUAL)
    assert get(strict, url.replace("job/sums.json", "other")).status == 403


def test_a_link_has_the_rights_of_its_maker(strict: StrictAws) -> None:
    strict.tester("s3").delete_object(Bucket="results-us-east-1", Key="job/sums.json")
    assert get(strict, link(strict, "us-east-1", VIRTUAL)).status == 403


def test_a_bucket_of_another_old_region_is_found_by_the_redirect(strict: StrictAws) -> None:
    strict.clock.advance(hours=25)
    s3 = strict.client("s3", "us-east-1")
    answer = s3.get_object(Bucket="results-eu-central-1", Key="job/sums.json")
    assert answer["Body"].read() == b"{}"


def test_a_table_of_another_region_is_not_there(strict: StrictAws) -> None:
    dynamodb = strict.client("dynamodb", "eu-central-1")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        dynamodb.get_item(TableName="csvsum", Key={"pk": {"S": "1"}})
