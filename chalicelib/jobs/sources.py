"""The source and the uploads as one source."""

from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.jobs.job import FileVersion
from chalicelib.jobs.ports import Probe, Source
from chalicelib.jobs.uploads import PREFIX


@dataclass(frozen=True, slots=True)
class Sources:
    """A ``ports.Source``: names that begin with ``uploads/`` are uploads, others are files."""

    files: Source
    uploads: Source

    def probe(self, name: str) -> Probe:
        return self._of(name).probe(name)

    def version(self, name: str) -> FileVersion:
        return self._of(name).version(name)

    def read(
        self, name: str, version: FileVersion, start: int = 0, expected_end: int | None = None
    ) -> Iterator[bytes]:
        return self._of(name).read(name, version, start, expected_end)

    def _of(self, name: str) -> Source:
        return self.uploads if name.startswith(PREFIX) else self.files
