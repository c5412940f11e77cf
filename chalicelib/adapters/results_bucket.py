"""The results bucket: texts that are too long for an item of the table or for a reply."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, TypedDict
from urllib.parse import urlsplit

from chalicelib.adapters.aws_errors import code_of, translate_aws_errors
from chalicelib.adapters.clients import Lazy, make_s3

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LINK_SECONDS = 300
MISSING = ("NoSuchKey", "AccessDenied")
BUCKET = "The results bucket"

log = logging.getLogger("csvsum")


class Owner(TypedDict, total=False):
    ExpectedBucketOwner: str


class ResultsBucket:
    """JSON texts by key; also a ``ports.ReplyStore``. Links work for ``link_seconds``.

    ``owner`` is the account that the bucket must belong to; empty: any. Names of buckets are unique
    among all accounts, and another one may have taken ours first:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    """

    def __init__(
        self,
        bucket: str,
        s3: "Callable[[], S3Client] | None" = None,
        link_seconds: int = LINK_SECONDS,
        owner: str = "",
    ) -> None:
        self.bucket = bucket
        self.s3 = s3 or Lazy(make_s3)
        self.link_seconds = link_seconds
        self._owner: Owner = {"ExpectedBucketOwner": owner} if owner else {}

    @translate_aws_errors(BUCKET)
    def put(self, key: str, text: str) -> None:
        self.s3().put_object(
            Bucket=self.bucket,
            Key=key,
            Body=text.encode(),
            ContentType="application/json",
            **self._owner,
        )

    def publish(self, key: str, text: str) -> str:
        self.put(key, text)
        return self.link(key)

    @translate_aws_errors(BUCKET)
    def link(self, key: str) -> str:
        return self.s3().generate_presigned_url(
            "get_object", Params={"Bucket": self.bucket, "Key": key}, ExpiresIn=self.link_seconds
        )

    def origin(self) -> str:
        """Return the scheme and the host of links. No request is sent for it."""
        parts = urlsplit(self.link("any"))
        return f"{parts.scheme}://{parts.netloc}"

    @translate_aws_errors(BUCKET)
    def get(self, key: str) -> str | None:
        """Return the text; None if there is none, for example because it has expired.

        Without the right to list the bucket, a missing object is answered with 403:
        https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
        """
        from botocore.exceptions import ClientError

        try:
            answer = self.s3().get_object(Bucket=self.bucket, Key=key, **self._owner)
            return answer["Body"].read().decode()
        except ClientError as error:
            if code_of(error) not in MISSING:
                raise
            log.warning("the results bucket has no %s, or refuses it: %s", key, code_of(error))
            return None
