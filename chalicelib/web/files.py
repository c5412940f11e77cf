"""Requests for a list of the files in the source."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from chalice.app import Response

from chalicelib.errors import BadRequest
from chalicelib.jobs.client import Client
from chalicelib.jobs.files import FilePage, WantedFiles
from chalicelib.jobs.job import as_text
from chalicelib.jobs.option_values import shown
from chalicelib.web import requests, responses

NAMES = ("prefix", "search", "cursor")


def files(list_files: Callable[[Client, WantedFiles], FilePage]) -> Response:
    """Return a page of the files that the query asks for."""
    page = list_files(requests.client(), wanted_files(requests.query()))
    return responses.reply(HTTPStatus.OK, page_json(page))


def wanted_files(query: Mapping[str, str]) -> WantedFiles:
    """Return what the query asks for. Raises BadRequest."""
    for name in query:
        if name not in NAMES:
            raise BadRequest(f"There is no parameter {shown(name)}; there are {', '.join(NAMES)}.")
    return WantedFiles(**query)


def page_json(page: FilePage) -> dict[str, Any]:
    """Return the page as its client sees it."""
    files = [
        {"csv": each.name, "bytes": each.size, "modified_at": as_text(each.modified_at)}
        for each in page.files
    ]
    return {"files": files, "folders": list(page.folders), "next": page.cursor}
