"""What every reader is asked to do, and the shape of its answer."""

STEP = 10
BLOCK_BYTES = 1024 * 1024

Sums = list[int | float | None]
