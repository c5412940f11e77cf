"""Lists the files in an S3 bucket below a prefix. A cursor is S3's own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.aws_errors import code_of, translate_aws_errors
from chalicelib.adapters.s3_source import BUCKET, S3Place
from chalicelib.errors import BadRequest
from chalicelib.jobs.files import PAGE_ENTRIES, FilePage, FoundFile, WantedFiles

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ListObjectsV2OutputTypeDef as Listed

#: A search looks at so many objects in a call, and makes so many calls in a request.
SEARCH_KEYS = 1000
SEARCH_CALLS = 5
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
BAD_TOKEN = "InvalidArgument"  # noqa: S105  # nosec B105  # no secret


@dataclass(frozen=True, slots=True)
class S3Files:
    """A ``files.Catalog`` over the objects of a place."""

    place: S3Place
    s3: "Callable[[], S3Client]"
    page_entries: int = PAGE_ENTRIES
    search_keys: int = SEARCH_KEYS
    search_calls: int = SEARCH_CALLS

    @translate_aws_errors(BUCKET)
    def page(self, wanted: WantedFiles) -> FilePage:
        if not wanted.search:
            listed = self._listed(wanted, wanted.cursor, self.page_entries, Delimiter="/")
            return FilePage(self._files(listed), self._folders(listed), _next_of(listed))
        files: list[FoundFile] = []
        cursor: str | None = wanted.cursor
        for _ in range(self.search_calls):
            listed = self._listed(wanted, cursor or "", self.search_keys)
            files += (each for each in self._files(listed) if wanted.has(each.name))
            cursor = _next_of(listed)
            if cursor is None or len(files) >= self.page_entries:
                break
        return FilePage(tuple(files), (), cursor)

    def _listed(self, wanted: WantedFiles, cursor: str, count: int, **more: Any) -> "Listed":
        from botocore.exceptions import ClientError

        token = {"ContinuationToken": cursor} if cursor else {}
        prefix = self._base + wanted.prefix
        given = {"Bucket": self.place.bucket, "Prefix": prefix, "MaxKeys": count, **token, **more}
        try:
            return self.s3().list_objects_v2(**given)
        except ClientError as error:
            if cursor and code_of(error) == BAD_TOKEN:
                raise BadRequest(
                    "cursor must be the 'next' of a page of the same list; leave it out to begin "
                    "anew."
                ) from None
            raise

    @property
    def _base(self) -> str:
        """How the keys of all files begin."""
        prefix = self.place.prefix.strip("/")
        return f"{prefix}/" if prefix else ""

    def _files(self, listed: "Listed") -> tuple[FoundFile, ...]:
        return tuple(
            FoundFile(each["Key"].removeprefix(self._base), each["Size"], each["LastModified"])
            for each in listed.get("Contents", [])
        )

    def _folders(self, listed: "Listed") -> tuple[str, ...]:
        found = (each["Prefix"] for each in listed.get("CommonPrefixes", []))
        return tuple(each.removeprefix(self._base) for each in found)


def _next_of(listed: "Listed") -> str | None:
    return listed.get("NextContinuationToken") if listed["IsTruncated"] else None
