"""CSV files in a mounted folder.

No name can lead out of the folder: each component is opened relative to the folder before it, and
no symbolic link is followed. So the file that is checked is the file that is read.
"""

import errno
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chalicelib.adapters.folder_paths import FILE, error_of, opened_below
from chalicelib.engine.formats import HEAD_BYTES
from chalicelib.errors import FileChanged, FileGone, FileMissing
from chalicelib.jobs.job import FileVersion
from chalicelib.jobs.ports import Probe

READ_BYTES = 1024 * 1024
SECOND_NS = 10**9
# Where times are whole seconds, two contents of one file may have the same version until then.
SETTLED_NS = 2 * SECOND_NS


class FolderSource:
    """A ``ports.Source`` over the files below ``root``.

    ``status_of`` returns the attributes of an open file, as the file system's client sees them, and
    ``now_ns`` the nanoseconds since 1970.
    """

    def __init__(
        self,
        root: str,
        read_bytes: int = READ_BYTES,
        status_of: Callable[[int], os.stat_result] = os.fstat,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.root = root
        self.read_bytes = read_bytes
        self.status_of = status_of
        self.now_ns = now_ns

    def version(self, name: str) -> FileVersion:
        try:
            with self._opened(name) as file:
                return self._version(file)
        except OSError as error:
            raise error_of(error, FileMissing(name)) from error

    def probe(self, name: str) -> Probe:
        try:
            with self._opened(name) as file:
                status = self.status_of(file)
                head = os.pread(file, HEAD_BYTES, 0)
                return Probe(_version_of(status), head, self._is_settled(status))
        except OSError as error:
            raise error_of(error, FileMissing(name)) from error

    def read(
        self, name: str, version: FileVersion, start: int = 0, expected_end: int | None = None
    ) -> Iterator[bytes]:
        stop = version.size if expected_end is None else min(expected_end, version.size)
        try:
            with self._opened(name) as file:
                yield from self._blocks(file, name, version, range(start, stop))
        except OSError as error:
            raise error_of(error, FileGone(name)) from error

    def _blocks(
        self, file: int, name: str, version: FileVersion, expected: range
    ) -> Iterator[bytes]:
        """Yield blocks up to the end of the file, each after a check that covers it."""
        position = expected.start
        while block := self._read(file, position, expected.stop):
            position += len(block)
            if position < expected.stop:
                _require(version, self._version(file), name)
            else:
                self._require_anew(version, name)
            yield block
        _require(version, self._version(file), name)
        if position < version.size:
            raise FileChanged(name)

    def _read(self, file: int, position: int, stop: int) -> bytes:
        """Read only what the caller will probably need: mounted file systems bill by the byte."""
        left = stop - position
        size = min(self.read_bytes, left) if left > 0 else self.read_bytes // 4
        return os.pread(file, size, position)

    def _require_anew(self, version: FileVersion, name: str) -> None:
        """Check by opening the file once more, before the last bytes that a caller uses.

        While a file stays open, NFS may return its attributes from a cache; opening a file gets
        them from the server (close-to-open consistency):
        https://docs.aws.amazon.com/efs/latest/ug/features.html#consistency
        """
        with self._opened(name) as anew:
            _require(version, self._version(anew), name)

    def _version(self, file: int) -> FileVersion:
        """Identify a version by inode, ctime and size.

        Unlike mtime, ctime advances with every write and cannot be set back. It also advances when
        rights or links change, but not with every write to a file that is mapped into memory.
        """
        return _version_of(self.status_of(file))

    def _is_settled(self, status: os.stat_result) -> bool:
        """Return whether the next write to the file gives it another ctime.

        A file system with whole seconds gives two writes in the same second the same one.
        """
        age = self.now_ns() - status.st_ctime_ns
        return status.st_ctime_ns % SECOND_NS != 0 or age > SETTLED_NS

    @contextmanager
    def _opened(self, name: str) -> Iterator[int]:
        """Open a plain file. Raise OSError for anything else, Misconfigured without the folder."""
        with opened_below(self.root, name.split("/"), FILE) as descriptor:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(errno.EISDIR, "not a plain file")
            yield descriptor


def _version_of(status: os.stat_result) -> FileVersion:
    tag = f"{status.st_ino:x}-{status.st_ctime_ns:x}-{status.st_size:x}"
    return FileVersion(status.st_size, tag)


def _require(version: FileVersion, found: FileVersion, name: str) -> None:
    if found != version:
        raise FileChanged(name)
