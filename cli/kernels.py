"""The kernel that sums here: compiled at installation, or else in Python."""

import sys

from chalicelib.engine.kernel import Kernel
from chalicelib.engine.native import load
from cli.terminal import say

SLOW = (
    "csvsum: the compiled kernel is missing, so this takes about a hundred times as long; install"
    " a C compiler (cc, gcc or clang), and install csvsum once more."
)


def best_kernel() -> Kernel:
    """Return the compiled kernel; without it, say so, and return the one in Python."""
    native = load()
    if native is not None:
        return native
    from chalicelib.engine.reference import ReferenceKernel

    say(SLOW)
    return ReferenceKernel()


def kernel_text() -> str:
    """Return which kernel sums here, for ``csvsum doctor``."""
    if load() is None:
        return f"Python alone: slow. No library for {sys.platform} fits this installation."
    from chalicelib.engine.native.binding import open_library

    has_avx2 = bool(open_library().csvsum_has_avx2())
    return "native (AVX2)" if has_avx2 else "native"
