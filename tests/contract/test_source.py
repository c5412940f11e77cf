"""One contract, held by the folder, the bucket and the source in memory."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from chalicelib.adapters.clients import AwsClients
from chalicelib.adapters.folder_source import FolderSource
from chalicelib.adapters.s3_source import S3Place, S3Source
from chalicelib.engine.formats import HEAD_BYTES
from chalicelib.errors import FileChanged, FileGone, FileMissing
from chalicelib.jobs.ports import Source
from tests.adapters_in_memory import MemorySource


class Place(Protocol):
    @property
    def source(self) -> Source: ...

    def put(self, name: str, data: bytes) -> None: ...
    def remove(self, name: str) -> None: ...


class MemoryPlace:
    def __init__(self) -> None:
        self.source = MemorySource()

    def put(self, name: str, data: bytes) -> None:
        self.source.files[name] = data

    def remove(self, name: str) -> None:
        del self.source.files[name]


class FolderPlace:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.source = FolderSource(str(root))

    def put(self, name: str, data: bytes) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def remove(self, name: str) -> None:
        (self.root / name).unlink()


class BucketPlace:
    def __init__(self, clients: AwsClients, bucket: str) -> None:
        self.s3 = clients.s3()
        self.s3.create_bucket(Bucket=bucket)
        self.bucket = bucket
        self.source = S3Source(S3Place(bucket, "in/coming/"), clients.s3)

    def put(self, name: str, data: bytes) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=f"in/coming/{name}", Body=data)

    def remove(self, name: str) -> None:
        self.s3.delete_object(Bucket=self.bucket, Key=f"in/coming/{name}")


@pytest.fixture(params=["memory", "folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path, unique: Callable[[str], str]) -> Place:
    if request.param == "memory":
        return MemoryPlace()
    if request.param == "folder":
        return FolderPlace(tmp_path)
    return BucketPlace(request.getfixturevalue("clients"), unique("csv"))


NAMES = [
    "data.csv",
    "with space.csv",
    "plus+and&.csv",
    "sub/folder/x.csv",
    "день.csv",
    "cafe\u0301.csv",
    "caf\u00e9.csv",
    "😀.csv",
    "a%2Fb.csv",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_read_byte_for_byte(place: Place, name: str) -> None:
    data = os.urandom(3 * 1024 * 1024 + 17)
    place.put(name, data)
    version = place.source.version(name)
    assert version.size == len(data)
    assert b"".join(place.source.read(name, version)) == data


@pytest.mark.parametrize("size", [0, 1, HEAD_BYTES, HEAD_BYTES + 1, 3_000_000])
def test_a_probe_is_the_version_and_the_first_bytes(place: Place, size: int) -> None:
    data = os.urandom(size)
    place.put("data.csv", data)
    probe = place.source.probe("data.csv")
    assert (probe.version, probe.head) == (place.source.version("data.csv"), data[:HEAD_BYTES])
    assert b"".join(place.source.read("data.csv", probe.version)) == data


def test_a_probe_of_a_file_that_does_not_exist_is_refused(place: Place) -> None:
    with pytest.raises(FileMissing):
        place.source.probe("data.csv")


@pytest.mark.parametrize("start", [0, 1, 1_048_575, 1_048_576, 9_000_000, 9_000_001])
def test_reading_begins_at_the_byte_asked_for(place: Place, start: int) -> None:
    data = os.urandom(9_000_001)
    place.put("data.csv", data)
    version = place.source.version("data.csv")
    assert b"".join(place.source.read("data.csv", version, start)) == data[start:]


@pytest.mark.parametrize(
    ("start", "expected_end"), [(0, 5), (3, 3), (7, 2_000_000), (2_000_000, 5), (0, 99_000_000)]
)
def test_where_the_caller_may_stop_changes_no_byte(
    place: Place, start: int, expected_end: int
) -> None:
    data = os.urandom(17_000_003)
    place.put("data.csv", data)
    version = place.source.version("data.csv")
    assert b"".join(place.source.read("data.csv", version, start, expected_end)) == data[start:]


def test_an_empty_file_has_no_bytes(place: Place) -> None:
    place.put("empty.csv", b"")
    version = place.source.version("empty.csv")
    assert version.size == 0
    assert b"".join(place.source.read("empty.csv", version)) == b""


@pytest.mark.parametrize("name", ["missing.csv", "sub/missing.csv", "data.csv/below"])
def test_what_is_not_there_is_missing(place: Place, name: str) -> None:
    place.put("data.csv", b"a\n1\n")
    with pytest.raises(FileMissing):
        place.source.version(name)


def test_a_file_keeps_its_version_until_it_is_written(place: Place) -> None:
    place.put("data.csv", b"a\n1\n")
    version = place.source.version("data.csv")
    assert place.source.version("data.csv") == version
    place.put("data.csv", b"a\n1\n2\n")
    assert place.source.version("data.csv") != version


@pytest.mark.parametrize("changed", [b"a\n2\n", b"a\n1\n2\n", b"a\n", b""])
def test_another_version_is_refused(place: Place, changed: bytes) -> None:
    place.put("data.csv", b"a\n1\n")
    version = place.source.version("data.csv")
    place.remove("data.csv")
    place.put("other.csv", b"keeps the inode of the removed file busy")
    place.put("data.csv", changed)
    with pytest.raises(FileChanged):
        list(place.source.read("data.csv", version))


@pytest.mark.parametrize("place", ["folder", "bucket"], indirect=True)
def test_a_file_that_changes_while_it_is_read_is_noticed(place: Place) -> None:
    data = os.urandom(1024 * 1024) * 64
    place.put("data.csv", data)
    version = place.source.version("data.csv")
    blocks = place.source.read("data.csv", version)
    next(blocks)
    place.put("data.csv", b"x" * len(data))
    with pytest.raises(FileChanged):
        list(blocks)


def test_a_file_removed_after_submission_is_gone(place: Place) -> None:
    place.put("data.csv", b"a\n1\n")
    version = place.source.version("data.csv")
    place.remove("data.csv")
    with pytest.raises(FileGone):
        list(place.source.read("data.csv", version))
