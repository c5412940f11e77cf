"""S3's rules over moto's store: hidden objects, owners, regions, keys of KMS, lifecycles."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

from tests.strict_aws.errors import AwsError, Refused, S3Errors
from tests.strict_aws.principals import Principal
from tests.strict_aws.wire import Answer, Request

if TYPE_CHECKING:
    from tests.strict_aws.aws import StrictAws

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
READS = ("GetObject", "HeadObject")
LISTS = ("ListObjects", "ListObjectsV2", "ListObjectVersions")


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


class S3:
    def __init__(self, aws: "StrictAws") -> None:
        self._aws = aws
        self._buckets: dict[str, Bucket] = {}
        self._keys: dict[tuple[str, str], str] = {}
        self._written: dict[tuple[str, str], datetime] = {}
        self._disabled_keys: set[str] = set()

    def bucket(self, name: str) -> Bucket:
        """Return what the rules know of a bucket, to change it."""
        return self._buckets[name]

    def disable_key(self, arn: str) -> None:
        """Disable a key of KMS."""
        self._disabled_keys.add(arn)

    def serve(self, request: Request, principal: Principal) -> Answer:
        target = target_of(request)
        bucket = self._buckets.get(target.bucket)
        if bucket is None:
            answer = self._aws.store(request, principal)
            self._remember_bucket(request, principal, target, answer)
            return answer
        self._require_region(request, target, bucket)
        self._require_owner(request, principal, bucket)
        self._remove_expired(target.bucket, bucket)
        self._require_decrypt(request, principal, target)
        self._require_list(request, principal, target)
        answer = self._aws.store(request, replace(principal, account=bucket.owner))
        self._remember(request, target, answer)
        return self._without_hint(request, principal, target, answer)

    def _remember_bucket(
        self, request: Request, principal: Principal, target: Target, answer: Answer
    ) -> None:
        if request.operation == "CreateBucket" and answer.status == 200:
            self._buckets[target.bucket] = Bucket(
                principal.account, request.region, self._aws.clock.now()
            )

    def _remember(self, request: Request, target: Target, answer: Answer) -> None:
        place = (target.bucket, target.key)
        if answer.status >= 300:
            return
        if request.operation == "DeleteBucket":
            del self._buckets[target.bucket]
        if request.operation == "PutBucketLifecycleConfiguration":
            self._buckets[target.bucket].days = _expiration_days(request.body)
        if request.operation in ("PutObject", "CopyObject", "CompleteMultipartUpload"):
            self._written[place] = self._aws.clock.now()
        if request.operation in ("PutObject", "CopyObject", "CreateMultipartUpload"):
            key = _header(request.headers, "x-amz-server-side-encryption-aws-kms-key-id")
            self._keys.pop(place, None)
            if key:
                self._keys[place] = key

    def _require_region(self, request: Request, target: Target, bucket: Bucket) -> None:
        is_global = target.region == ""
        if bucket.region == (target.region or "us-east-1"):
            return
        if bucket.region not in OLD_REGIONS:
            # https://docs.aws.amazon.com/AmazonS3/latest/userguide/MakingRequests.html: status 400
            raise Refused(_wrong_location(bucket))
        if self._aws.clock.now() - bucket.created < YOUNG:
            raise Refused(_temporary_redirect(request, target, bucket))
        if not is_global:
            raise Refused(_permanent_redirect(target, bucket))

    def _require_owner(self, request: Request, principal: Principal, bucket: Bucket) -> None:
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
        expected = _header(request.headers, "x-amz-expected-bucket-owner")
        if expected and expected != bucket.owner:
            raise Refused(S3Errors.ACCESS_DENIED)
        if principal.account != bucket.owner and not bucket.is_open:
            raise Refused(S3Errors.ACCESS_DENIED)

    def _require_decrypt(self, request: Request, principal: Principal, target: Target) -> None:
        # HEAD reads no data and asks KMS nothing; GET decrypts.
        # https://repost.aws/knowledge-center/decrypt-kms-encrypted-objects-s3
        key = self._keys.get((target.bucket, target.key))
        if key is None or request.operation != "GetObject":
            return
        if key in self._disabled_keys:
            raise Refused(AwsError("KMS.DisabledException", 400, f"{key} is disabled."))
        if not self._aws.rights.allows(principal, "kms:Decrypt", key):
            who = f"arn:aws:sts::{principal.account}:assumed-role/{principal.kind}/strict"
            message = (
                f"User: {who} is not authorized to perform: kms:Decrypt on resource: {key} "
                "because no identity-based policy allows the kms:Decrypt action"
            )
            raise Refused(AwsError("AccessDenied", 403, message))

    def _require_list(self, request: Request, principal: Principal, target: Target) -> None:
        if request.operation in LISTS and not self._may_list(principal, target):
            raise Refused(S3Errors.ACCESS_DENIED)

    def _may_list(self, principal: Principal, target: Target) -> bool:
        return self._aws.rights.allows(principal, "s3:ListBucket", target.bucket)

    def _without_hint(
        self, request: Request, principal: Principal, target: Target, answer: Answer
    ) -> Answer:
        """Answer 403 in place of 404 to whoever may not list the bucket.

        Sources: API_GetObject.html and API_HeadObject.html, "Permissions", in
        https://docs.aws.amazon.com/AmazonS3/latest/API/
        """
        missing = request.operation in READS and answer.status == 404
        if missing and not self._may_list(principal, target):
            return S3Errors.ACCESS_DENIED.answer(request)
        return answer

    def _remove_expired(self, name: str, bucket: Bucket) -> None:
        if bucket.days is None:
            return
        now = self._aws.clock.now()
        for place, written in list(self._written.items()):
            if place[0] == name and now >= expiry(written, bucket.days) + bucket.late:
                del self._written[place]
                bucket_days, bucket.days = bucket.days, None
                self._aws.tester("s3", bucket.region, bucket.owner).delete_object(
                    Bucket=name, Key=place[1]
                )
                bucket.days = bucket_days


def expiry(written: datetime, days: int) -> datetime:
    """Return when an object expires: at the midnight (UTC) after so many days.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
    """
    after = written + timedelta(days=days)
    midnight = after.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight if midnight == after else midnight + timedelta(days=1)


def _expiration_days(body: bytes) -> int | None:
    tree = ElementTree.fromstring(body)
    found = [node.text for node in tree.iter() if node.tag.endswith("}Days") or node.tag == "Days"]
    return min((int(text) for text in found if text), default=None)


def _header(headers: Mapping[str, Any], name: str) -> str | None:
    lowered = {key.lower(): str(value) for key, value in headers.items()}
    return lowered.get(name)


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
