"""Requests for forms to upload files with."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from chalice.app import Response

from chalicelib.errors import BadRequest
from chalicelib.jobs.client import Client
from chalicelib.jobs.job import as_text
from chalicelib.jobs.option_values import shown
from chalicelib.jobs.uploads import Form
from chalicelib.web import requests, responses

NAMES = ("name", "bytes")
EXAMPLE = '{"name": "sales.csv"}'


def form_in_body(upload: Callable[[object, object, Client], Form]) -> Response:
    """Return a form for the file that the body describes."""
    given = requests.body()
    if isinstance(given, list):
        raise BadRequest(f"The body must be a JSON object, like {EXAMPLE}.")
    for name in given:
        if name not in NAMES:
            raise BadRequest(f"There is no member {shown(name)}; there are {', '.join(NAMES)}.")
    form = upload(given.get("name"), given.get("bytes"), requests.client())
    return responses.reply(HTTPStatus.CREATED, form_json(form))


def form_json(form: Form) -> dict[str, Any]:
    """Return the form as its client sees it."""
    return {
        "csv": form.csv,
        "url": form.url,
        "fields": dict(form.fields),
        "max_bytes": form.max_bytes,
        "expires_at": as_text(form.expires_at),
    }
