"""The uploads bucket: forms with which a client uploads one object."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from chalicelib.adapters.aws_errors import translate_aws_errors
from chalicelib.adapters.clients import Lazy, make_s3
from chalicelib.adapters.results_bucket import Owner

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "The uploads bucket"
# For a form that is not sent.
ANY_SECONDS = 60


class UploadsBucket:
    """A ``client_ports.Uploads``. ``owner``: the account that the bucket must belong to, or empty.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html
    """

    def __init__(
        self, bucket: str, s3: "Callable[[], S3Client] | None" = None, owner: str = ""
    ) -> None:
        self.bucket = bucket
        self.s3 = s3 or Lazy(make_s3)
        self._owner: Owner = {"ExpectedBucketOwner": owner} if owner else {}

    @translate_aws_errors(BUCKET)
    def form(self, key: str, max_bytes: int, seconds: int) -> tuple[str, Mapping[str, str]]:
        # A form cannot name the owner that it expects, so ask before each: another account may
        # have taken the name of the bucket, and would get the file.
        self.s3().get_bucket_location(Bucket=self.bucket, **self._owner)
        return self._signed(key, max_bytes, seconds)

    @translate_aws_errors(BUCKET)
    def origin(self) -> str:
        url, _ = self._signed("any", 0, ANY_SECONDS)
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc}"

    def _signed(self, key: str, max_bytes: int, seconds: int) -> tuple[str, Mapping[str, str]]:
        form = self.s3().generate_presigned_post(
            Bucket=self.bucket,
            Key=key,
            Conditions=[["content-length-range", 0, max_bytes]],
            ExpiresIn=seconds,
        )
        return form["url"], form["fields"]
