"""What the service says about itself, and about the client that asks."""

from http import HTTPStatus

from chalice.app import Response

from chalicelib.jobs.client import Client
from chalicelib.jobs.job import as_text
from chalicelib.web.responses import reply

#: That of pyproject.toml, which is not shipped to Lambda.
VERSION = "0.1.0"
#: The route that needs no token: it says nothing about any client.
PUBLIC = ("/health",)


def health() -> Response:
    """Return that the API takes requests, and of which version it is."""
    return reply(HTTPStatus.OK, {"status": "ok", "version": VERSION})


def me(client: Client) -> Response:
    """Return who the client is, what it may see, and until when its token is valid."""
    expires_at = as_text(client.expires_at) if client.expires_at else None
    members = {"client": client.name, "role": client.role.value, "expires_at": expires_at}
    return reply(HTTPStatus.OK, members)
