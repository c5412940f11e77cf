"""What S3 does to its readers: broken bodies, wrong ranges, archives, keys that are refused."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError, FlexibleChecksumError
from urllib3.exceptions import ProtocolError

from chalicelib.adapters.clients import AwsClients
from chalicelib.adapters.pauses import Pauses
from chalicelib.adapters.s3_source import ReadLimits, S3Place, S3Source
from chalicelib.errors import (
    CsvsumError,
    FileArchived,
    FileChanged,
    FileEncrypted,
    FileGone,
    FileMissing,
    Misconfigured,
    TryAgain,
)
from chalicelib.jobs.job import FileVersion
from tests.moto_aws import MotoAws

RANGE = 100_000
DATA = os.urandom(10_000) * 25 + b"end"
NO_PAUSES = Pauses(sleep=lambda _: None)
LIMITS = ReadLimits(range_bytes=RANGE, block_bytes=10_000)


@pytest.fixture
def bucket(aws: MotoAws, clients: AwsClients, unique: Callable[[str], str]) -> S3Source:
    name = unique("csv")
    aws.client("s3").create_bucket(Bucket=name)
    aws.client("s3").put_object(Bucket=name, Key="x.csv", Body=DATA)
    return S3Source(S3Place(name), clients.s3, LIMITS, NO_PAUSES)


@contextmanager
def hooked(bucket: S3Source, event: str, hook: Callable[..., Any]) -> Iterator[None]:
    events = bucket.s3().meta.events
    events.register(event, hook)
    try:
        yield
    finally:
        events.unregister(event, hook)


@dataclass
class BrokenBody:
    """Yields some of a body, and then fails."""

    body: Any
    after: int
    error: Exception

    def iter_chunks(self, _size: int) -> Iterator[bytes]:
        yield self.body.read(self.after)
        self.body.close()
        raise self.error


@dataclass
class Breaking:
    """Breaks so many bodies after so many bytes, and keeps the ranges that were answered."""

    times: int
    after: int
    error: Exception = field(default_factory=lambda: ProtocolError("Connection broken"))
    ranges: list[str] = field(default_factory=list)

    def __call__(self, parsed: dict[str, Any], **_: Any) -> None:
        self.ranges.append(parsed["ContentRange"])
        if self.times:
            self.times -= 1
            parsed["Body"] = BrokenBody(parsed["Body"], self.after, self.error)


def test_a_body_that_breaks_off_continues_where_it_stopped(bucket: S3Source) -> None:
    version = bucket.version("x.csv")
    breaking = Breaking(times=3, after=12_345)
    with hooked(bucket, "after-call.s3.GetObject", breaking):
        assert b"".join(bucket.read("x.csv", version)) == DATA
    assert any(text.startswith(f"bytes 12345-{RANGE - 1}/") for text in breaking.ranges)


def test_a_body_that_always_breaks_is_retryable_and_keeps_its_cause_and_each_attempt(
    bucket: S3Source, caplog: pytest.LogCaptureFixture
) -> None:
    version = bucket.version("x.csv")
    breaking = Breaking(times=1000, after=7)
    with hooked(bucket, "after-call.s3.GetObject", breaking), pytest.raises(TryAgain) as raised:
        list(bucket.read("x.csv", version, 0, 1000))
    assert raised.value.__cause__ is breaking.error
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * LIMITS.attempts
    first, *_, last = (record.getMessage() for record in caplog.records)
    assert "bytes 0 to 999 of a file: attempt 1 broke off after 7 bytes" in first
    assert f"attempt {LIMITS.attempts} broke off after 35 bytes: ProtocolError" in last


def test_a_wrong_checksum_after_a_complete_body_makes_it_read_anew(bucket: S3Source) -> None:
    version = bucket.version("x.csv")
    wrong = FlexibleChecksumError(error_msg="Expected checksum x did not match y")
    breaking = Breaking(times=2, after=1000, error=wrong)
    with hooked(bucket, "after-call.s3.GetObject", breaking):
        assert next(bucket.read("x.csv", version, 0, 1000)) == DATA[:1000]
    assert breaking.ranges == [f"bytes 0-999/{len(DATA)}"] * 3


def test_a_range_that_was_not_asked_for_is_refused(bucket: S3Source) -> None:
    version = bucket.version("x.csv")

    def shift(parsed: dict[str, Any], **_: Any) -> None:
        parsed["ContentRange"] = "bytes 1-5/20"

    with hooked(bucket, "after-call.s3.GetObject", shift), pytest.raises(FileChanged):
        list(bucket.read("x.csv", version))


def test_every_read_names_the_version_it_wants(bucket: S3Source) -> None:
    version = bucket.version("x.csv")
    asked: list[dict[str, Any]] = []
    with hooked(
        bucket, "before-parameter-build.s3.GetObject", lambda params, **_: asked.append(params)
    ):
        assert b"".join(bucket.read("x.csv", version, 5, 150_000)) == DATA[5:]
    assert len(asked) > 3
    assert {each["IfMatch"] for each in asked} == {version.etag}


def test_nothing_beyond_the_expected_end_is_fetched_before_it_is_asked_for(
    bucket: S3Source,
) -> None:
    version = bucket.version("x.csv")
    seen = Breaking(times=0, after=0)
    with hooked(bucket, "after-call.s3.GetObject", seen):
        blocks = bucket.read("x.csv", version, 0, 30_000)
        assert next(blocks) == DATA[:30_000]
        assert seen.ranges == [f"bytes 0-29999/{len(DATA)}"]
        assert next(blocks) == DATA[30_000:32_500]
    assert len(seen.ranges) == 2


def test_ranges_are_fetched_once_each(bucket: S3Source) -> None:
    version = bucket.version("x.csv")
    seen = Breaking(times=0, after=0)
    with hooked(bucket, "after-call.s3.GetObject", seen):
        assert b"".join(bucket.read("x.csv", version)) == DATA
    assert sorted(seen.ranges) == [
        f"bytes 0-99999/{len(DATA)}",
        f"bytes 100000-199999/{len(DATA)}",
        f"bytes 200000-250002/{len(DATA)}",
    ]


def test_a_bucket_that_does_not_exist_has_no_files(
    clients: AwsClients, unique: Callable[[str], str]
) -> None:
    with pytest.raises(FileMissing):
        S3Source(S3Place(unique("missing")), clients.s3).version("x.csv")


def put(aws: MotoAws, bucket: S3Source, storage_class: str) -> None:
    aws.client("s3").put_object(
        Bucket=bucket.bucket, Key="x.csv", Body=DATA, StorageClass=storage_class
    )


# https://docs.aws.amazon.com/AmazonS3/latest/userguide/archived-objects.html
@pytest.mark.parametrize("storage_class", ["GLACIER", "DEEP_ARCHIVE"])
def test_an_archived_file_is_refused_at_submission(
    aws: MotoAws, bucket: S3Source, storage_class: str
) -> None:
    put(aws, bucket, storage_class)
    with pytest.raises(FileArchived, match="restore it"):
        bucket.version("x.csv")


def test_a_file_in_an_archive_tier_is_refused_at_submission(bucket: S3Source) -> None:
    def archive(parsed: dict[str, Any], **_: Any) -> None:
        parsed |= {"StorageClass": "INTELLIGENT_TIERING", "ArchiveStatus": "ARCHIVE_ACCESS"}

    with hooked(bucket, "after-call.s3.HeadObject", archive), pytest.raises(FileArchived):
        bucket.version("x.csv")


@pytest.mark.parametrize("storage_class", ["STANDARD_IA", "GLACIER_IR", "INTELLIGENT_TIERING"])
def test_a_file_of_a_class_that_is_read_at_once_is_read(
    aws: MotoAws, bucket: S3Source, storage_class: str
) -> None:
    put(aws, bucket, storage_class)
    assert b"".join(bucket.read("x.csv", bucket.version("x.csv"))) == DATA


# https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html#API_HeadObject_ResponseSyntax
@pytest.mark.parametrize(
    ("restore", "readable"),
    [
        ('ongoing-request="true"', False),
        ('ongoing-request="false", expiry-date="Fri, 21 Dec 2012 00:00:00 GMT"', True),
    ],
)
def test_an_archived_file_is_read_once_a_copy_of_it_is_restored(
    bucket: S3Source, restore: str, readable: bool
) -> None:
    def restoring(parsed: dict[str, Any], **_: Any) -> None:
        parsed |= {"StorageClass": "GLACIER", "Restore": restore}

    with hooked(bucket, "after-call.s3.HeadObject", restoring):
        if readable:
            assert bucket.version("x.csv").size == len(DATA)
        else:
            with pytest.raises(FileArchived):
                bucket.version("x.csv")


class Refusing:
    """An S3 whose GET is refused; ``head`` is what its HEAD answers."""

    def __init__(self, get: str, head: str | None = None) -> None:
        self.get = get
        self.head = head

    def get_object(self, **_: Any) -> Any:
        raise client_error(self.get, "GetObject")

    def head_object(self, **_: Any) -> Any:
        if self.head:
            raise client_error(self.head, "HeadObject")
        return {"ContentLength": 3, "ETag": '"e"', "ServerSideEncryption": "aws:kms"}


def client_error(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "refused"}}, operation)


# S3 puts KMS in front of an error of KMS, or says no more than AccessDenied; HEAD needs no key:
# https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html#API_Decrypt_Errors
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
@pytest.mark.parametrize(
    ("get", "head", "error"),
    [
        ("InvalidObjectState", None, FileArchived),
        ("KMS.DisabledException", None, FileEncrypted),
        ("KMS.KMSInvalidStateException", None, FileEncrypted),
        ("KMS.NotFoundException", None, FileEncrypted),
        ("AccessDenied", None, FileEncrypted),
        ("AccessDenied", "403", FileGone),
        ("AccessDenied", "404", FileGone),
        ("NoSuchKey", None, FileGone),
        ("PreconditionFailed", None, FileChanged),
        ("NoSuchBucket", None, Misconfigured),
        ("InvalidAccessKeyId", None, Misconfigured),
        ("AccessDenied", "503", TryAgain),
        ("SlowDown", None, TryAgain),
        ("KMS.ThrottlingException", None, TryAgain),
        ("InternalError", None, TryAgain),
    ],
)
def test_a_refusal_is_retried_only_when_it_may_pass(
    get: str, head: str | None, error: type[CsvsumError]
) -> None:
    s3: Any = Refusing(get, head)
    with pytest.raises(error) as raised:
        list(
            S3Source(S3Place("csv"), lambda: s3, pauses=NO_PAUSES).read(
                "x.csv", FileVersion(3, '"e"')
            )
        )
    assert raised.value.retryable is (error is TryAgain)
    assert raised.value.__cause__


@dataclass
class Busy:
    """An S3 that refuses so many calls before it answers one."""

    refusals: int
    code: str = "SlowDown"
    calls: int = 0

    def get_object(self, **_: Any) -> Any:
        self.calls += 1
        if self.calls <= self.refusals:
            raise client_error(self.code, "GetObject")
        return {"ContentRange": "bytes 0-2/3", "Body": Body(b"a\n1")}


@dataclass
class Body:
    data: bytes

    def iter_chunks(self, _size: int) -> Iterator[bytes]:
        yield self.data


def read_from(s3: Any, share: float = 1.0) -> tuple[bytes, list[float]]:
    """Return what is read, and the pauses."""
    pauses: list[float] = []
    waits = Pauses(pauses.append, lambda: share)
    source = S3Source(S3Place("csv"), lambda: s3, pauses=waits)
    return b"".join(source.read("x.csv", FileVersion(3, '"e"'))), pauses


# https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance-guidelines.html
@pytest.mark.parametrize("code", ["SlowDown", "InternalError", "ServiceUnavailable", "503", "500"])
def test_a_range_that_s3_is_too_busy_for_is_read_after_a_pause(code: str) -> None:
    s3 = Busy(4, code)
    assert read_from(s3) == (b"a\n1", [0.5, 1, 2, 4])
    assert s3.calls == 5


def test_pauses_are_random_and_bounded() -> None:
    assert read_from(Busy(3), share=0.25)[1] == [0.125, 0.25, 0.5]
    waited: list[float] = []
    for attempt in range(1, 30):
        Pauses(waited.append, lambda: 1.0).wait(attempt)
    assert max(waited) == 8


def test_a_busy_s3_is_asked_five_times_and_no_more() -> None:
    s3 = Busy(100)
    with pytest.raises(TryAgain):
        read_from(s3)
    assert s3.calls == 5


@pytest.mark.parametrize("code", ["NoSuchKey", "InvalidObjectState", "PreconditionFailed"])
def test_what_lasts_is_asked_for_once(code: str) -> None:
    s3 = Busy(100, code)
    with pytest.raises(CsvsumError):
        read_from(s3)
    assert s3.calls == 1
