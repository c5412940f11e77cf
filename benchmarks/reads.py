"""A folder of CSV files that keeps a list of what is read from it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from chalicelib.adapters.folder_source import FolderSource
from chalicelib.jobs.job import FileVersion
from chalicelib.jobs.ports import Probe


@dataclass(frozen=True, slots=True)
class Read:
    """One read of a file: from ``start`` to ``expected_end`` or so; it gave ``size`` bytes."""

    start: int
    expected_end: int
    size: int


@dataclass
class CountingFolder:
    """A ``ports.Source`` over a folder that keeps a list of its reads."""

    folder: FolderSource
    reads: list[Read] = field(default_factory=list)

    def version(self, name: str) -> FileVersion:
        return self.folder.version(name)

    def probe(self, name: str) -> Probe:
        return self.folder.probe(name)

    def read(
        self, name: str, version: FileVersion, start: int = 0, expected_end: int | None = None
    ) -> Iterator[bytes]:
        size = 0
        try:
            for block in self.folder.read(name, version, start, expected_end):
                size += len(block)
                yield block
        finally:
            end = version.size if expected_end is None else expected_end
            self.reads.append(Read(start, end, size))
