"""Measures the kernel: how fast it sums numbers that are in memory, on one core."""

from time import perf_counter

from chalicelib.engine.kernel import Kernel
from chalicelib.engine.opening import read_layout
from chalicelib.engine.options import Options
from cli.kernels import best_kernel

COLUMNS = 12
ROW = b",".join(b"%d.%02d" % (index * 37, index * 7) for index in range(COLUMNS)) + b"\n"
HEADER = b",".join(b"c%d" % index for index in range(COLUMNS)) + b"\n"
BLOCK_BYTES = 1 << 20
BLOCK = ROW * (BLOCK_BYTES // len(ROW))
#: Long enough for a rate, and short for a person who waits.
SECONDS = 0.3
MAX_BLOCKS = 1024


def bytes_per_second(kernel: Kernel | None = None, seconds: float = SECONDS) -> float:
    """Return how many bytes the kernel sums in a second; it is measured for so many ``seconds``."""
    kernel, blocks = kernel or best_kernel(), 1
    while True:
        taken = _seconds_for(kernel, blocks)
        if taken >= seconds / 4 or blocks >= MAX_BLOCKS:
            return blocks * len(BLOCK) / taken
        blocks *= 4


def _seconds_for(kernel: Kernel, blocks: int) -> float:
    layout, rows = read_layout([HEADER, *[BLOCK] * blocks], Options())
    started = perf_counter()
    kernel.sum_rows(rows, layout)
    return perf_counter() - started
