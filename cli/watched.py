"""Files that are being uploaded, and what the storage says if it does not take one."""

import re
from io import FileIO
from pathlib import Path

from cli.failures import Exit, Failure
from cli.progress import Update
from cli.terminal import PROGRAM

#: In the XML with which S3 refuses a form.
CODE = re.compile(r"<Code>(\w{1,60})</Code>")
WHY = {
    "EntityTooLarge": "it is larger than the service allows",
    "AccessDenied": "the time for the upload has passed",
    "ExpiredToken": "the time for the upload has passed",
}


class Watched(FileIO):
    """A file that reports how many of its bytes were read."""

    def __init__(self, path: Path, update: Update) -> None:
        super().__init__(path, "rb")
        self._update = update

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self._update(self.tell())
        return data or b""


def not_stored(path: Path, status: int, text: str) -> Failure:
    """Return why the storage did not take a file."""
    found = CODE.search(text)
    code = found[1] if found else str(status)
    message = f"{path} was not uploaded: {WHY.get(code, f'the storage replied {code}')}"
    return Failure(message, Exit.REFUSED, advice=(f"Try again, or see {PROGRAM} doctor.",))
