"""Checks what a client asks for: a file's name and five options. Pure Python.

Query strings and JSON bodies both come through ``parse_options`` and ``parse_name``.
"""

import unicodedata
from collections.abc import Mapping
from typing import Literal

from chalicelib.engine.options import Options
from chalicelib.errors import BadRequest

__all__ = ["DELIMITERS", "NAMES", "Options", "parse_name", "parse_options"]

MAX_NAME_BYTES = 1024  # the longest key of an object in S3
MAX_INDEX = 10_000_000
# A delimiter must not be a character of numbers, nor a quote.
DELIMITERS = frozenset("\t !#$%&'()*,/:;<=>?@[\\]^_`{|}~")
NAMES = tuple(Options.__slots__)


def parse_options(given: Mapping[str, object]) -> Options:
    """Return the options given as strings or JSON values; others keep their defaults.

    Raise BadRequest with a sentence that names the option.
    """
    for name in given:
        if name not in NAMES:
            raise BadRequest(
                f"There is no option {_shown(name)}; the options are {', '.join(NAMES)}."
            )
    default = Options()
    return Options(
        step=_parse_int(given.get("step", default.step), "step", 1),
        first=_parse_int(given.get("first", default.first), "first", 0),
        delimiter=_delimiter(given.get("delimiter", default.delimiter)),
        header=_switch(given.get("header", default.header)),
        non_numeric=_non_numeric(given.get("non_numeric", default.non_numeric)),
    )


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


def _parse_int(value: object, name: str, minimum: int) -> int:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if (
        isinstance(text, str)
        and text.isascii()
        and text.isdigit()
        and len(text) <= 8
        and minimum <= int(text) <= MAX_INDEX
    ):
        return int(text)
    raise BadRequest(
        f"{name} must be a whole number from {minimum} to {MAX_INDEX}, not {_shown(value)}."
    )


def _delimiter(value: object) -> str:
    if isinstance(value, str) and value in DELIMITERS:
        return value
    raise BadRequest(
        "delimiter must be one character: a tab, a space or punctuation "
        f'other than " + - and the point, not {_shown(value)}.'
    )


def _switch(value: object) -> bool:
    switches: dict[object, bool] = {"true": True, "1": True, "false": False, "0": False}
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in switches:
        return switches[value.lower()]
    raise BadRequest(f"header must be true or false, not {_shown(value)}.")


def _non_numeric(value: object) -> Literal["fail", "skip"]:
    if value == "fail":
        return "fail"
    if value == "skip":
        return "skip"
    raise BadRequest(f"non_numeric must be 'fail' or 'skip', not {_shown(value)}.")


def _shown(value: object) -> str:
    text = "null" if value is None else ascii(value)
    return text if len(text) <= 60 else text[:60] + "…"
