"""The service on the strict stand-in: links, results that expire, files that S3 refuses to read."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from chalicelib.adapters.clients import CONNECT_SECONDS, READ_SECONDS, TRIES, make_s3
from chalicelib.adapters.folder_source import FolderSource
from chalicelib.engine.options import Options
from chalicelib.errors import (
    FileArchived,
    FileChanged,
    FileEncrypted,
    FileMissing,
    Misconfigured,
    TryAgain,
    UnknownJob,
)
from chalicelib.jobs.client import OPEN
from chalicelib.jobs.job import Job
from tests.harness import failed_with
from tests.strict_aws import (
    ALWAYS,
    TIMED_OUT,
    AwsError,
    DynamoDbErrors,
    MountedFolder,
    StrictAws,
    follow,
)
from tests.strict_aws.faults import Fault
from tests.strict_aws.wire import Answer, Request
from tests.strict_service import NAMES, Site, StrictService

DATA = b"a,b\n1.5,x\n2.5,y\n"
SUM = (("4",), 2)
KEY = "arn:aws:kms:us-east-1:111122223333:key/one"
ENCRYPTED = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": KEY}


@pytest.fixture
def aws() -> Iterator[StrictAws]:
    with StrictAws() as aws:
        yield aws


@pytest.fixture
def service(aws: StrictAws) -> StrictService:
    return StrictService(aws)


def run(service: StrictService, job: Job) -> Job:
    site = Site(service)
    site.map("JobsQueue", service.work(), 2)
    return site.run(job, hours=0.1)


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "af-south-1"])
@pytest.mark.parametrize("hours", [0, 25])
def test_a_link_works_in_every_region_on_the_first_day_and_later(region: str, hours: int) -> None:
    with StrictAws(region) as aws:
        service = StrictService(aws)
        aws.clock.advance(hours=hours)
        url = service.adapters.replies.publish("id/sums.json", "{}")
        answer = follow(aws, url)
    assert (answer.status, answer.body) == (200, b"{}")


def long_result(aws: StrictAws, service: StrictService) -> Job:
    """Return a final job whose result is in the bucket."""
    columns = b",".join(b"c%d" % number for number in range(8000))
    row = b",".join([b"1.5"] * 8000)
    job = run(service, service.submit(columns + b"\n" + row + b"\n"))
    objects = aws.tester("s3").list_objects_v2(Bucket=NAMES["ResultsBucket"])
    assert objects["KeyCount"] == 1
    return job


@pytest.mark.parametrize("late", [timedelta(), timedelta(days=3)])
@pytest.mark.parametrize("ttl_delay", [timedelta(), timedelta(days=2)])
def test_a_job_is_known_until_it_expires_and_unknown_from_then_on(
    aws: StrictAws, service: StrictService, late: timedelta, ttl_delay: timedelta
) -> None:
    aws.s3.bucket(NAMES["ResultsBucket"]).late = late
    aws.dynamodb.ttl_delay = ttl_delay
    job = long_result(aws, service)
    aws.clock.advance(days=30, seconds=-60)
    assert service.use_cases.find_job(job.id, OPEN).result
    for _ in range(4):
        aws.clock.advance(days=1)
        with pytest.raises(UnknownJob):
            service.use_cases.find_job(job.id, OPEN)


def test_a_job_whose_result_somebody_deleted_is_unknown(
    aws: StrictAws, service: StrictService
) -> None:
    job = long_result(aws, service)
    aws.tester("s3").delete_object(Bucket=NAMES["ResultsBucket"], Key=f"{job.id}/result.json")
    with pytest.raises(UnknownJob):
        service.use_cases.find_job(job.id, OPEN)


def test_an_archived_file_is_refused_when_it_is_submitted(service: StrictService) -> None:
    service.upload(DATA, StorageClass="GLACIER")
    with pytest.raises(FileArchived):
        service.use_cases.submit("x.csv", Options(), OPEN)


def test_a_file_whose_key_the_service_may_not_use_is_refused_when_it_is_submitted(
    service: StrictService,
) -> None:
    service.upload(DATA, **ENCRYPTED)
    with pytest.raises(FileEncrypted, match="kms:Decrypt"):
        service.use_cases.submit("x.csv", Options(), OPEN)


def test_a_file_whose_key_is_disabled_is_refused_when_it_is_submitted(
    aws: StrictAws, service: StrictService
) -> None:
    aws.rights.allow("kms:Decrypt", KEY)
    service.upload(DATA, **ENCRYPTED)
    aws.s3.disable_key(KEY)
    with pytest.raises(FileEncrypted, match="disabled"):
        service.use_cases.submit("x.csv", Options(), OPEN)


def test_a_file_that_is_not_there_or_may_not_be_read_is_refused_when_it_is_submitted(
    service: StrictService,
) -> None:
    with pytest.raises(FileMissing, match=r"that the service may read \(s3:GetObject\)"):
        service.use_cases.submit("x.csv", Options(), OPEN)


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (AwsError("NoSuchBucket", 404, "The specified bucket does not exist"), "does not exist"),
        (AwsError("PermanentRedirect", 301, "Use the endpoint"), "is in another region"),
        (AwsError("InvalidAccessKeyId", 403, "No such key"), "credentials do not exist"),
    ],
)
def test_a_bucket_that_is_not_there_or_elsewhere_is_reported_when_a_file_is_submitted(
    aws: StrictAws, service: StrictService, error: AwsError, why: str
) -> None:
    service.upload(DATA)
    aws.fail("s3.GetObject", error, times=ALWAYS)
    with pytest.raises(Misconfigured, match=why):
        service.use_cases.submit("x.csv", Options(), OPEN)


def test_a_submission_reads_the_first_bytes_of_a_file_in_one_call(
    aws: StrictAws, service: StrictService
) -> None:
    service.upload(DATA)
    before = len(aws.calls)
    service.use_cases.submit("x.csv", Options(), OPEN)
    calls = [call for call in aws.calls[before:] if call.service == "s3"]
    assert [call.operation for call in calls] == ["GetObject"]
    assert calls[0].headers["Range"] == "bytes=0-4095"


def test_an_empty_file_is_accepted_and_its_job_says_that_it_is_empty(
    service: StrictService,
) -> None:
    failed_with(run(service, service.submit(b"")), "empty_file")


def refused_once_submitted(service: StrictService, **storage: str) -> Job:
    """Return the job of a file that is stored otherwise before its worker reads it."""
    job = service.submit(DATA)
    service.upload(DATA, **storage)
    job = run(service, job)
    # Nothing is redelivered: no retry would help.
    assert service.aws.sqs.queue(NAMES["JobsQueue"]).counts() == (0, 0, 0)
    return job


def test_a_file_archived_after_its_submission_fails_the_job_at_once(service: StrictService) -> None:
    failed_with(refused_once_submitted(service, StorageClass="GLACIER"), "archived")


def test_a_file_whose_key_the_service_may_not_use_fails_the_job_at_once(
    service: StrictService,
) -> None:
    failed_with(refused_once_submitted(service, **ENCRYPTED), "encrypted")


def test_a_file_whose_key_is_disabled_fails_the_job_at_once(
    aws: StrictAws, service: StrictService
) -> None:
    aws.rights.allow("kms:Decrypt", KEY)
    aws.s3.disable_key(KEY)
    failed_with(refused_once_submitted(service, **ENCRYPTED), "encrypted")


def test_a_file_that_is_deleted_fails_the_job_at_once_without_the_right_to_list(
    aws: StrictAws, service: StrictService
) -> None:
    job = service.submit(DATA)
    aws.tester("s3").delete_object(Bucket="files", Key="x.csv")
    failed_with(run(service, job), "file_gone")


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("dynamodb.UpdateItem", DynamoDbErrors.ACCESS_DENIED),
        ("s3.GetObject", AwsError("NoSuchBucket", 404, "The specified bucket does not exist")),
    ],
)
def test_a_lack_of_rights_or_a_wrong_name_fails_a_job_at_once_and_says_so(
    aws: StrictAws, service: StrictService, call: str, error: AwsError
) -> None:
    job = service.submit(DATA)
    # The first write is refused; the one that stores the problem is not.
    aws.fail(call, error)
    problem = failed_with(run(service, job), "misconfigured")
    assert error.code in problem.detail


class DamagedOnce(Fault):
    """All bytes of the file, and a checksum that is not theirs."""

    def answer(self, request: Request) -> Answer:
        last = len(DATA) - 1
        headers = {
            "Content-Range": f"bytes 0-{last}/{len(DATA)}",
            "Content-Length": str(len(DATA)),
            "x-amz-checksum-crc32": "AAAAAA==",
        }
        return Answer(206, headers, DATA)


def test_a_checksum_that_fails_after_the_last_byte_reads_the_range_once_more(
    aws: StrictAws, service: StrictService
) -> None:
    service.upload(DATA)
    aws.faults.add(DamagedOnce(TIMED_OUT, "s3", "GetObject"))
    version = service.adapters.source.version("x.csv")
    assert b"".join(service.adapters.source.read("x.csv", version)) == DATA
    ranges = [call.headers["Range"] for call in aws.calls if call.operation == "GetObject"]
    assert ranges == [f"bytes=0-{len(DATA) - 1}"] * 2


def test_the_api_gives_up_on_s3_before_the_gateway_gives_up_on_the_api(
    aws: StrictAws, service: StrictService
) -> None:
    service.upload(DATA)

    def takes_its_time(_: Request) -> bool:
        aws.clock.advance(CONNECT_SECONDS + READ_SECONDS)
        return True

    aws.fail("s3.GetObject", TIMED_OUT, times=ALWAYS, when=takes_its_time)
    with pytest.raises(TryAgain):
        service.use_cases.submit("x.csv", Options(), OPEN)
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
    assert aws.clock.elapsed < 29
    assert aws.adopt(make_s3).meta.config.read_timeout == READ_SECONDS
    assert TRIES * (CONNECT_SECONDS + READ_SECONDS) < 29


def test_a_change_during_the_last_read_of_a_mounted_file_is_seen(
    aws: StrictAws, tmp_path: Path
) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(DATA)
    mounted = MountedFolder(aws.clock)
    source = FolderSource(str(tmp_path), read_bytes=8, status_of=mounted.status_of)
    blocks = source.read("x.csv", source.version("x.csv"))
    next(blocks)
    path.write_bytes(DATA.replace(b"2.5", b"9.5"))
    with pytest.raises(FileChanged):
        list(blocks)
