"""Every kernel that there is, by name, for the tests that hold them to one contract."""

from collections.abc import Callable

import pytest

from chalicelib.engine.kernel import Kernel
from chalicelib.engine.limits import LIMITS, Limits
from chalicelib.engine.native import NativeKernel, load
from chalicelib.engine.native.binding import entry, open_library
from chalicelib.engine.native.buffers import Room
from chalicelib.engine.pandas_kernel import PandasKernel
from chalicelib.engine.reference import ReferenceKernel
from chalicelib.engine.states import Grammar, State
from chalicelib.engine.sums import PartialSum

NEEDS_NATIVE = pytest.mark.skipif(load() is None, reason="the native kernel is not built")


def portable_kernel(
    limits: Limits = LIMITS, block_bytes: int = 64 * 1024, room: Room | None = None
) -> NativeKernel:
    """Make the native kernel in the form that needs no special instructions."""
    add_rows = entry(open_library(), portable=True)
    return NativeKernel(limits, block_bytes, add_rows, room)


GRAMMAR = Grammar(b",")
#: The states of files without comments.
STATES = tuple(state for state in State if state is not State.COMMENT)
Make = Callable[..., Kernel]
NATIVE: dict[str, Callable[..., NativeKernel]] = {
    "native": NativeKernel,
    "portable": portable_kernel,
}
KERNELS: dict[str, Make] = {"reference": ReferenceKernel, "pandas": PandasKernel, **NATIVE}

every_kernel = pytest.mark.parametrize(
    "kernel",
    [
        pytest.param(make, id=name, marks=NEEDS_NATIVE if name in NATIVE else ())
        for name, make in KERNELS.items()
    ],
)
every_form = pytest.mark.parametrize("native", list(NATIVE.values()), ids=list(NATIVE))


def comparable(partial: PartialSum) -> tuple[object, ...]:
    """Return all that a partial sum says: with a fault nothing else counts."""
    if partial.fault is not None:
        return partial.fault, partial.end
    counts = partial.rows, partial.lines, partial.bytes, partial.unended
    return partial.columns, *counts, partial.end
