"""What holds for every route: HEAD, OPTIONS, 405, and problem documents for Chalice's own errors.

Chalice calls a middleware with the request and with what handles it.
"""

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from chalice.app import Chalice, Response

from chalicelib.web.responses import HEADERS, problem

Handler = Callable[[Any], Response]
Middleware = Callable[[Any, Handler], Response]

ANY_TYPE = ["*/*"]
#: The codes and sentences for what Chalice replies by itself.
PROBLEMS = {
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: (
        "unsupported_media_type",
        "The Content-Type is not one that this path takes; send application/json.",
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        "internal_error",
        "The service failed; its log says where. Try again, or report it to the operator.",
    ),
}

log = logging.getLogger("csvsum")


def complete_routes(app: Chalice) -> None:
    """Add HEAD for every GET route, and OPTIONS for every path; call this after the last route.

    API Gateway passes only declared methods on. It checks HEAD as it does GET, and OPTIONS never: a
    preflight request has no credentials. A request without a body may have any content type.
    """
    for path, entries in app.routes.items():
        if "GET" in entries:
            get = entries["GET"]
            get.content_types = ANY_TYPE
            if "HEAD" not in entries:
                checks = {"authorizer": get.authorizer, "api_key_required": get.api_key_required}
                _add(app, path, "HEAD", get.view_function, **checks)
        _add(app, path, "OPTIONS", options_reply)


def _add(app: Chalice, path: str, method: str, view: Any, **checks: Any) -> None:
    app.route(path, methods=[method], content_types=ANY_TYPE, **checks)(view)


def options_reply(**_: str) -> Response:
    """Return the reply to OPTIONS; ``allow_methods`` adds the methods."""
    return Response(body="", status_code=HTTPStatus.NO_CONTENT.value, headers=dict(HEADERS))


def allow_methods(routes: Mapping[str, Mapping[str, Any]]) -> Middleware:
    """Return the middleware that answers OPTIONS, and methods that a path does not have."""

    def middleware(request: Any, get_response: Handler) -> Response:
        allowed = {"Allow": ", ".join(sorted(routes[request.path]))}
        if request.method == "OPTIONS":
            response = options_reply()
        elif request.method in routes[request.path]:
            return get_response(request)
        else:
            response = _not_allowed(allowed["Allow"])
        response.headers.update(allowed)
        return response

    return middleware


def _not_allowed(allowed: str) -> Response:
    detail = f"This path does not have the method of the request; it has {allowed}."
    return problem(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", detail)


def problems_of_chalice(request: Any, get_response: Handler) -> Response:
    """Middleware: turn what Chalice replies by itself into problem documents."""
    try:
        response = get_response(request)
    except Exception:
        log.exception("a request failed")
        return _problem_of(HTTPStatus.INTERNAL_SERVER_ERROR)
    if isinstance(response.body, dict):  # a view's body is text
        return _problem_of(HTTPStatus(response.status_code))
    return response


def _problem_of(status: HTTPStatus) -> Response:
    code, detail = PROBLEMS.get(status, ("bad_request", f"{status.phrase}: correct the request."))
    return problem(status, code, detail)
