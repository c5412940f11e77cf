"""One contract, held by the lists of a folder, of a bucket and of the files in memory."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import boto3
import pytest
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.clients import AwsClients
from chalicelib.adapters.folder_files import FolderFiles
from chalicelib.adapters.s3_files import S3Files
from chalicelib.adapters.s3_source import S3Place
from chalicelib.errors import BadRequest, Misconfigured
from chalicelib.jobs.files import Catalog, FilePage, WantedFiles
from tests.adapters_in_memory import MemoryCatalog, MemorySource

PAGE = 3
FILES = {
    "a.csv": b"1",
    "B.csv": b"22",
    "q3/rates.csv": b"333",
    "q3/archive/old rates.csv": b"4444",
    "q3/archive/x/y/rates 1.csv": b"",
    "q3.csv": b"5",
    "q30/z.csv": b"6",
    "день/é.csv": b"7",
    ".hidden.csv": b"8",
    "😀.csv": b"9",
}


COMPONENTS = st.sampled_from(["a", "a.", "a-", "b", "a b", "é"])


class Place(Protocol):
    @property
    def catalog(self) -> Catalog: ...

    def put(self, files: Mapping[str, bytes]) -> None: ...


class MemoryPlace:
    def __init__(self) -> None:
        self.catalog = MemoryCatalog(MemorySource(), PAGE)

    def put(self, files: Mapping[str, bytes]) -> None:
        self.catalog.source.files.update(files)


class FolderPlace:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.catalog = FolderFiles(str(root), PAGE)

    def put(self, files: Mapping[str, bytes]) -> None:
        for name, data in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


class BucketPlace:
    def __init__(self, clients: AwsClients, bucket: str) -> None:
        self.s3 = clients.s3()
        self.s3.create_bucket(Bucket=bucket)
        self.bucket = bucket
        self.catalog = S3Files(S3Place(bucket, "in/coming/"), clients.s3, PAGE, PAGE, 2)

    def put(self, files: Mapping[str, bytes]) -> None:
        for name, data in files.items():
            self.s3.put_object(Bucket=self.bucket, Key=f"in/coming/{name}", Body=data)
        for beside in ("in/coming", "in/comings/x.csv", "in/x.csv", "x.csv"):
            self.s3.put_object(Bucket=self.bucket, Key=beside, Body=b"")


@pytest.fixture(params=["memory", "folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path, unique: Callable[[str], str]) -> Place:
    if request.param == "memory":
        return MemoryPlace()
    if request.param == "folder":
        return FolderPlace(tmp_path)
    return BucketPlace(request.getfixturevalue("clients"), unique("csv"))


def pages(place: Place, prefix: str = "", search: str = "") -> list[FilePage]:
    """Return all pages of a list."""
    found = [place.catalog.page(WantedFiles(prefix, search))]
    while (cursor := found[-1].cursor) is not None:
        found.append(place.catalog.page(WantedFiles(prefix, search, cursor)))
        assert len(found) < 100
    return found


def names(found: list[FilePage]) -> list[str]:
    return [name for page in found for name in sorted([f.name for f in page.files])]


def folders(found: list[FilePage]) -> list[str]:
    return [name for page in found for name in page.folders]


def test_a_folder_is_listed_without_what_is_in_its_folders(place: Place) -> None:
    place.put(FILES)
    found = pages(place)
    assert names(found) == sorted(name for name in FILES if "/" not in name)
    assert folders(found) == ["q3/", "q30/", "день/"]
    assert all(len(page.files) + len(page.folders) <= PAGE for page in found)


def test_a_file_is_listed_with_its_size_and_its_time(place: Place) -> None:
    place.put(FILES)
    (page,) = pages(place, "q3/ra")
    (file,) = page.files
    assert (file.name, file.size, page.folders) == ("q3/rates.csv", 3, ())
    assert file.modified_at.tzinfo is not None


@pytest.mark.parametrize(
    ("prefix", "files", "in_folders"),
    [
        ("q3/", ["q3/rates.csv"], ["q3/archive/"]),
        ("q3/archive/", ["q3/archive/old rates.csv"], ["q3/archive/x/"]),
        ("q3", ["q3.csv"], ["q3/", "q30/"]),
        ("q3/ar", [], ["q3/archive/"]),
        ("день/", ["день/é.csv"], []),
        ("nothing/", [], []),
        ("a.csv/", [], []),
        ("..", [], []),
    ],
)
def test_a_prefix_is_how_names_begin(
    place: Place, prefix: str, files: list[str], in_folders: list[str]
) -> None:
    place.put(FILES)
    found = pages(place, prefix)
    assert (names(found), folders(found)) == (files, in_folders)


@pytest.mark.parametrize(
    ("prefix", "search"),
    [("", "rates"), ("", "RATES"), ("q3/", "rates"), ("", "csv"), ("", "archive/"), ("", "zzz")],
)
def test_a_search_finds_files_in_all_folders(place: Place, prefix: str, search: str) -> None:
    place.put(FILES)
    found = pages(place, prefix, search)
    expected = [n for n in FILES if n.startswith(prefix) and search.lower() in n.lower()]
    assert (names(found), folders(found)) == (sorted(expected), [])


def test_the_pages_of_a_list_are_in_order_and_have_each_name_once(place: Place) -> None:
    files = {f"{index:03}.csv": b"" for index in range(20)} | {f"d{i}/x.csv": b"" for i in range(9)}
    place.put(files)
    found = pages(place)
    together = names(found) + folders(found)
    assert sorted(together) == sorted(set(together))
    assert len(together) == 29
    for before, after in pairwise(found):
        last = max([*before.folders, *(f.name for f in before.files)])
        first = [*after.folders, *(f.name for f in after.files)]
        assert not first or last < min(first)


def test_an_empty_source_has_one_empty_page(place: Place) -> None:
    assert pages(place) == [FilePage()]
    assert pages(place, search="x") == [FilePage()]


def test_a_file_that_is_put_there_meanwhile_does_not_disturb_the_pages(place: Place) -> None:
    place.put({f"{index}.csv": b"" for index in range(1, 8)})
    first = place.catalog.page(WantedFiles())
    place.put({"0.csv": b"", "35.csv": b""})
    rest = [place.catalog.page(WantedFiles(cursor=first.cursor or ""))]
    assert "0.csv" not in names(rest)
    assert "4.csv" in names(rest)


class TestOfFolders:
    @given(
        st.sets(
            st.lists(
                st.sampled_from(["a", "a.", "a-", "b", "a b", "é"]), min_size=1, max_size=4
            ).map("/".join),
            max_size=12,
        ),
        st.integers(1, 4),
        st.sampled_from(["", "a", "b", "é"]),
    )
    def test_any_tree_is_listed_as_the_memory_lists_it(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        paths: set[str],
        count: int,
        search: str,
    ) -> None:
        # A name cannot be a file and a folder.
        files = {p: b"" for p in paths if not any(other.startswith(f"{p}/") for other in paths)}
        folder, memory = FolderPlace(tmp_path_factory.mktemp("tree")), MemoryPlace()
        for place in (folder, memory):
            place.put(files)
        folder.catalog = FolderFiles(str(folder.root), count, look_at=count)
        for prefix in ("", "a/", "a"):
            mine, theirs = pages(folder, prefix, search), pages(memory, prefix, search)
            assert names(mine) == names(theirs)
            assert folders(mine) == folders(theirs)


def test_a_bucket_that_may_not_be_listed_is_the_operators_matter(clients: AwsClients) -> None:
    with pytest.raises(Misconfigured, match="NoSuchBucket"):
        S3Files(S3Place("csvsum-none"), clients.s3).page(WantedFiles())


def test_a_folder_that_is_not_mounted_is_the_operators_matter(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="ENOENT"):
        FolderFiles(str(tmp_path / "none")).page(WantedFiles())


@pytest.mark.parametrize("cursor", ["é", "a", "=a"])
def test_a_cursor_of_nobody_is_refused_by_a_folder(tmp_path: Path, cursor: str) -> None:
    with pytest.raises(BadRequest, match="next"):
        FolderFiles(str(tmp_path)).page(WantedFiles(cursor=cursor))


# What S3 answers: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
def test_a_cursor_of_nobody_is_refused_by_a_bucket() -> None:
    s3 = boto3.client("s3", region_name="us-east-1")
    stub = Stubber(s3)
    stub.add_client_error("list_objects_v2", "InvalidArgument", http_status_code=400)
    stub.activate()
    with pytest.raises(BadRequest, match="next"):
        S3Files(S3Place("csv"), lambda: s3).page(WantedFiles(cursor="x"))
