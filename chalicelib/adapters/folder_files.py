"""Lists the files in a mounted folder: those that ``FolderSource`` would open.

A cursor is the last path that was looked at. Paths are in the order of their bytes, where a folder
has a slash at its end, as they are in S3.
"""

import os
import stat
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from chalicelib.adapters.folder_paths import FILE, FOLDER, error_of, opened_below
from chalicelib.errors import BadRequest, FileMissing, FolderTooLarge
from chalicelib.jobs.file_names import MAX_NAME_BYTES
from chalicelib.jobs.files import PAGE_ENTRIES, FilePage, FoundFile, WantedFiles

#: A folder with more entries is not listed, since they have to be read before they are sorted.
MAX_ENTRIES = 100_000
#: A request that has looked at so many entries opens no further folder.
LOOK_AT = 20_000


@dataclass(slots=True)
class Look:
    """One request's look at the folder."""

    wanted: WantedFiles
    after: str
    entries: int = 0
    files: list[FoundFile] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)

    def is_new(self, path: str) -> bool:
        return path > self.after

    def opens_next(self, path: str) -> bool:
        """Return whether a path is a folder which is searched after it."""
        return bool(self.wanted.search) and path.endswith("/")

    def may_have_new(self, folder: str) -> bool:
        """Return whether what is in a folder may come after the cursor."""
        return self.is_new(folder) or self.after.startswith(folder)


@dataclass(frozen=True, slots=True)
class FolderFiles:
    """A ``files.Catalog`` over the files below ``root``."""

    root: str
    page_entries: int = PAGE_ENTRIES
    max_entries: int = MAX_ENTRIES
    look_at: int = LOOK_AT

    def page(self, wanted: WantedFiles) -> FilePage:
        look = Look(wanted, _path_of(wanted.cursor))
        start = wanted.prefix[len(wanted.folder) :]
        for path in self._paths(wanted.folder, start, look):
            if not look.is_new(path):
                continue
            self._add(path, look)
            is_full = len(look.files) + len(look.folders) >= self.page_entries
            if is_full or (look.opens_next(path) and look.entries >= self.look_at):
                return FilePage(tuple(look.files), tuple(look.folders), _cursor_at(path))
        return FilePage(tuple(look.files), tuple(look.folders))

    def _add(self, path: str, look: Look) -> None:
        """Add a path to the page, if it is wanted and could be read."""
        if path.endswith("/"):
            if not look.wanted.search:
                look.folders.append(path)
        elif look.wanted.has(path) and (found := self._found(path)):
            look.files.append(found)

    def _paths(self, folder: str, start: str, look: Look) -> Iterator[str]:
        """Yield the paths in a folder whose last component begins with ``start``, in order.

        In a search, each folder is followed by what is in it.
        """
        for name in self._names(folder, look):
            path = f"{folder}{name}"
            if name.startswith(start) and look.may_have_new(path):
                yield path
                if look.opens_next(path):
                    yield from self._paths(path, "", look)

    def _names(self, folder: str, look: Look) -> list[str]:
        """Return the names of what is in a folder, in order; none if it cannot be opened."""
        components = folder.split("/")[:-1]
        names: list[str] = []
        try:
            with (
                opened_below(self.root, components, FOLDER) as descriptor,
                os.scandir(descriptor) as entries,
            ):
                for entry in entries:
                    look.entries += 1
                    names += _names_of(entry)
                    if len(names) > self.max_entries:
                        raise FolderTooLarge(folder, self.max_entries)
        except OSError as error:
            refused = error_of(error, FileMissing(folder))
            if not isinstance(refused, FileMissing):
                raise refused from error
        return sorted(name for name in names if len(folder) + len(name) <= MAX_NAME_BYTES)

    def _found(self, path: str) -> FoundFile | None:
        """Return a file; None if it cannot be opened, or is none any more."""
        with suppress(OSError), opened_below(self.root, path.split("/"), FILE) as descriptor:
            status = os.fstat(descriptor)
            if stat.S_ISREG(status.st_mode):
                modified_at = datetime.fromtimestamp(status.st_mtime, UTC)
                return FoundFile(path, status.st_size, modified_at)
        return None


def _names_of(entry: "os.DirEntry[str]") -> Iterator[str]:
    """Yield the name of a plain file, and of a folder with a slash; nothing for anything else."""
    with suppress(OSError):
        if entry.is_dir(follow_symlinks=False):
            yield f"{entry.name}/"
        elif entry.is_file(follow_symlinks=False):
            yield entry.name


def _cursor_at(path: str) -> str:
    return urlsafe_b64encode(path.encode("utf-8", "surrogateescape")).decode().rstrip("=")


def _path_of(cursor: str) -> str:
    """Return the path in a cursor. Raises BadRequest. It only says where to go on."""
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except ValueError:
        raise BadRequest(
            "cursor must be the 'next' of a page of the same list; omit it for the first page."
        ) from None
    return raw.decode("utf-8", "surrogateescape")
