"""The door to CSV files in an S3 bucket: ranged reads, each pinned to one version of the object by its ETag."""

from collections.abc import Iterator
from typing import Any

from chalicelib.aws.clients import client
from chalicelib.errors import FileChanged, FileGone, FileMissing, TryAgain
from chalicelib.jobs import FileVersion

RANGE_BYTES = 8 * 1024 * 1024
READ_BYTES = 1024 * 1024
RESUMES = 5
NOT_THERE = ("NoSuchKey", "404", "NotFound", "AccessDenied", "403", "Forbidden")


class Bucket:
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
                raise FileMissing(name) from error
            raise _no_answer() from error
        except BotoCoreError as error:
            raise _no_answer() from error
        return FileVersion(head["ContentLength"], head["ETag"])

    def read(self, name: str, version: FileVersion, start: int = 0) -> Iterator[bytes]:
        from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, IncompleteReadError
        from urllib3.exceptions import HTTPError

        position, resumes = start, 0
        while position < version.size:
            try:
                for block in self._range(name, version, position):
                    position += len(block)
                    resumes = 0
                    yield block
            except ClientError as error:
                raise self._refused(name, error) from error
            except (IncompleteReadError, HTTPClientError, HTTPError, BotoCoreError) as error:
                # Cut off in mid-body: go on from where it stopped.
                resumes += 1
                if resumes > RESUMES:
                    raise _no_answer() from error

    def _range(self, name: str, version: FileVersion, position: int) -> Iterator[bytes]:
        last = min(position + RANGE_BYTES, version.size) - 1
        answer = client("s3").get_object(Bucket=self.bucket, Key=self._key(name), Range=f"bytes={position}-{last}", IfMatch=version.etag)
        if answer["ContentRange"] != f"bytes {position}-{last}/{version.size}":
            raise FileChanged(name)
        yield from answer["Body"].iter_chunks(READ_BYTES)

    def _key(self, name: str) -> str:
        return f"{self.prefix}/{name}" if self.prefix else name

    def _refused(self, name: str, error: Any) -> Exception:
        code = _code(error)
        if code in ("PreconditionFailed", "412", "InvalidRange", "416"):
            return FileChanged(name)
        return FileGone(name) if code in NOT_THERE else _no_answer()


def _code(error: Any) -> str:
    return str(error.response["Error"]["Code"])


def _no_answer() -> TryAgain:
    return TryAgain("The bucket of CSV files did not answer.")
