"""Opens what is below a folder: no path leads out of it, and no symbolic link is followed."""

import errno
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from chalicelib.errors import CsvsumError, Misconfigured, TryAgain

log = logging.getLogger("csvsum")

OPEN = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW
FOLDER = OPEN | os.O_DIRECTORY
# O_NONBLOCK: opening a FIFO must not wait for a writer.
FILE = OPEN | os.O_NONBLOCK
# The errors of opening what does not exist, is a link or a folder, or may not be read.
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


@contextmanager
def opened_below(root: str, components: Sequence[str], last: int) -> Iterator[int]:
    """Open a path below ``root``; ``last`` are the flags for its last component.

    Each component is opened relative to the folder before it. Raise OSError, and Misconfigured
    without the root.
    """
    if not UPWARD.isdisjoint(components):
        raise OSError(errno.ENOENT, "not a path below the folder")
    flags = [FOLDER] * (len(components) - 1) + [last]
    descriptor = _open_root(root)
    try:
        for component, flag in zip(components, flags, strict=False):
            below = os.open(component, flag, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = below
        yield descriptor
    finally:
        os.close(descriptor)


def error_of(error: OSError, not_there: CsvsumError) -> CsvsumError:
    """Return ``not_there`` for what cannot be opened, and TryAgain for any other error."""
    return not_there if error.errno in NOT_THERE else _no_answer(error)


def _open_root(root: str) -> int:
    try:
        return os.open(root, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY)
    except OSError as error:
        raise _no_folder(root, error) from error


def _no_folder(root: str, error: OSError) -> CsvsumError:
    """Return the error of a folder that cannot be opened; its files may exist."""
    if error.errno not in NOT_THERE:
        return _no_answer(error)
    log.error("the folder of CSV files %s cannot be opened: %s", root, error.strerror)
    return Misconfigured(
        f"The folder of CSV files is not mounted, or may not be opened ({_name_of(error)}); report "
        "it to the operator."
    )


def _no_answer(error: OSError) -> TryAgain:
    return TryAgain(f"The folder of CSV files did not answer ({_name_of(error)}).")


def _name_of(error: OSError) -> str:
    return errno.errorcode.get(error.errno or 0, "unknown")
