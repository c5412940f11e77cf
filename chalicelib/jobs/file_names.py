"""Checks the name of a file in the source. Pure Python."""

import re
import unicodedata

from chalicelib.errors import BadRequest

MAX_NAME_BYTES = 1024  # the longest key of an object in S3
#: The URL of an object; the group is its key.
OBJECT_URL = re.compile(r"s3://[^/]+/(.+)", re.DOTALL)
#: How JSON calls the types of Python.
KINDS = {
    dict: "an object",
    list: "a list",
    int: "a number",
    float: "a number",
    bool: "a boolean",
}


def parse_name(name: object) -> str:
    """Return the name of a file in the source: a relative path with ``/`` between folders.

    Raises BadRequest for a name that could lead out of the source, or has a control character.
    """
    if name is None or name == "":
        raise BadRequest(
            "The name of a CSV file is missing; give it as csv_name=<name>, "
            'or as "csv" in the JSON body.'
        )
    if not isinstance(name, str):
        raise BadRequest(f"csv must be a string, not {KINDS[type(name)]}.")
    if match := OBJECT_URL.fullmatch(name):
        raise BadRequest(
            f"Names are relative to the source: give {match[1]!r}, or what of it is below the "
            "source's prefix."
        )
    _require_size(name)
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


def _require_size(name: str) -> None:
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        raise BadRequest(
            r"The name has a lone surrogate, like \ud800, which no text has; send it as UTF-8."
        ) from None
    if size > MAX_NAME_BYTES:
        raise BadRequest(f"The name has {size} bytes; it may have at most {MAX_NAME_BYTES}.")
