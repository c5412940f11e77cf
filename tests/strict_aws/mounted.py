"""A folder mounted from a file server (EFS is NFS): what its client may show of a change.

Close-to-open consistency: opening a file asks the server for its attributes; between opens, they
may come from the client's cache, for 3 to 60 seconds, while the data are the server's. Sources:
https://docs.aws.amazon.com/efs/latest/ug/features.html#consistency and
https://man7.org/linux/man-pages/man5/nfs.5.html, "Data and metadata coherence", acregmax.
"""

import os
from dataclasses import dataclass

from tests.strict_aws.clock import Clock


@dataclass
class _Attributes:
    status: os.stat_result
    seen_at: float


class MountedFolder:
    """``os``'s open, fstat, pread and close over a real folder, with attributes that go stale.

    Hand it to whatever takes these four functions; ``cache_seconds`` are those of the clock.
    """

    def __init__(self, clock: Clock, cache_seconds: float = 60.0) -> None:
        self._clock = clock
        self._cache_seconds = cache_seconds
        self._cached: dict[tuple[int, int], _Attributes] = {}
        self._open: dict[int, tuple[int, int]] = {}

    def open(self, path: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        descriptor = os.open(path, flags, mode, dir_fd=dir_fd)
        status = os.fstat(descriptor)
        file = (status.st_dev, status.st_ino)
        self._open[descriptor] = file
        self._cached[file] = _Attributes(status, self._clock.elapsed)
        return descriptor

    def fstat(self, descriptor: int) -> os.stat_result:
        file = self._open[descriptor]
        cached = self._cached[file]
        if self._clock.elapsed - cached.seen_at >= self._cache_seconds:
            cached = _Attributes(os.fstat(descriptor), self._clock.elapsed)
            self._cached[file] = cached
        return cached.status

    def pread(self, descriptor: int, size: int, offset: int) -> bytes:
        return os.pread(descriptor, size, offset)

    def close(self, descriptor: int) -> None:
        self._open.pop(descriptor, None)
        os.close(descriptor)
