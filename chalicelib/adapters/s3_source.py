"""The door to CSV files in an S3 bucket: ranged reads, each pinned to one version of the object by its ETag."""

import logging
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from chalicelib.adapters.clients import client
from chalicelib.errors import CsvsumError, FileChanged, FileGone, FileMissing, TryAgain
from chalicelib.jobs.job import FileVersion

log = logging.getLogger("csvsum")

# 8 MiB a request: the time to first byte (27 ms in the median) is then a fraction of the transfer, and three ranges in
# flight are 24 MiB of memory.
RANGE_BYTES = 8 * 1024 * 1024
BLOCK_BYTES = 1024 * 1024
IN_FLIGHT = 3
RESUMES = 5
NOT_THERE = ("NoSuchKey", "404", "NotFound", "AccessDenied", "403", "Forbidden")
CHANGED = ("PreconditionFailed", "412", "InvalidRange", "416")


class S3Source:
    """A ``ports.Source`` over the objects of a bucket below a prefix."""

    def __init__(self, bucket: str, prefix: str) -> None:
        self.bucket = bucket
        self.prefix = prefix.strip("/")

    def version(self, name: str) -> FileVersion:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            head = client("s3").head_object(Bucket=self.bucket, Key=self._key(name))
        except ClientError as error:
            if _code(error) in NOT_THERE:
                log.warning(
                    "the bucket translate_aws_errors %s for a file that was asked for", _code(error)
                )
                raise FileMissing(name) from error
            raise _no_answer() from error
        except BotoCoreError as error:
            raise _no_answer() from error
        return FileVersion(head["ContentLength"], head["ETag"])

    def read(
        self, name: str, version: FileVersion, start: int = 0, expected_end: int | None = None
    ) -> Iterator[bytes]:
        stop = version.size if expected_end is None else min(expected_end, version.size)
        yield from self._ahead(name, version, range(start, stop))
        # Behind the expected end: one range at a time, small ones first.
        position, step = max(start, stop), BLOCK_BYTES // 4
        while position < version.size:
            yield self._fetch(name, version, range(position, min(position + step, version.size)))
            position, step = position + step, min(2 * step, RANGE_BYTES)

    def _ahead(self, name: str, version: FileVersion, span: range) -> Iterator[bytes]:
        """The bytes of a span, with IN_FLIGHT ranges of it on their way at a time."""
        ranges = [span[at : at + RANGE_BYTES] for at in range(0, len(span), RANGE_BYTES)]
        if len(ranges) < 2:
            yield from (self._fetch(name, version, each) for each in ranges)
            return
        with ThreadPoolExecutor(IN_FLIGHT) as pool:
            flying = deque(
                pool.submit(self._fetch, name, version, each) for each in ranges[:IN_FLIGHT]
            )
            waiting = deque(ranges[IN_FLIGHT:])
            while flying:
                data = flying.popleft().result()
                if waiting:
                    flying.append(pool.submit(self._fetch, name, version, waiting.popleft()))
                yield from (data[at : at + BLOCK_BYTES] for at in range(0, len(data), BLOCK_BYTES))

    def _fetch(self, name: str, version: FileVersion, wanted: range) -> bytes:
        """All bytes of one range; a body that breaks off goes on from where it stopped."""
        from botocore.exceptions import BotoCoreError, ClientError
        from urllib3.exceptions import HTTPError

        taken = bytearray()
        for _ in range(RESUMES):
            try:
                for block in self._body(name, version, wanted[len(taken) :]):
                    taken += block
                return bytes(taken)
            except ClientError as error:
                raise self._refused(name, error) from error
            except (BotoCoreError, HTTPError):
                continue
        raise _no_answer()

    def _body(self, name: str, version: FileVersion, wanted: range) -> Iterator[bytes]:
        answer = client("s3").get_object(
            Bucket=self.bucket,
            Key=self._key(name),
            Range=f"bytes={wanted.start}-{wanted.stop - 1}",
            IfMatch=version.etag,
        )
        if answer["ContentRange"] != f"bytes {wanted.start}-{wanted.stop - 1}/{version.size}":
            raise FileChanged(name)
        yield from answer["Body"].iter_chunks(BLOCK_BYTES)

    def _key(self, name: str) -> str:
        return f"{self.prefix}/{name}" if self.prefix else name

    def _refused(self, name: str, error: Any) -> CsvsumError:
        code = _code(error)
        if code in CHANGED:
            return FileChanged(name)
        return FileGone(name) if code in NOT_THERE else _no_answer()


def _code(error: Any) -> str:
    return str(error.response["Error"]["Code"])


def _no_answer() -> TryAgain:
    return TryAgain("The bucket of CSV files did not answer.")
