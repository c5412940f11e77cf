"""How csvsum sums one file: as a worker of the service does it."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from benchmarks.sums import BLOCK_BYTES, STEP, Sums, is_gzip
from chalicelib.engine.gunzip import gunzip
from chalicelib.engine.kernel import Kernel
from chalicelib.engine.opening import read_layout
from chalicelib.engine.options import Options
from chalicelib.engine.sums import as_json_number, digits
from chalicelib.wiring import best_kernel


@cache
def kernel() -> Kernel:
    """Return the kernel that a worker would use here."""
    return best_kernel()


def sums(path: str) -> Sums:
    blocks = _blocks(path)
    layout, rows = read_layout(gunzip(blocks) if is_gzip(path) else blocks, Options(step=STEP))
    partial = kernel().sum_rows(rows, layout)
    if partial.fault is not None:
        raise ValueError(partial.fault)
    return [as_json_number(digits(column.total), column.is_integer) for column in partial.columns]


def _blocks(path: str) -> Iterator[bytes]:
    with Path(path).open("rb", buffering=0) as file:
        while block := file.read(BLOCK_BYTES):
            yield block
