"""Keeps freed memory in the process while files are read.

glibc returns each freed block of a thread to the system, and gets it back as zeroed pages: for a
gigabyte in blocks of a mebibyte that is a tenth of the time. Other C libraries have no ``mallopt``.
"""

import ctypes

MIB = 1024 * 1024
#: Numbers of malloc.h. Blocks up to the first size are kept, until so many bytes are free.
M_MMAP_THRESHOLD, M_TRIM_THRESHOLD = -3, -1
SETTINGS = {M_MMAP_THRESHOLD: 32 * MIB, M_TRIM_THRESHOLD: 128 * MIB}


def keep_freed_blocks() -> None:
    """Do so from now on."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for parameter, value in SETTINGS.items():
            mallopt(parameter, value)
