"""Which host finds a bucket: regions, the global endpoint, redirects."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from tests.strict_aws.errors import AwsError, Refused
from tests.strict_aws.wire import Request

# Regions in which the global endpoint finds a bucket: those launched before 2019-03-20.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
OLD_REGIONS = frozenset(
    {
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
        "ca-central-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "eu-central-1",
        "eu-north-1",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "sa-east-1",
    }
)
# https://repost.aws/knowledge-center/s3-http-307-response: up to 24 hours
YOUNG = timedelta(hours=24)


@dataclass
class Bucket:
    """``late``: how long after their expiry objects are removed; AWS names no bound."""

    owner: str
    region: str
    created: datetime
    is_open: bool = False
    days: int | None = None
    late: timedelta = timedelta()


@dataclass(frozen=True)
class Target:
    """What a request's URL names; no ``region`` in the name of the global endpoint."""

    bucket: str
    key: str
    region: str


def target_of(request: Request) -> Target:
    """Read bucket and key out of a URL of either style.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
    """
    host, path = request.host.removesuffix(".amazonaws.com"), request.path.lstrip("/")
    before, _, region = host.rpartition("s3")
    if before:
        return Target(before.rstrip("."), path, region.lstrip("."))
    bucket, _, key = path.partition("/")
    return Target(bucket, key, region.lstrip("."))


def require_region(request: Request, target: Target, bucket: Bucket, now: datetime) -> None:
    """Raise Refused where a request comes to another region than the bucket's."""
    if bucket.region == (target.region or "us-east-1"):
        return
    if bucket.region not in OLD_REGIONS:
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/MakingRequests.html: status 400
        raise Refused(_wrong_location(bucket))
    if now - bucket.created < YOUNG:
        raise Refused(_temporary_redirect(request, target, bucket))
    if target.region:
        raise Refused(_permanent_redirect(target, bucket))


def _endpoint(target: Target, bucket: Bucket) -> str:
    return f"{target.bucket}.s3.{bucket.region}.amazonaws.com"


def _wrong_location(bucket: Bucket) -> AwsError:
    message = (
        f"The {bucket.region} location constraint is incompatible for the region specific endpoint "
        "this request was sent to."
    )
    return AwsError("IllegalLocationConstraintException", 400, message)


def _temporary_redirect(request: Request, target: Target, bucket: Bucket) -> AwsError:
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html
    endpoint = _endpoint(target, bucket)
    query = urlsplit(request.url).query
    location = f"https://{endpoint}/{quote(target.key)}" + (f"?{query}" if query else "")
    message = (
        "Please re-send this request to the specified temporary endpoint. Continue to use the "
        "original request endpoint for future requests."
    )
    members = {"Endpoint": endpoint, "Bucket": target.bucket}
    headers = {"Location": location, "x-amz-bucket-region": bucket.region}
    return AwsError("TemporaryRedirect", 307, message, members, headers=headers)


def _permanent_redirect(target: Target, bucket: Bucket) -> AwsError:
    message = (
        "The bucket you are attempting to access must be addressed using the specified endpoint. "
        "Please send all future requests to this endpoint."
    )
    members = {"Endpoint": _endpoint(target, bucket), "Bucket": target.bucket}
    headers = {"x-amz-bucket-region": bucket.region}
    return AwsError("PermanentRedirect", 301, message, members, headers=headers)
