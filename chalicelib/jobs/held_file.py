"""The first bytes of a file, held in memory and unpacked: a source for whatever reads them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chalicelib.engine.decompression import decompress
from chalicelib.engine.formats import HEAD_BYTES, Compression, check_content, identify
from chalicelib.engine.states import Grammar, State, open_quote, scan_state
from chalicelib.errors import BadCompressed
from chalicelib.jobs.job import FileVersion
from chalicelib.jobs.ports import Probe


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A ``ports.Source`` with one file, whatever its name. ``complete``: nothing follows."""

    data: bytes
    complete: bool
    compression: Compression | None = None

    def version(self, _name: str) -> FileVersion:
        return FileVersion(len(self.data), "")

    def probe(self, name: str) -> Probe:
        return Probe(self.version(name), self.data[:HEAD_BYTES])

    def read(
        self, name: str, version: FileVersion, start: int = 0, expected_end: int | None = None
    ) -> Iterator[bytes]:
        """Yield the bytes from ``start`` on; the version is the one that is held."""
        del name, version, expected_end
        return iter((self.data[start:],))


def hold(blocks: Iterable[bytes], size: int, max_bytes: int) -> HeldFile:
    """Hold the first ``max_bytes`` of a file of ``size`` bytes."""
    return HeldFile(_take(blocks, max_bytes), size <= max_bytes)


def unpacked(held: HeldFile, max_bytes: int) -> HeldFile:
    """Hold the first ``max_bytes`` of the content of a file that may be compressed.

    Raise FileError if the file is damaged, or its content is no CSV.
    """
    compression = identify(held.data)
    if not isinstance(compression, Compression):
        return held
    content = _to_the_cut(decompress(compression, [held.data]), held.complete)
    data = _take(content, max_bytes + 1)
    check_content(data, compression)
    complete = held.complete and len(data) <= max_bytes
    return HeldFile(data[:max_bytes], complete, compression)


def complete_rows(data: bytes, grammar: Grammar) -> bytes:
    """Return the rows that end in ``data``, which starts at a row."""
    end = data.rfind(b"\n") + 1
    while scan_state(data[:end], State.ROW, grammar) is not State.ROW:
        # All line feeds after the quote that is open are text.
        quote = open_quote(data[:end], grammar.delimiter)
        end = data.rfind(b"\n", 0, end - 1 if quote is None else quote) + 1
    return data[:end]


def _take(blocks: Iterable[bytes], max_bytes: int) -> bytes:
    held = bytearray()
    for block in blocks:
        held += block
        if len(held) >= max_bytes:
            break
    return bytes(held[:max_bytes])


def _to_the_cut(blocks: Iterator[bytes], complete: bool) -> Iterator[bytes]:
    """Yield the content of a file of which only the beginning is held."""
    try:
        yield from blocks
    except BadCompressed as bad:
        if complete or not bad.code.endswith("_truncated"):
            raise
