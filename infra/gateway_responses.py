"""What API Gateway replies by itself, as problem documents (RFC 9457).

`make package` puts them into the template and `make deploy` into the API; `make run` replies with
the same documents where API Gateway would.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

CONTENT_TYPE = "application/problem+json"
COMMON_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class GatewayResponse:
    """A reply of API Gateway: a status, and the members and headers of its problem document."""

    status: HTTPStatus
    code: str
    detail: str
    more_headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> str:
        """The problem document."""
        members = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status.value,
            "code": self.code,
            "detail": self.detail,
        }
        return json.dumps(members)

    @property
    def headers(self) -> dict[str, str]:
        return {"Content-Type": CONTENT_TYPE, **COMMON_HEADERS, **self.more_headers}


_NO_SUCH_PAGE = GatewayResponse(
    HTTPStatus.NOT_FOUND,
    "no_such_page",
    "There is nothing at this path, or not for this method. In the name of a file, write each / "
    "as %2F. Where AWS checks signatures, it also checks that there is one.",
)
_BAD_REQUEST = GatewayResponse(
    HTTPStatus.BAD_REQUEST, "bad_request", "API Gateway cannot read the request; correct it."
)
_FORBIDDEN = GatewayResponse(
    HTTPStatus.FORBIDDEN,
    "forbidden",
    "AWS did not accept the signature of the request, or its sender may not call this API.",
)
_FAILED = GatewayResponse(
    HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", "The service failed; try again."
)
_BUSY = GatewayResponse(
    HTTPStatus.TOO_MANY_REQUESTS,
    "throttled",
    "There are too many requests at a time; send them more slowly.",
    {"Retry-After": "1"},
)
#: By API Gateway's types of responses:
#: https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
GATEWAY_RESPONSES: Mapping[str, GatewayResponse] = {
    "MISSING_AUTHENTICATION_TOKEN": _NO_SUCH_PAGE,
    "RESOURCE_NOT_FOUND": _NO_SUCH_PAGE,
    "ACCESS_DENIED": _FORBIDDEN,
    "EXPIRED_TOKEN": _FORBIDDEN,
    "INVALID_SIGNATURE": _FORBIDDEN,
    "WAF_FILTERED": _FORBIDDEN,
    # The signature of a request with a bearer token is incomplete, where no method takes one.
    "DEFAULT_4XX": _NO_SUCH_PAGE,
    "BAD_REQUEST_BODY": _BAD_REQUEST,
    "BAD_REQUEST_PARAMETERS": _BAD_REQUEST,
    "REQUEST_TOO_LARGE": GatewayResponse(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "body_too_large",
        "The body has more than 10 MiB; a body may have at most 64 KiB.",
    ),
    "UNSUPPORTED_MEDIA_TYPE": GatewayResponse(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "The Content-Type is not one that this path takes; send application/json.",
    ),
    "THROTTLED": _BUSY,
    "QUOTA_EXCEEDED": GatewayResponse(
        HTTPStatus.TOO_MANY_REQUESTS,
        "quota_exceeded",
        "The quota of requests is used up; it is renewed when its period ends.",
        {"Retry-After": "3600"},
    ),
    "INTEGRATION_TIMEOUT": GatewayResponse(
        HTTPStatus.GATEWAY_TIMEOUT,
        "timeout",
        "The service did not reply within 29 seconds; try again.",
        {"Retry-After": "1"},
    ),
    "INTEGRATION_FAILURE": _FAILED,
    "DEFAULT_5XX": _FAILED,
}


def for_template() -> dict[str, Any]:
    """Return the property GatewayResponses of an AWS::Serverless::Api."""
    return {
        kind: {
            "StatusCode": each.status.value,
            "ResponseParameters": {"Headers": _quoted(each.headers)},
            "ResponseTemplates": {"application/json": each.body},
        }
        for kind, each in GATEWAY_RESPONSES.items()
    }


def for_api() -> dict[str, dict[str, Any]]:
    """Return the arguments of put_gateway_response, but for the API, by the type of response."""
    return {
        kind: {
            "statusCode": str(each.status.value),
            "responseParameters": {
                f"gatewayresponse.header.{name}": value
                for name, value in _quoted(each.headers).items()
            },
            "responseTemplates": {"application/json": each.body},
        }
        for kind, each in GATEWAY_RESPONSES.items()
    }


def _quoted(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers whose values API Gateway takes as they are, not as expressions."""
    return {name: f"'{value}'" for name, value in headers.items()}
