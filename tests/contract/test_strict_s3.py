"""The stand-in's S3, by plain boto3: what a bucket refuses on AWS and grants on emulators."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.strict_aws import StrictAws

KEY = "arn:aws:kms:us-east-1:111122223333:key/one"


@pytest.fixture
def strict() -> Iterator[StrictAws]:
    with StrictAws() as aws:
        aws.tester("s3").create_bucket(Bucket="files")
        yield aws


def refusal(call: Any, **arguments: Any) -> tuple[str, int]:
    """Return the code and the status of the error that a call ends with."""
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    response: Any = refused.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def test_an_object_that_is_there_is_read(strict: StrictAws) -> None:
    strict.tester("s3").put_object(Bucket="files", Key="a b/ü+%41.csv", Body=b"1,2\n")
    answer = strict.client("s3").get_object(Bucket="files", Key="a b/ü+%41.csv")
    assert answer["Body"].read() == b"1,2\n"


def test_a_missing_object_is_forbidden_without_the_right_to_list(strict: StrictAws) -> None:
    s3 = strict.client("s3")
    assert refusal(s3.get_object, Bucket="files", Key="x") == ("AccessDenied", 403)
    assert refusal(s3.head_object, Bucket="files", Key="x") == ("403", 403)


def test_a_missing_object_is_not_found_with_the_right_to_list(strict: StrictAws) -> None:
    strict.rights.allow("s3:ListBucket", "files")
    s3 = strict.client("s3")
    assert refusal(s3.get_object, Bucket="files", Key="x") == ("NoSuchKey", 404)
    assert refusal(s3.head_object, Bucket="files", Key="x") == ("404", 404)


def test_a_bucket_is_listed_only_with_the_right_to(strict: StrictAws) -> None:
    s3 = strict.client("s3")
    assert refusal(s3.list_objects_v2, Bucket="files") == ("AccessDenied", 403)
    strict.rights.allow("s3:ListBucket", "files")
    assert s3.list_objects_v2(Bucket="files")["KeyCount"] == 0


def test_a_bucket_that_is_not_there_says_so_to_everyone(strict: StrictAws) -> None:
    answer = refusal(strict.client("s3").get_object, Bucket="no-such-bucket", Key="x")
    assert answer == ("NoSuchBucket", 404)


def test_an_archived_object_shows_its_class_and_is_not_read(strict: StrictAws) -> None:
    strict.tester("s3").put_object(
        Bucket="files", Key="old.csv", Body=b"1\n", StorageClass="GLACIER"
    )
    s3 = strict.client("s3")
    assert s3.head_object(Bucket="files", Key="old.csv")["StorageClass"] == "GLACIER"
    answer = refusal(s3.get_object, Bucket="files", Key="old.csv")
    assert answer == ("InvalidObjectState", 403)


def put_encrypted(strict: StrictAws) -> None:
    strict.tester("s3").put_object(
        Bucket="files",
        Key="secret.csv",
        Body=b"1\n",
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId=KEY,
    )


def test_without_decrypt_a_head_passes_and_a_get_is_denied(strict: StrictAws) -> None:
    put_encrypted(strict)
    s3 = strict.client("s3")
    assert s3.head_object(Bucket="files", Key="secret.csv")["ContentLength"] == 2
    with pytest.raises(ClientError, match="not authorized to perform: kms:Decrypt") as refused:
        s3.get_object(Bucket="files", Key="secret.csv")
    assert refused.value.response["Error"]["Code"] == "AccessDenied"


def test_with_decrypt_an_encrypted_object_is_read_until_its_key_is_disabled(
    strict: StrictAws,
) -> None:
    put_encrypted(strict)
    strict.rights.allow("kms:Decrypt", KEY)
    s3 = strict.client("s3")
    assert s3.get_object(Bucket="files", Key="secret.csv")["Body"].read() == b"1\n"
    strict.s3.disable_key(KEY)
    answer = refusal(s3.get_object, Bucket="files", Key="secret.csv")
    assert answer == ("KMS.DisabledException", 400)


def test_a_bucket_of_another_owner_than_expected_is_refused(strict: StrictAws) -> None:
    strict.tester("s3", account="999999999999").create_bucket(Bucket="squatted")
    strict.s3.bucket("squatted").is_open = True
    deployer = strict.session().client("s3")
    deployer.head_bucket(Bucket="squatted")
    answer = refusal(deployer.head_bucket, Bucket="squatted", ExpectedBucketOwner=strict.account)
    assert answer == ("403", 403)
    deployer.head_bucket(Bucket="files", ExpectedBucketOwner=strict.account)


def test_a_bucket_of_another_account_is_closed(strict: StrictAws) -> None:
    strict.tester("s3", account="999999999999").create_bucket(Bucket="elsewhere")
    assert refusal(strict.session().client("s3").head_bucket, Bucket="elsewhere")[1] == 403


def expire(strict: StrictAws, days: int, bucket: str = "files") -> None:
    rule = {
        "ID": "expire",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "Expiration": {"Days": days},
    }
    strict.tester("s3").put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration={"Rules": [rule]}
    )


def test_an_object_expires_at_the_midnight_after_its_days(strict: StrictAws) -> None:
    expire(strict, days=30)
    strict.tester("s3").put_object(Bucket="files", Key="result", Body=b"1")
    s3 = strict.client("s3")
    strict.clock.advance(days=30, hours=11)
    assert s3.get_object(Bucket="files", Key="result")["Body"].read() == b"1"
    strict.clock.advance(hours=1)
    assert refusal(s3.get_object, Bucket="files", Key="result") == ("AccessDenied", 403)


def test_an_expired_object_may_be_removed_late(strict: StrictAws) -> None:
    expire(strict, days=1)
    strict.s3.bucket("files").late = timedelta(days=2)
    strict.tester("s3").put_object(Bucket="files", Key="result", Body=b"1")
    strict.clock.advance(days=3)
    strict.client("s3").get_object(Bucket="files", Key="result")
    strict.clock.advance(days=1)
    assert refusal(strict.client("s3").get_object, Bucket="files", Key="result")[1] == 403


def test_each_bucket_has_a_lifecycle_of_its_own(strict: StrictAws) -> None:
    strict.tester("s3").create_bucket(Bucket="kept")
    for bucket, days in (("files", 1), ("kept", 800)):
        expire(strict, days, bucket)
        strict.tester("s3").put_object(Bucket=bucket, Key="x", Body=b"1")
    s3 = strict.client("s3")
    strict.clock.advance(days=400)
    assert refusal(s3.get_object, Bucket="files", Key="x")[1] == 403
    assert s3.get_object(Bucket="kept", Key="x")["Body"].read() == b"1"
    strict.clock.advance(days=401)
    assert refusal(s3.get_object, Bucket="kept", Key="x")[1] == 403
