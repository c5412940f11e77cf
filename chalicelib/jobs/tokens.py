"""Bearer tokens: how they are written, and what is stored of them. Pure Python.

A token is ``csvsum_``, 30 random letters and digits, and six that are their CRC-32. So scanners for
secrets recognise leaked tokens, and a mistyped one is refused without a look into the table:
https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
"""

import hashlib
import re
import secrets
import string
import zlib
from dataclasses import dataclass
from datetime import datetime

from chalicelib.jobs.client import Client

PREFIX = "csvsum_"
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
RANDOM_CHARS = 30  # 178 bits
CHECKSUM_CHARS = 6
ID_CHARS = 8
TOKEN = re.compile(f"{PREFIX}([0-9A-Za-z]{{{RANDOM_CHARS}}})([0-9A-Za-z]{{{CHECKSUM_CHARS}}})")


@dataclass(frozen=True, slots=True)
class StoredToken:
    """What is stored of a token. The token itself cannot be computed from it."""

    #: The SHA-256 of the token, in hex.
    digest: str
    client: Client
    created_at: datetime
    #: From then on the token is refused. In whole seconds, as the table's time to live is.
    expires_at: datetime

    @property
    def id(self) -> str:
        """How people name the token: the start of its digest."""
        return self.digest[:ID_CHARS]


def new_token() -> str:
    """Return a new random token."""
    random = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARS))
    return PREFIX + random + checksum(random)


def is_token(text: str) -> bool:
    """Return whether a text is written as a token is, with the right checksum."""
    match = TOKEN.fullmatch(text)
    return match is not None and checksum(match[1]) == match[2]


def checksum(random: str) -> str:
    """Return the CRC-32 of the random part, in base 62."""
    value, letters = zlib.crc32(random.encode()), ""
    for _ in range(CHECKSUM_CHARS):
        value, index = divmod(value, len(ALPHABET))
        letters = ALPHABET[index] + letters
    return letters


def digest_of(token: str) -> str:
    """Return what is stored in place of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
