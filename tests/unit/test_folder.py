"""No name leads out of the folder, and nothing but plain files is opened."""

import os
import socket
import time
from pathlib import Path

import pytest

from chalicelib.adapters.folder_source import FolderSource
from chalicelib.errors import FileChanged, FileMissing


@pytest.fixture
def folder(tmp_path: Path) -> FolderSource:
    (tmp_path / "outside.csv").write_text("secret\n1\n")
    inside = tmp_path / "inside"
    (inside / "sub").mkdir(parents=True)
    (inside / "data.csv").write_text("a\n1\n")
    (inside / "link.csv").symlink_to(tmp_path / "outside.csv")
    (inside / "inner.csv").symlink_to("data.csv")
    (inside / "linked").symlink_to(tmp_path)
    (inside / "loop").symlink_to("loop")
    os.mkfifo(inside / "pipe.csv")
    return FolderSource(str(inside))


@pytest.mark.parametrize(
    "name",
    [
        "../outside.csv",
        "sub/../../outside.csv",
        "link.csv",
        "inner.csv",
        "linked/outside.csv",
        "loop",
        "pipe.csv",
        "sub",
        "sub//data.csv",
    ]
    + ["/etc/passwd", "/dev/zero", "..", ".", "data.csv/x", "x" * 300],
)
def test_what_is_no_plain_file_below_the_folder_is_missing(folder: FolderSource, name: str) -> None:
    with pytest.raises(FileMissing):
        folder.version(name)


def test_a_socket_is_missing(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s.csv"))
        with pytest.raises(FileMissing):
            FolderSource(str(tmp_path)).version("s.csv")


def test_a_link_swapped_in_after_submission_is_not_followed(
    folder: FolderSource, tmp_path: Path
) -> None:
    version = folder.version("data.csv")
    inside = tmp_path / "inside"
    (inside / "data.csv").unlink()
    (inside / "data.csv").symlink_to(tmp_path / "outside.csv")
    with pytest.raises(Exception, match="can no longer be opened"):
        list(folder.read("data.csv", version))


def test_a_file_rewritten_in_place_is_another_version_though_its_times_are_put_back(
    folder: FolderSource, tmp_path: Path
) -> None:
    before, path = folder.version("data.csv"), tmp_path / "inside" / "data.csv"
    time.sleep(0.02)  # some file systems' clocks tick every 10 ms
    times = path.stat()
    with path.open("r+b") as file:
        file.write(b"a\n2\n")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert path.stat().st_mtime_ns == times.st_mtime_ns
    with pytest.raises(FileChanged):
        list(folder.read("data.csv", before))


def probed(folder: FolderSource, ctime_ns: int, age_ns: int) -> bool:
    """Return whether a file is settled that was changed at ``ctime_ns`` and is so old."""
    status = Path(folder.root, "data.csv").stat()

    class Status:
        """The attributes of the file with another ctime."""

        st_ino, st_size, st_ctime_ns = status.st_ino, status.st_size, ctime_ns

    folder.status_of = lambda _: Status  # type: ignore[assignment, return-value]
    folder.now_ns = lambda: ctime_ns + age_ns
    return folder.probe("data.csv").is_settled


SECOND = 10**9
NOW = 1_790_000_000 * SECOND


@pytest.mark.parametrize(
    ("ctime_ns", "age_ns", "settled"),
    [
        (NOW + 1, 0, True),
        (NOW + 4_000_000, 0, True),
        (NOW, 0, False),
        (NOW, 2 * SECOND, False),
        (NOW, 2 * SECOND + 1, True),
        (NOW, -SECOND, False),
    ],
)
def test_a_file_whose_times_are_whole_seconds_is_settled_after_two(
    folder: FolderSource, ctime_ns: int, age_ns: int, settled: bool
) -> None:
    assert probed(folder, ctime_ns, age_ns) is settled


class CachedAttributes:
    """A client of NFS: while a file stays open, its attributes are those of its opening."""

    def __init__(self) -> None:
        self.cached: dict[int, os.stat_result] = {}

    def __call__(self, file: int) -> os.stat_result:
        return self.cached.setdefault(file, os.fstat(file))


# https://docs.aws.amazon.com/efs/latest/ug/features.html#consistency
@pytest.mark.parametrize(("start", "expected_end"), [(0, None), (0, 60), (20, 40), (0, 10)])
def test_a_change_that_only_opening_shows_is_noticed_before_the_last_expected_byte(
    tmp_path: Path, start: int, expected_end: int | None
) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(b"a" * 60)
    version = FolderSource(str(tmp_path)).version("data.csv")
    source = FolderSource(str(tmp_path), read_bytes=5, status_of=CachedAttributes())
    blocks = source.read("data.csv", version, start, expected_end)
    assert next(blocks) == b"aaaaa"
    path.write_bytes(b"b" * 61)
    seen = 5
    with pytest.raises(FileChanged):
        for block in blocks:
            seen += len(block)
    assert seen < (expected_end or 60) - start


@pytest.mark.parametrize("expected_end", [None, 0, 10, 60, 100])
def test_a_file_that_stays_is_read_to_its_end_though_attributes_are_cached(
    tmp_path: Path, expected_end: int | None
) -> None:
    (tmp_path / "data.csv").write_bytes(b"a" * 60)
    source = FolderSource(str(tmp_path), read_bytes=8, status_of=CachedAttributes())
    version = source.version("data.csv")
    assert b"".join(source.read("data.csv", version, 3, expected_end)) == b"a" * 57
