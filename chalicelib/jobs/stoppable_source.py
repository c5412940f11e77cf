"""A source that stops reading when the work on its bytes must end."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from chalicelib.jobs.job import FileVersion
from chalicelib.jobs.ports import Probe, Source

Stop = Callable[[Iterable[bytes]], Iterator[bytes]]
"""Yields the blocks, until it raises: EndWatch.within, TimeLimit.within."""


@dataclass(frozen=True, slots=True)
class StoppableSource:
    """A ``ports.Source`` whose blocks pass through each of the stops."""

    source: Source
    stops: tuple[Stop, ...]

    def version(self, name: str) -> FileVersion:
        return self.source.version(name)

    def probe(self, name: str) -> Probe:
        return self.source.probe(name)

    def read(
        self, name: str, version: FileVersion, start: int = 0, expected_end: int | None = None
    ) -> Iterator[bytes]:
        blocks = self.source.read(name, version, start, expected_end)
        for stop in self.stops:
            blocks = stop(blocks)
        return blocks
