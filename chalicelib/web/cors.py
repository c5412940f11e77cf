"""Cross-origin requests: pages of the origins in CORS_ORIGINS may call the API (Fetch standard)."""

from collections.abc import Collection
from typing import Any

from chalice.app import Response

from chalicelib.web.surface import Handler, Middleware

ANY = "*"
#: Headers of requests that a page may set, and of replies that it may read, beyond the safe ones.
REQUEST_HEADERS = (
    "Authorization, Content-Type, Idempotency-Key, If-None-Match, "
    "X-Amz-Content-Sha256, X-Amz-Date, X-Amz-Security-Token"
)
REPLY_HEADERS = "Allow, ETag, Location, Retry-After, WWW-Authenticate"
PREFLIGHT_SECONDS = 600


def cors(origins: Collection[str]) -> Middleware:
    """Return the middleware that lets pages of these origins read the replies."""

    def middleware(request: Any, get_response: Handler) -> Response:
        response = get_response(request)
        if origins:
            response.headers.update(_headers(request, response, origins))
        return response

    return middleware


def _headers(request: Any, response: Response, origins: Collection[str]) -> dict[str, str]:
    origin = request.headers.get("origin")
    # Also without an origin: a cache must not give this reply to a page.
    headers = {} if ANY in origins else {"Vary": "Origin"}
    if origin is None or not (ANY in origins or origin in origins):
        return headers
    headers["Access-Control-Allow-Origin"] = ANY if ANY in origins else origin
    if request.method == "OPTIONS" and "access-control-request-method" in request.headers:
        headers["Access-Control-Allow-Methods"] = str(response.headers["Allow"])
        headers["Access-Control-Allow-Headers"] = REQUEST_HEADERS
        headers["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
    else:
        headers["Access-Control-Expose-Headers"] = REPLY_HEADERS
    return headers
