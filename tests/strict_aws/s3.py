"""S3's rules over moto's store: hidden objects, owners, names, regions, KMS's keys, lifecycles."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from tests.strict_aws.errors import AwsError, Refused, S3Errors
from tests.strict_aws.principals import Principal
from tests.strict_aws.s3_namespaces import HEADER, require_namespace
from tests.strict_aws.s3_regions import Bucket, Target, require_region, target_of
from tests.strict_aws.wire import Answer, Request

if TYPE_CHECKING:
    from tests.strict_aws.aws import StrictAws

READS = ("GetObject", "HeadObject")
LISTS = ("ListObjects", "ListObjectsV2", "ListObjectVersions")


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
        if request.operation == "CreateBucket":
            header = _header(request.headers, HEADER)
            require_namespace(target.bucket, header, principal.account, request.region)
        if bucket is None:
            answer = self._aws.store(request, principal)
            self._remember_bucket(request, principal, target, answer)
            return answer
        require_region(request, target, bucket, self._aws.clock.now())
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
        """Answer 403 instead of 404 to a caller that may not list the bucket.

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
