"""Bytes that come in blocks. Pure Python, no I/O."""

from collections.abc import Iterator


def fill(size: int, head: bytes, blocks: Iterator[bytes]) -> tuple[bytes, bool]:
    """``head`` and as many blocks behind it as make ``size`` bytes, joined once; whether they ended before that."""
    held, total = [head], len(head)
    while total < size:
        block = next(blocks, None)
        if block is None:
            return b"".join(held), True
        held.append(block)
        total += len(block)
    return b"".join(held), False
