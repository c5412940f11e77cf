"""The door to a mounted folder of CSV files.

No name can lead out of the folder: each component is opened relative to the folder before it, and no symbolic link is
followed, so that what was checked is what is read.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

from chalicelib.errors import FileChanged, FileGone, FileMissing, TryAgain
from chalicelib.jobs.job import FileVersion

READ_BYTES = 1024 * 1024
OPEN = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW
# What opening answers for a name that is not there, that is a link or a folder, or that may not be read.
NOT_THERE = (
    errno.ENOENT,
    errno.ENOTDIR,
    errno.ELOOP,
    errno.EISDIR,
    errno.EACCES,
    errno.EPERM,
    errno.ENAMETOOLONG,
    errno.ENXIO,
)

UPWARD = frozenset({"", ".", ".."})


class FolderSource:
    """A ``ports.Source`` over the files below ``root``."""

    def __init__(self, root: str) -> None:
        self.root = root

    def version(self, name: str) -> FileVersion:
        try:
            with self._opened(name) as file:
                return _version(os.fstat(file))
        except OSError as error:
            if error.errno in NOT_THERE:
                raise FileMissing(name) from error
            raise _no_answer(error) from error

    def read(
        self, name: str, version: FileVersion, start: int = 0, expected_end: int | None = None
    ) -> Iterator[bytes]:
        try:
            with self._opened(name) as file:
                yield from _read_version(
                    file,
                    name,
                    version,
                    start,
                    version.size if expected_end is None else expected_end,
                )
        except FileNotFoundError as error:
            raise FileGone(name) from error
        except OSError as error:
            raise (FileGone(name) if error.errno in NOT_THERE else _no_answer(error)) from error

    @contextmanager
    def _opened(self, name: str) -> Iterator[int]:
        """A plain file's descriptor; OSError for anything else."""
        *folders, _ = components = name.split("/")
        if not UPWARD.isdisjoint(components):
            raise OSError(errno.ENOENT, "not a path below the folder")
        # O_NONBLOCK: opening a FIFO must not wait for a writer.
        flags = [OPEN | os.O_DIRECTORY] * len(folders) + [OPEN | os.O_NONBLOCK]
        try:
            descriptor = os.open(self.root, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY)
        except OSError as error:  # not mounted: that no file is there says nothing of the file
            raise _no_answer(error) from error
        try:
            for component, flag in zip(components, flags, strict=True):
                below = os.open(component, flag, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = below
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(errno.EISDIR, "not a plain file")
            yield descriptor
        finally:
            os.close(descriptor)


def _version(status: os.stat_result) -> FileVersion:
    """By the time of the last change (ctime): every write call moves it on and nobody can set it, as that of modification can be.

    It also moves on when rights or links change, and not with each store into a file that somebody has mapped.
    """
    return FileVersion(
        status.st_size, f"{status.st_ino:x}-{status.st_ctime_ns:x}-{status.st_size:x}"
    )


def _read_version(
    file: int, name: str, version: FileVersion, start: int, expected_end: int
) -> Iterator[bytes]:
    position = start
    while True:
        # Up to where the caller is likely to stop: a mounted file system is paid for by the byte.
        size = (
            min(READ_BYTES, expected_end - position) if position < expected_end else READ_BYTES // 4
        )
        block = os.pread(file, size, position)
        # Checked behind each read: bytes of another version must not be handed out.
        if _version(os.fstat(file)) != version:
            raise FileChanged(name)
        if not block:
            break
        yield block
        position += len(block)
    if position < version.size:
        raise FileChanged(name)


def _no_answer(error: OSError) -> TryAgain:
    return TryAgain(
        f"The folder of CSV files did not answer ({errno.errorcode.get(error.errno or 0, 'unknown')})."
    )
