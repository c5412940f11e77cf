"""Keeps web pages of other sites away from what listens on the loopback interface.

A browser on this machine can reach the loopback interface, and so can any page that is open in it.
The browser sets the headers that show where a request comes from, and no page can change them:
https://www.w3.org/TR/fetch-metadata/
"""

from collections.abc import Collection, Mapping
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

from infra.gateway_responses import GatewayResponse
from local.http_connection import Reply, Request

#: The page of the service, which other sites may link to. It has no data.
PAGE = "/"
ALL = "*"
REFUSED = GatewayResponse(
    HTTPStatus.FORBIDDEN,
    "forbidden",
    "A web page of another site sent this request, or its Host is not this machine; name the "
    "origin of the page in CORS_ORIGINS, or use http://127.0.0.1.",
)


def is_foreign(headers: Mapping[str, str], target: str, origins: Collection[str]) -> bool:
    """Return whether a request comes from a web page that is not of this machine.

    ``headers`` have names in lower case; ``origins`` are the ones of pages that may call.
    """
    # DNS rebinding: a page whose host name leads here has the same origin as what it calls.
    if not is_here(f"//{headers.get('host', 'localhost')}"):
        return True
    origin = headers.get("origin")
    if origin is not None:
        return not (is_here(origin) or origin in origins or ALL in origins)
    return headers.get("sec-fetch-site") == "cross-site" and target != PAGE


def is_here(url: str) -> bool:
    """Return whether the host of a URL is this machine."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_foreign(request: Request, origins: Collection[str]) -> Reply | None:
    """Return the reply to a request from a page of another site; None for all others."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    if not is_foreign(headers, request.target, origins):
        return None
    return Reply(REFUSED.status.value, list(REFUSED.headers.items()), REFUSED.body.encode())
