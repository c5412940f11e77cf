"""The use case: list the files of the source, in pages. Pure Python."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from chalicelib.errors import BadRequest, ListingIsOff, MayNotList
from chalicelib.jobs.client import Client
from chalicelib.jobs.file_names import MAX_NAME_BYTES, parse_name
from chalicelib.jobs.uploads import PREFIX

#: How many files and folders a page has, about; never none if there are any.
PAGE_ENTRIES = 200
MAX_SEARCH_CHARS = 200


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file of the source."""

    name: str
    #: In bytes.
    size: int
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class WantedFiles:
    """Which files a client asks for: those whose names begin with ``prefix``.

    Without ``search``, the folders are listed in place of what is in them. With it, the files in
    folders are listed as well, if their names below the prefix have the text in them.
    """

    prefix: str = ""
    search: str = ""
    #: The cursor of the page before.
    cursor: str = ""

    @property
    def folder(self) -> str:
        """The folder that the prefix is in; empty, or with a slash at the end."""
        return self.prefix[: self.prefix.rfind("/") + 1]

    def has(self, name: str) -> bool:
        """Return whether a name has the text, in capitals or not."""
        return self.search.casefold() in name[len(self.folder) :].casefold()


@dataclass(frozen=True, slots=True)
class FilePage:
    """Files and folders by name. ``cursor`` continues the list; None at its end.

    A page may be empty and be continued nevertheless: a request looks at a bounded number of files.
    """

    files: tuple[FoundFile, ...] = ()
    #: With a slash at the end.
    folders: tuple[str, ...] = ()
    cursor: str | None = None


class Catalog(Protocol):
    """Lists the files of the source that could be read, however many there are."""

    def page(self, wanted: WantedFiles) -> FilePage:
        """Return a page, in the order of the names' bytes.

        What the source would not read is not listed, but a name may be one that no client can
        give. Raise BadRequest for a cursor that is none of its own, FolderTooLarge, Misconfigured,
        and TryAgain if the source does not answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class ListFiles:
    """Lists the source for clients that may see what is in it. If it is not ``enabled``, nobody."""

    catalog: Catalog
    enabled: bool

    def __call__(self, client: Client, wanted: WantedFiles) -> FilePage:
        """Return a page of files that the client can submit.

        Raise ListingIsOff, MayNotList, BadRequest, and what ``Catalog.page`` raises.
        """
        if not self.enabled:
            raise ListingIsOff
        if not client.may_list:
            raise MayNotList
        _require_prefix(wanted.prefix)
        if len(wanted.search) > MAX_SEARCH_CHARS:
            raise BadRequest(f"search may have at most {MAX_SEARCH_CHARS} characters.")
        page = self.catalog.page(wanted)
        files = tuple(each for each in page.files if is_name(each.name))
        folders = tuple(each for each in page.folders if is_name(f"{each}x"))
        return replace(page, files=files, folders=folders)


def is_name(text: str) -> bool:
    """Return whether a client can give a text as the name of a file of the source."""
    try:
        return not parse_name(text).startswith(PREFIX)
    except BadRequest:
        return False


def _require_prefix(prefix: str) -> None:
    """Raise BadRequest for what no name begins with."""
    try:
        parse_name(f"{prefix}x")
    except BadRequest:
        raise BadRequest(
            f"prefix must be how names begin, like q3/ or q3/rat: at most {MAX_NAME_BYTES - 1} "
            "bytes, and no component that is empty, '.' or '..'."
        ) from None
