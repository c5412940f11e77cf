"""Reads HTTP requests. Names are decoded here, once, before any check."""

import json
import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

from chalicelib.errors import BadRequest
from chalicelib.jobs.options import Options, parse_options

PREFIX = "csv_name="
MAX_BODY_BYTES = 64 * 1024
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
#: The URL of an object; the group is its key.
OBJECT_URL = re.compile(r"s3://[^/]+/(.+)", re.DOTALL)
#: How JSON calls the types of Python.
KINDS = {
    dict: "an object",
    list: "a list",
    int: "a number",
    float: "a number",
    bool: "a boolean",
    type(None): "null",
}

# The request of this thread. Chalice keeps the current request on the app object, which
# `chalice local` shares between its threads: two requests at once would read each other's bodies.
_current: ContextVar[Any] = ContextVar("current")


def remember(request: Any, get_response: Callable[[Any], Any]) -> Any:
    """Chalice middleware: store the request for the other functions of this module."""
    _current.set(request)
    return get_response(request)


def path() -> str:
    """Return the path that the client requested, with the stage that API Gateway adds."""
    given: str = _current.get().context.get("path", "")
    return given


def query() -> dict[str, str]:
    """Return the query parameters; a repeated one has its last value."""
    given: Any = _current.get().query_params
    return dict(given.items()) if given else {}


def body() -> Mapping[str, object]:
    """Return the JSON object of the request body. Raises BadRequest for anything else."""
    raw: bytes = _current.get().raw_body or b""
    if len(raw) > MAX_BODY_BYTES:
        raise BadRequest(f"The body has {len(raw)} bytes; it may have at most {MAX_BODY_BYTES}.")
    if not raw:
        raise BadRequest(
            'The body is empty; it must be a JSON object, like {"csv": "data.csv"}, '
            "sent with its Content-Length."
        )
    members = _from_json(_text(raw))
    if members is None and raw.isascii():
        members = _from_json(_unquoted_form(raw.decode()))
    if not isinstance(members, dict):
        raise BadRequest('The body must be a JSON object, like {"csv": "data.csv"}.')
    return members


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRequest(
            f"The body is not valid UTF-8: its byte {error.start} is 0x{raw[error.start]:02X}; "
            "send JSON in UTF-8."
        ) from None


def _from_json(text: str) -> object:
    try:
        return json.loads(text, parse_float=_number)
    except (ValueError, RecursionError):
        return None


def _number(text: str) -> int | float:
    """Return a number with a point or an exponent; in JSON, 5.0 is the integer 5."""
    value = float(text)
    return int(value) if value.is_integer() else value


def _unquoted_form(text: str) -> str:
    """Return the original body from its encoding as a form.

    `curl -d` declares its body to be a form, so LocalStack decodes the body and encodes it again.
    """
    pairs = parse_qsl(text, keep_blank_values=True)
    return "&".join(f"{name}={value}" if value else name for name, value in pairs)


def name_in_path(segment: str) -> str | None:
    """Return the name in ``csv_name=<name>``, percent-decoded once; None for another segment.

    Raises BadRequest when it is not UTF-8.
    """
    if not segment.startswith(PREFIX):
        return None
    try:
        name = unquote_to_bytes(segment.removeprefix(PREFIX)).decode()
    except UnicodeDecodeError:
        raise BadRequest("The name is not valid UTF-8; percent-encode it as UTF-8.") from None
    _require_no_url(name)
    return name


def options_in_query() -> Options:
    """Return the options in the query string. Raises BadRequest."""
    return parse_options(query())


def job_in_body() -> tuple[object, Options]:
    """Return the name and the options of ``POST /jobs``. Raises BadRequest."""
    members = dict(body())
    name = members.pop("csv", "")
    if not isinstance(name, str):
        raise BadRequest(f"csv must be a string, not {KINDS[type(name)]}.")
    if LONE_SURROGATE.search(name):
        raise BadRequest(r"The name has a lone surrogate, like \ud800, which no text has.")
    _require_no_url(name)
    return name, parse_options(members)


def _require_no_url(name: str) -> None:
    """Raise BadRequest for the URL of an object."""
    if match := OBJECT_URL.fullmatch(name):
        raise BadRequest(
            f"Names are relative to the source: give {match[1]!r}, or what of it is below the "
            "source's prefix."
        )
