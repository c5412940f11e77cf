"""CSV files in an S3 bucket. The ETag pins each ranged read to one version of the object."""

import logging
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.adapters.aws_errors import code_of, lasts, translated
from chalicelib.adapters.clients import Lazy, make_s3
from chalicelib.adapters.pauses import Pauses
from chalicelib.adapters.results_bucket import Owner
from chalicelib.engine.formats import HEAD_BYTES
from chalicelib.errors import (
    CsvsumError,
    FileArchived,
    FileChanged,
    FileEncrypted,
    FileGone,
    FileMissing,
    TryAgain,
)
from chalicelib.jobs.job import FileVersion
from chalicelib.jobs.ports import Probe

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError, ClientError
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import HeadObjectOutputTypeDef

log = logging.getLogger("csvsum")

# 8 MiB a request: the time to first byte (27 ms in the median) is then a fraction of the transfer,
# and three ranges in flight are 24 MiB of memory.
RANGE_BYTES = 8 * 1024 * 1024
BLOCK_BYTES = 1024 * 1024
IN_FLIGHT = 3
ATTEMPTS = 5
BUCKET = "The bucket of CSV files"

# Without the right to list the bucket, what is missing is answered with 403, and HEAD has no body
# that could name a code: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
DENIED = ("AccessDenied", "403", "Forbidden")
MISSING = ("NoSuchKey", "404", "NotFound")
# An empty object has no range of bytes.
EMPTY = ("InvalidRange", "416")
# The error for each code with which S3 refuses a range.
REFUSALS: dict[str, Callable[[str], CsvsumError]] = {
    **dict.fromkeys(("PreconditionFailed", "412", "InvalidRange", "416"), FileChanged),
    **dict.fromkeys(MISSING, FileGone),
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    "InvalidObjectState": FileArchived,
    # The lasting errors of https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html
    "KMS.AccessDeniedException": FileEncrypted,
    "KMS.DisabledException": FileEncrypted,
    "KMS.InvalidKeyUsageException": FileEncrypted,
    "KMS.KMSInvalidStateException": FileEncrypted,
    "KMS.NotFoundException": FileEncrypted,
}
ARCHIVES = ("GLACIER", "DEEP_ARCHIVE")


class S3Place(NamedTuple):
    """Where the objects are: in a bucket, below a prefix.

    ``owner`` is the account that the bucket must belong to; empty: any. The beginning ``mount`` of
    the names of files is not part of the keys.
    """

    bucket: str
    prefix: str = ""
    owner: str = ""
    mount: str = ""


class ReadLimits(NamedTuple):
    """``in_flight`` ranges of ``range_bytes`` at a time, each with up to ``attempts`` attempts."""

    range_bytes: int = RANGE_BYTES
    block_bytes: int = BLOCK_BYTES
    in_flight: int = IN_FLIGHT
    attempts: int = ATTEMPTS


class S3Source:
    """A ``ports.Source`` over the objects of a place."""

    def __init__(
        self,
        place: S3Place,
        s3: "Callable[[], S3Client] | None" = None,
        limits: ReadLimits | None = None,
        pauses: Pauses | None = None,
    ) -> None:
        self.bucket = place.bucket
        self.prefix = place.prefix.strip("/")
        self.mount = place.mount
        self._owner: Owner = {"ExpectedBucketOwner": place.owner} if place.owner else {}
        self.s3 = s3 or Lazy(make_s3)
        self.limits = limits or ReadLimits()
        self.pauses = pauses or Pauses()

    def version(self, name: str) -> FileVersion:
        """See ``ports.Source``. Raise FileArchived for an object that has to be restored first."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            head = self.s3().head_object(Bucket=self.bucket, Key=self._key(name), **self._owner)
        except (BotoCoreError, ClientError) as error:
            raise self._not_found(name, error) from error
        if _is_archived(head):
            raise FileArchived(name)
        return FileVersion(head["ContentLength"], head["ETag"])

    def probe(self, name: str) -> Probe:
        """See ``ports.Source``. GET, unlike HEAD, fails for an object whose key is refused."""
        from botocore.exceptions import BotoCoreError, ClientError
        from urllib3.exceptions import HTTPError

        try:
            answer = self.s3().get_object(
                Bucket=self.bucket,
                Key=self._key(name),
                Range=f"bytes=0-{HEAD_BYTES - 1}",
                **self._owner,
            )
            size = int(answer["ContentRange"].rpartition("/")[2])
            return Probe(FileVersion(size, answer["ETag"]), answer["Body"].read())
        except ClientError as error:
            if code_of(error) in EMPTY:
                return Probe(self.version(name), b"")
            raise self._not_readable(name, error) from error
        except BotoCoreError as error:
            raise translated(BUCKET, error) if lasts(error) else _no_answer() from error
        except HTTPError as error:
            raise _no_answer() from error

    def _not_readable(self, name: str, error: "ClientError") -> CsvsumError:
        """Return the error of a file that is submitted, and cannot be read."""
        refused = self._refused(name, error)
        if isinstance(refused, FileGone):
            return FileMissing(name, denied=code_of(error) in DENIED)
        return refused

    def read(
        self, name: str, version: FileVersion, start: int = 0, expected_end: int | None = None
    ) -> Iterator[bytes]:
        stop = version.size if expected_end is None else min(expected_end, version.size)
        yield from self._ahead(name, version, range(start, stop))
        # Beyond the expected end: one range at a time, small ones first.
        position, step = max(start, stop), self.limits.block_bytes // 4
        while position < version.size:
            yield self._fetch(name, version, range(position, min(position + step, version.size)))
            position, step = position + step, min(2 * step, self.limits.range_bytes)

    def _ahead(self, name: str, version: FileVersion, span: range) -> Iterator[bytes]:
        """Yield the bytes of a span, with ``in_flight`` ranges of it in flight."""
        size, block_bytes = self.limits.range_bytes, self.limits.block_bytes
        waiting = deque(span[at : at + size] for at in range(0, len(span), size))
        if len(waiting) < 2:
            yield from (self._fetch(name, version, each) for each in waiting)
            return
        with ThreadPoolExecutor(self.limits.in_flight) as pool:

            def fetch_next() -> Future[bytes]:
                return pool.submit(self._fetch, name, version, waiting.popleft())

            flying = deque(fetch_next() for _ in range(min(self.limits.in_flight, len(waiting))))
            while flying:
                data = flying.popleft().result()
                if waiting:
                    flying.append(fetch_next())
                yield from (data[at : at + block_bytes] for at in range(0, len(data), block_bytes))

    def _fetch(self, name: str, version: FileVersion, wanted: range) -> bytes:
        """Return the bytes of a range. If a body breaks off, continue where it stopped.

        After a 503, with which S3 asks for slower calls, or a 500, try again after a pause. The
        client has already tried several times.
        """
        from botocore.exceptions import BotoCoreError, ClientError
        from urllib3.exceptions import HTTPError

        taken = bytearray()
        for attempt in range(1, self.limits.attempts + 1):
            try:
                for block in self._body(name, version, wanted[len(taken) :]):
                    taken += block
                return bytes(taken)
            except (BotoCoreError, ClientError, HTTPError) as error:
                _log_broken(wanted, len(taken), attempt, error)
                self._require_hope(name, error, attempt)
            self.pauses.wait(attempt)
            if len(taken) == len(wanted):
                # All bytes have arrived, so their checksum is wrong: trust none of them.
                taken.clear()
        raise AssertionError("the last attempt returns or raises")

    def _require_hope(self, name: str, error: Exception, attempt: int) -> None:
        """Raise the error of a range that was refused for good, or tried too often."""
        from botocore.exceptions import ClientError

        refusal = self._refused(name, error) if isinstance(error, ClientError) else _no_answer()
        if not refusal.retryable or attempt == self.limits.attempts:
            raise refusal from error

    def _body(self, name: str, version: FileVersion, wanted: range) -> Iterator[bytes]:
        answer = self.s3().get_object(
            Bucket=self.bucket,
            Key=self._key(name),
            Range=f"bytes={wanted.start}-{wanted.stop - 1}",
            IfMatch=version.etag,
            **self._owner,
        )
        if answer["ContentRange"] != f"bytes {wanted.start}-{wanted.stop - 1}/{version.size}":
            raise FileChanged(name)
        yield from answer["Body"].iter_chunks(self.limits.block_bytes)

    def _key(self, name: str) -> str:
        key = name.removeprefix(self.mount)
        return f"{self.prefix}/{key}" if self.prefix else key

    def _not_found(self, name: str, error: "BotoCoreError | ClientError") -> CsvsumError:
        code = code_of(error)
        if code in DENIED or code in MISSING:
            log.warning("HEAD of a submitted file failed: %s", code)
            return FileMissing(name, denied=code in DENIED)
        return translated(BUCKET, error) if lasts(error) else _no_answer()

    def _refused(self, name: str, error: "ClientError") -> CsvsumError:
        code = code_of(error)
        if code in REFUSALS:
            return REFUSALS[code](name)
        if code in DENIED:
            return self._denied(name)
        return translated(BUCKET, error) if lasts(error) else _no_answer()

    def _denied(self, name: str) -> CsvsumError:
        """Distinguish an object whose KMS key is refused from a missing one: both are a 403.

        HEAD needs the same right to the object, but none to its key:
        https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
        """
        try:
            self.version(name)
        except FileMissing:
            return FileGone(name)
        return FileEncrypted(name)


def _is_archived(head: "HeadObjectOutputTypeDef") -> bool:
    """Return whether S3 would refuse to read an object because it is archived and not restored.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html (StorageClass,
    ArchiveStatus, Restore)
    """
    archived = head.get("StorageClass") in ARCHIVES or "ArchiveStatus" in head
    return archived and 'ongoing-request="false"' not in head.get("Restore", "")


def _log_broken(wanted: range, taken: int, attempt: int, error: Exception) -> None:
    log.warning(
        "bytes %d to %d of a file: attempt %d broke off after %d bytes: %r",
        wanted.start,
        wanted.stop - 1,
        attempt,
        taken,
        error,
    )


def _no_answer() -> TryAgain:
    return TryAgain("The bucket of CSV files did not answer.")
