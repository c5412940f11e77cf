"""A folder mounted from a file server (EFS is NFS): what its client may show of a change.

Close-to-open consistency: opening a file asks the server for its attributes; between opens, they
may come from the client's cache, for 3 to 60 seconds, while the data are the server's. Sources:
https://docs.aws.amazon.com/efs/latest/ug/features.html#consistency and
https://man7.org/linux/man-pages/man5/nfs.5.html, "Data and metadata coherence", acregmax.
"""

import os
from dataclasses import dataclass

from tests.strict_aws.clock import Clock

# Where a descriptor's position is once it was looked at. Reads at an offset do not mind.
SEEN = 1


@dataclass
class _Attributes:
    status: os.stat_result
    seen_at: float


class MountedFolder:
    """``status_of`` takes the place of ``os.fstat`` for files of a real folder.

    A file's attributes go stale for up to ``cache_seconds`` of the clock, until it is opened once
    more: a descriptor that was not looked at before counts as just opened.
    """

    def __init__(self, clock: Clock, cache_seconds: float = 60.0) -> None:
        self._clock = clock
        self._cache_seconds = cache_seconds
        self._cached: dict[tuple[int, int], _Attributes] = {}

    def status_of(self, descriptor: int) -> os.stat_result:
        status = os.fstat(descriptor)
        file = (status.st_dev, status.st_ino)
        if self._was_just_opened(descriptor) or self._is_stale(file):
            self._cached[file] = _Attributes(status, self._clock.elapsed)
        return self._cached[file].status

    def _was_just_opened(self, descriptor: int) -> bool:
        if os.lseek(descriptor, 0, os.SEEK_CUR) == SEEN:
            return False
        os.lseek(descriptor, SEEN, os.SEEK_SET)
        return True

    def _is_stale(self, file: tuple[int, int]) -> bool:
        seen_at = self._cached[file].seen_at
        return self._clock.elapsed - seen_at >= self._cache_seconds
