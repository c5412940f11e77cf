"""Checks the name of a file in the source. Pure Python."""

import unicodedata

from chalicelib.errors import BadRequest

MAX_NAME_BYTES = 1024  # the longest key of an object in S3


def parse_name(name: object) -> str:
    """Return the name of a file in the source: a relative path with ``/`` between folders.

    Raises BadRequest for a name that could lead out of the source, or has a control character.
    """
    if not isinstance(name, str) or not name:
        raise BadRequest(
            "The name of a CSV file is missing; give it as csv_name=<name>, "
            'or as "csv" in the JSON body.'
        )
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        raise BadRequest("The name is not valid UTF-8; percent-encode it as UTF-8.") from None
    if size > MAX_NAME_BYTES:
        raise BadRequest(f"The name has {size} bytes; it may have at most {MAX_NAME_BYTES}.")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in name) or "\\" in name:
        raise BadRequest(
            "The name has a control character or a backslash in it; folders are separated by '/'."
        )
    if any(part in ("", ".", "..") for part in name.split("/")):
        raise BadRequest(
            "The name must be a path below the source's folder: "
            "no leading, trailing or double '/', no '.' and no '..'."
        )
    return name
