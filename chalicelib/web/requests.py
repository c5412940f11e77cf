"""Reads HTTP requests. Names are decoded here, once, before any check."""

import json
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

from chalicelib.errors import BadRequest
from chalicelib.jobs.client import OPEN, Client
from chalicelib.jobs.option_values import SWITCHES, read_whole_number, refused
from chalicelib.jobs.options import Options, parse_submission
from chalicelib.jobs.waiting import MAX_SECONDS

PREFIX = "csv_name="
MAX_BODY_BYTES = 64 * 1024
MAX_KEY_CHARS = 255

# The request of this thread. Chalice keeps the current request on the app object, which
# `chalice local` shares between its threads: two requests at once would read each other's bodies.
_current: ContextVar[Any] = ContextVar("current")
_client: ContextVar[Client] = ContextVar("client")


def remember(request: Any, get_response: Callable[[Any], Any]) -> Any:
    """Chalice middleware: store the request for the other functions of this module."""
    _current.set(request)
    return get_response(request)


def client() -> Client:
    """Return the client that sent the request. There is none before it is authenticated."""
    return _client.get()


def remember_client(client: Client) -> None:
    """Store the client of the request."""
    _client.set(client)


def path() -> str:
    """Return the path that the client requested, with the stage that API Gateway adds."""
    given: str = _current.get().context.get("path", "")
    return given


def query() -> dict[str, str]:
    """Return the query parameters; a repeated one has its last value."""
    given: Any = _current.get().query_params
    return dict(given.items()) if given else {}


def header(name: str) -> str:
    """Return a header of the request; an empty text if it has none."""
    value: str = _current.get().headers.get(name, "")
    return value


def idempotency_key() -> str | None:
    """Return the key of the request, with or without the quotes of a structured header."""
    given = header("idempotency-key").strip()
    if not given:
        return None
    key = given.removeprefix('"').removesuffix('"')
    if not 1 <= len(key) <= MAX_KEY_CHARS or not (key.isascii() and key.isprintable()):
        raise BadRequest(
            f"Idempotency-Key must have 1 to {MAX_KEY_CHARS} printable ASCII characters, "
            "like a UUID."
        )
    return key


def seconds_to_wait() -> int:
    """Return the seconds of ``?wait=``; 0 if it is not there. Raises BadRequest."""
    text = query().get("wait", "0")
    seconds = read_whole_number(text, MAX_SECONDS)
    if seconds is None:
        must = f"must be a whole number of seconds from 0 to {MAX_SECONDS}"
        raise refused("wait", must, text)
    return seconds


def counted_client() -> Client:
    """Return whose jobs to count: everybody's, or with ``mine=true`` those of the client.

    Raises BadRequest for another value.
    """
    return client() if switch("mine") else OPEN


def switch(name: str) -> bool:
    """Return a query parameter that is true or false; false if it is not there.

    Raises BadRequest for another value.
    """
    value = query().get(name, "false")
    if value not in SWITCHES:
        raise refused(name, "must be true or false", value)
    return SWITCHES[value]


def body() -> dict[str, object] | list[object]:
    """Return the JSON object or list of the request body. Raises BadRequest for anything else."""
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
    if isinstance(members, dict | list):
        return members
    raise BadRequest(
        'The body must be a JSON object, like {"csv": "data.csv"}, or a list of such objects.'
    )


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
        return unquote_to_bytes(segment.removeprefix(PREFIX)).decode()
    except UnicodeDecodeError:
        raise BadRequest("The name is not valid UTF-8; percent-encode it as UTF-8.") from None


def options_in_query() -> tuple[Options, bool]:
    """Return the options in the query string, and whether to sum in any case. Raises BadRequest."""
    return parse_submission({name: _unquoted(value) for name, value in query().items()})


def _unquoted(value: str) -> str:
    """Drop the quotes around a value that was typed as messages show it: ``decimal=","``."""
    is_quoted = len(value) > 2 and value[0] == value[-1] == '"'
    return value[1:-1] if is_quoted else value
