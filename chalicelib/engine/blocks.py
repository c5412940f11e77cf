"""Bytes that come in blocks."""

from collections.abc import Iterator


def fill(size: int, head: bytes, blocks: Iterator[bytes]) -> tuple[bytes, bool]:
    """Append blocks to ``head`` until there are ``size`` bytes, and join them once.

    Return the bytes, and whether the input ended first.
    """
    held, total = [head], len(head)
    while total < size:
        block = next(blocks, None)
        if block is None:
            return b"".join(held), True
        held.append(block)
        total += len(block)
    return b"".join(held), False
