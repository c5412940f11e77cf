"""Uploads: files that clients put into the uploads bucket with a form that is signed for them.

An upload is named ``uploads/<owner>/<random>/<name>``. The owner is a digest of the client's name,
so it is short and has no character that a key should not have. Only the client, and admins, can
name the upload. Files that are not put there by a client are below ``uploads/inbox/``.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from chalicelib.engine.wording import shown
from chalicelib.errors import BadRequest, FileMissing, UploadsAreOff, UploadTooLarge
from chalicelib.jobs.client import Client, Role
from chalicelib.jobs.client_ports import Uploads
from chalicelib.jobs.file_names import KINDS, parse_name
from chalicelib.jobs.job import utc_now
from chalicelib.jobs.ports import Clock

#: How the names of uploads begin; the rest is the key in the uploads bucket.
PREFIX = "uploads/"
#: The client of the files that are put into the bucket by others than clients.
INBOX = Client("inbox")
OWNER_CHARS = 32
RANDOM_BYTES = 12
FORM_SECONDS = 600
#: The longest name of a file in common file systems.
MAX_NAME_BYTES = 255
# S3 puts the name of the sent file into its place.
PLACEHOLDER = "${"


@dataclass(frozen=True, slots=True)
class Form:
    """What a client needs to upload a file: a form of HTML, to be sent by POST."""

    #: The name of the upload in requests.
    csv: str
    #: Where to send the form to.
    url: str
    #: The fields to send before the file.
    fields: Mapping[str, str]
    max_bytes: int
    expires_at: datetime


@dataclass(eq=False)
class Upload:
    """Gives clients forms to upload files with."""

    uploads: Uploads
    max_bytes: int
    now: Clock = utc_now
    random: Callable[[], str] = lambda: secrets.token_hex(RANDOM_BYTES)

    def __call__(self, name: object, size: object, client: Client) -> Form:
        """Return a form for one file of a client. ``size``: its bytes; None if they are not known.

        Raise BadRequest, UploadTooLarge, UploadsAreOff, Misconfigured or ServiceDown.
        """
        if not self.max_bytes:
            raise UploadsAreOff
        file_name = parse_upload_name(name)
        expected = _parse_size(size)
        if expected is not None and expected > self.max_bytes:
            raise UploadTooLarge(file_name, expected, self.max_bytes)
        key = f"{owner_of(client)}/{self.random()}/{file_name}"
        expires_at = self.now() + timedelta(seconds=FORM_SECONDS)
        url, fields = self.uploads.form(key, self.max_bytes, FORM_SECONDS)
        return Form(PREFIX + key, url, fields, self.max_bytes, expires_at)


def owner_of(client: Client) -> str:
    """Return the first component of the keys of a client's uploads."""
    if client.name == INBOX.name:
        return INBOX.name
    return sha256(client.name.encode()).hexdigest()[:OWNER_CHARS]


def may_read(client: Client, file_name: str) -> bool:
    """Return whether a file exists for a client: another client's upload does not."""
    if not file_name.startswith(PREFIX):
        return True
    owner = file_name.removeprefix(PREFIX).partition("/")[0]
    return client.role is Role.ADMIN or owner == owner_of(client)


def parse_name_for(client: Client, name: object) -> str:
    """Return the name of a file that a client asks for.

    Raise BadRequest, and FileMissing for another client's upload, whether it exists or not.
    """
    file_name = parse_name(name)
    if not may_read(client, file_name):
        raise FileMissing(file_name)
    return file_name


def parse_upload_name(name: object) -> str:
    """Return the name of a file to be uploaded, which is one component. Raises BadRequest."""
    if name is None or name == "":
        raise BadRequest('The name of the file is missing; give it as "name" in the JSON body.')
    if not isinstance(name, str):
        raise BadRequest(f"name must be a string, not {KINDS[type(name)]}.")
    file_name = parse_name(name)
    if "/" in file_name:
        raise BadRequest(f"name must be that of a file without folders, not {shown(name)}.")
    if PLACEHOLDER in file_name:
        raise BadRequest(f"name must not have {PLACEHOLDER!r} in it, which S3 replaces.")
    size = len(file_name.encode())
    if size > MAX_NAME_BYTES:
        raise BadRequest(f"name has {size} bytes; it may have at most {MAX_NAME_BYTES}.")
    return file_name


def _parse_size(size: object) -> int | None:
    if size is None:
        return None
    if isinstance(size, bool) or not isinstance(size, int) or size < 0:
        raise BadRequest("bytes must be the size of the file, a whole number from 0 on.")
    return size
