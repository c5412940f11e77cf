"""Take the bytes of a compressed file in the portions that its format asks for."""

from collections.abc import Iterable, Iterator

PIECE_BYTES = 16 * 1024


class Source:
    """Reads ``blocks`` front to back; ``position`` counts the bytes taken."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._pieces = _pieces(blocks)
        self._held = b""
        self.position = 0

    def peek(self, size: int) -> bytes:
        """Return the next ``size`` bytes, fewer at the end of the file, without taking them."""
        while len(self._held) < size and (piece := next(self._pieces, b"")):
            self._held += piece
        return self._held[:size]

    def take(self, size: int) -> bytes:
        """Return the next ``size`` bytes, fewer at the end of the file."""
        taken = self.peek(size)
        self._held = self._held[len(taken) :]
        self.position += len(taken)
        return taken

    def take_piece(self) -> bytes:
        """Take the bytes that are there, at least one; none at the end of the file."""
        self.peek(1)
        piece, self._held = self._held, b""
        self.position += len(piece)
        return piece

    def put_back(self, data: bytes) -> None:
        self._held = data + self._held
        self.position -= len(data)

    def skip_zeros(self) -> bool:
        """Skip padding; return whether anything follows it."""
        while piece := self.take_piece():
            if rest := piece.lstrip(b"\0"):
                self.put_back(rest)
                return True
        return False


def _pieces(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut blocks into small ones: each stream, even of 20 bytes, copies the rest of its block."""
    for block in blocks:
        yield from (block[at : at + PIECE_BYTES] for at in range(0, len(block), PIECE_BYTES))
