"""Files and streams of this machine, as the sources that the service's code reads from."""

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Self

from chalicelib.engine.formats import HEAD_BYTES
from chalicelib.engine.wording import visible
from chalicelib.errors import FileError
from chalicelib.jobs.job import FileVersion
from cli.failures import Exit, Failure
from cli.progress import Update, ignore

if TYPE_CHECKING:
    from chalicelib.jobs.ports import Probe

STDIN = "-"
#: What is read at once. Less takes more calls; more does not stay in the cache of the processor.
READ_BYTES = 2 * 1024 * 1024
#: What is kept of a stream, which can be read once, to explain a fault in it.
KEPT_BYTES = 1024 * 1024
NO_VERSION = FileVersion(0, "")


class Stopped(Exception):
    """Ends a thread whose work nobody needs."""


class Changed(FileError):
    """Somebody wrote to the file."""

    code = "file_changed"

    def __init__(self) -> None:
        super().__init__("The file changed while it was read; sum it when nobody writes to it.")


class Unreadable(FileError):
    """The file was opened, but cannot be read to its end."""

    code = "unreadable"

    def __init__(self, error: OSError) -> None:
        super().__init__(f"The file cannot be read: {error.strerror or error}.")


class _Opened:
    """An open file; leaving the context closes it."""

    def __init__(self, descriptor: int) -> None:
        #: Called with the number of bytes that were read so far.
        self.update: Update = ignore
        self.descriptor = descriptor
        self._bytes_read = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)

    def _count(self, block: bytes) -> None:
        self._bytes_read += len(block)
        self.update(self._bytes_read)


class LocalFile(_Opened):
    """A ``ports.Source`` with one open file, read by any number of threads."""

    def __init__(self, descriptor: int, read_bytes: int = READ_BYTES) -> None:
        super().__init__(descriptor)
        self._read_bytes = read_bytes
        self._stopped = False

    def stop(self) -> None:
        """Raise Stopped in all threads that read."""
        self._stopped = True

    def version(self, _name: str) -> FileVersion:
        """Identify a version as FolderSource does: by inode, ctime and size."""
        status = os.fstat(self.descriptor)
        return FileVersion(status.st_size, f"{status.st_ino:x}-{status.st_ctime_ns:x}")

    def probe(self, name: str) -> "Probe":
        from chalicelib.jobs.ports import Probe

        return Probe(self.version(name), os.pread(self.descriptor, HEAD_BYTES, 0))

    def read(
        self, name: str, version: FileVersion, start: int = 0, expected_end: int | None = None
    ) -> Iterator[bytes]:
        stop = version.size if expected_end is None else min(expected_end, version.size)
        position = start
        while block := os.pread(self.descriptor, self._next_bytes(position, stop), position):
            if self._stopped:
                raise Stopped
            if self.version(name) != version:
                raise Changed
            position += len(block)
            self._count(block)
            yield block
        if position < version.size:
            raise Changed

    def _next_bytes(self, position: int, stop: int) -> int:
        """Return how much to read: not more than is expected, and little beyond that."""
        left = stop - position
        return min(self._read_bytes, left) if left > 0 else max(1, self._read_bytes // 8)


def shown_name(name: str) -> str:
    """Return a file's name for a message."""
    return "standard input" if name == STDIN else visible(name)


class Stream(_Opened):
    """A ``ports.Source`` with a stream. After the first time, it reads the kept beginning."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor)
        self._begun = False
        self._kept = bytearray()
        self.is_complete = False

    @property
    def kept(self) -> bytes:
        return bytes(self._kept)

    def version(self, _name: str) -> FileVersion:
        return NO_VERSION

    def probe(self, name: str) -> "Probe":
        from chalicelib.jobs.ports import Probe

        return Probe(self.version(name), self.kept[:HEAD_BYTES])

    def read(
        self, _name: str, _version: FileVersion, start: int = 0, expected_end: int | None = None
    ) -> Iterator[bytes]:
        del expected_end
        if self._begun:
            yield self.kept[start:]
            return
        self._begun = True
        while block := os.read(self.descriptor, READ_BYTES):
            self._kept += block[: KEPT_BYTES - len(self._kept)]
            self._count(block)
            yield block
        self.is_complete = True


def open_file(name: str) -> LocalFile | Stream:
    """Open a file, or with ``-`` the standard input. Raise Failure if it cannot be opened."""
    if name == STDIN:
        return _opened(os.dup(sys.stdin.fileno()))
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise _not_there(name, error) from error
    if stat.S_ISDIR(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        advice = f"csvsum sum {visible(name.rstrip('/'))}/*.csv sums the files in it."
        raise Failure(f"{visible(name)} is a folder", Exit.MISSING, advice=(advice,))
    return _opened(descriptor)


def _opened(descriptor: int) -> LocalFile | Stream:
    """Return what can be read from anywhere as a file, and all else as a stream."""
    is_file = stat.S_ISREG(os.fstat(descriptor).st_mode)
    if is_file and os.lseek(descriptor, 0, os.SEEK_CUR) == 0:
        return LocalFile(descriptor)
    return Stream(descriptor)


def _not_there(name: str, error: OSError) -> Failure:
    why = {FileNotFoundError: "there is no such file", PermissionError: "you may not read it"}
    message = f"{visible(name)}: {why.get(type(error), (error.strerror or str(error)).lower())}"
    near = _nearest(name) if isinstance(error, FileNotFoundError) else None
    return Failure(
        message, Exit.MISSING, advice=(f"Did you mean {visible(near)}?",) if near else ()
    )


def _nearest(name: str) -> str | None:
    """Return the file in the same folder whose name is most like ``name``."""
    from difflib import get_close_matches

    path = Path(name)
    try:
        names = [each.name for each in path.parent.iterdir() if each.is_file()]
    except OSError:
        return None
    near = get_close_matches(path.name, names, n=1)
    return str(path.with_name(near[0])) if near else None
