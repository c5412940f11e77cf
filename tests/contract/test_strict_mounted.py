"""The stand-in's mounted folder: attributes go stale between opens, data do not."""

import os
from pathlib import Path

import pytest

from tests.strict_aws import Clock, MountedFolder


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def mounted(clock: Clock) -> MountedFolder:
    return MountedFolder(clock, cache_seconds=60)


def test_between_opens_a_change_is_read_and_not_seen(
    mounted: MountedFolder, tmp_path: Path
) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"old old")
    file = mounted.open(str(path), os.O_RDONLY)
    before = mounted.fstat(file)
    assert mounted.pread(file, 4, 0) == b"old "
    path.write_bytes(b"new new new")
    assert mounted.pread(file, 4, 4) == b"new "
    assert mounted.fstat(file) == before
    mounted.close(file)


def test_another_open_sees_a_change(mounted: MountedFolder, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"old")
    first = mounted.open(str(path), os.O_RDONLY)
    path.write_bytes(b"newer")
    second = mounted.open(str(path), os.O_RDONLY)
    assert mounted.fstat(second).st_size == 5
    assert mounted.fstat(first).st_size == 5
    mounted.close(first)
    mounted.close(second)


def test_a_change_is_seen_once_the_cache_is_old(
    mounted: MountedFolder, clock: Clock, tmp_path: Path
) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"old")
    file = mounted.open(str(path), os.O_RDONLY)
    path.write_bytes(b"newer")
    clock.advance(59)
    assert mounted.fstat(file).st_size == 3
    clock.advance(1)
    assert mounted.fstat(file).st_size == 5
    mounted.close(file)


def test_a_file_is_opened_relative_to_a_folder(mounted: MountedFolder, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"1\n")
    folder = mounted.open(str(tmp_path), os.O_RDONLY | os.O_DIRECTORY)
    file = mounted.open("x.csv", os.O_RDONLY, dir_fd=folder)
    assert mounted.pread(file, 10, 0) == b"1\n"
    with pytest.raises(FileNotFoundError):
        mounted.open("y.csv", os.O_RDONLY, dir_fd=folder)
    mounted.close(file)
    mounted.close(folder)
