"""The stand-in's mounted folder: attributes go stale between opens, data do not."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.strict_aws import Clock, MountedFolder


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def mounted(clock: Clock) -> MountedFolder:
    return MountedFolder(clock, cache_seconds=60)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "x.csv"
    path.write_bytes(b"old old")
    return path


@pytest.fixture
def file(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY)
    yield descriptor
    os.close(descriptor)


def test_between_opens_a_change_is_read_and_not_seen(
    mounted: MountedFolder, path: Path, file: int
) -> None:
    before = mounted.status_of(file)
    assert os.pread(file, 4, 0) == b"old "
    path.write_bytes(b"new new new")
    assert os.pread(file, 4, 4) == b"new "
    assert mounted.status_of(file) == before


def test_another_open_sees_a_change_for_all(mounted: MountedFolder, path: Path, file: int) -> None:
    mounted.status_of(file)
    path.write_bytes(b"newer")
    assert mounted.status_of(file).st_size == 7
    anew = os.open(path, os.O_RDONLY)
    assert mounted.status_of(anew).st_size == 5
    assert mounted.status_of(file).st_size == 5
    os.close(anew)


def test_a_descriptor_that_is_used_for_another_open_counts_as_just_opened(
    mounted: MountedFolder, path: Path
) -> None:
    for size in (7, 5):
        file = os.open(path, os.O_RDONLY)
        assert mounted.status_of(file).st_size == size
        os.close(file)
        path.write_bytes(b"newer")


def test_a_change_is_seen_once_the_cache_is_old(
    mounted: MountedFolder, clock: Clock, path: Path, file: int
) -> None:
    mounted.status_of(file)
    path.write_bytes(b"newer")
    clock.advance(59)
    assert mounted.status_of(file).st_size == 7
    clock.advance(1)
    assert mounted.status_of(file).st_size == 5
