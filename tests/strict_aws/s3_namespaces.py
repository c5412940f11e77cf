"""Which names CreateBucket takes: the global namespace, and the one of an account in a region.

Sources:

- https://docs.aws.amazon.com/AmazonS3/latest/userguide/gpbucketnamespaces.html: the format of
  names, and that all regions have the feature but Bahrain and the UAE.
- https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html: no other names may
  end in ``-an``.
- Codes and words as S3 was seen to answer: MissingNamespaceHeader in
  https://github.com/ansible-collections/amazon.aws/issues/2935, InvalidNamespaceHeader in
  https://github.com/getmoto/moto/pull/9871, InvalidBucketNamespace in
  https://onecloudplease.com/blog/bucketsquatting-is-finally-dead (its words: as other emulators
  have them).
- What a region without the feature answers is not published. Here: S3's NotImplemented, "a header
  you provided implies functionality that is not implemented", of
  https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

import re

from tests.strict_aws.errors import AwsError, Refused

HEADER = "x-amz-bucket-namespace"
REGIONAL = "account-regional"
REGIONS_WITHOUT = ("me-central-1", "me-south-1")
ENDING = re.compile(r".+-(\d{12})-([a-z]+-[a-z-]+-\d+)-an")


def require_namespace(bucket: str, header: str | None, account: str, region: str) -> None:
    """Raise Refused where S3 makes no bucket of that name for that account in that region."""
    if header == REGIONAL and region in REGIONS_WITHOUT:
        message = "A header you provided implies functionality that is not implemented."
        raise Refused(AwsError("NotImplemented", 501, message))
    ending = ENDING.fullmatch(bucket)
    if ending:
        _require_own(ending[1], ending[2], header, (account, region))
    elif header == REGIONAL:
        message = (
            "The requested bucket name did not include the account-regional namespace suffix, but "
            f"the provided {HEADER} header value is account-regional. Specify "
            f"-{account}-{region}-an as the bucket name suffix to create a bucket in your "
            "account-regional namespace, or remove the header."
        )
        raise Refused(AwsError("InvalidNamespaceHeader", 400, message))
    elif bucket.endswith("-an"):
        raise Refused(AwsError("InvalidBucketName", 400, "The specified bucket is not valid."))


def _require_own(account: str, region: str, header: str | None, caller: tuple[str, str]) -> None:
    start = "The requested bucket is an account-regional namespace bucket, but"
    if header != REGIONAL:
        message = f"{start} your request is missing the required {HEADER} header."
        raise Refused(AwsError("MissingNamespaceHeader", 400, message))
    if (account, region) != caller:
        message = (
            f"{start} the requested AWS Account ID '{account}' or region '{region}' does not match "
            f"the caller's '{caller[0]}' and '{caller[1]}'."
        )
        raise Refused(AwsError("InvalidBucketNamespace", 400, message))
