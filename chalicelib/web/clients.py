"""Finds the client of each request, before any view runs."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from chalice.app import IAMAuthorizer, Response

from chalicelib.jobs.authentication import Authenticate, Credentials
from chalicelib.settings import Auth, Settings
from chalicelib.web import requests
from chalicelib.web.responses import problem_responses

Middleware = Callable[[Any, Callable[[Any], Response]], Response]
"""What Chalice calls for each request: with the request, and what handles it."""


def gateway_checks(settings: Settings) -> Mapping[str, Any]:
    """Return the options of a route that have API Gateway check signatures and keys."""
    return {
        "authorizer": IAMAuthorizer() if settings.auth is Auth.IAM else None,
        "api_key_required": settings.api_key_required or None,
    }


def authenticated(authenticate: Authenticate, public: Collection[str] = ()) -> Middleware:
    """Return Chalice middleware that lets views know the client, or replies with a problem.

    ``public``: the routes that need no client.
    """

    @problem_responses
    def middleware(request: Any, get_response: Callable[[Any], Response]) -> Response:
        if request.path not in public:
            requests.remember_client(authenticate(credentials_of(request)))
        return get_response(request)

    return middleware


def credentials_of(request: Any) -> Credentials:
    """Return what a request says about its sender."""
    identity = request.context.get("identity") or {}
    return Credentials(
        authorization=request.headers.get("authorization") or "",
        caller=identity.get("userArn") or "",
    )
