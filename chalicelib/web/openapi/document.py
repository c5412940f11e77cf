"""The document as one object."""

from functools import cache
from typing import Any

from chalicelib.web.about import VERSION
from chalicelib.web.openapi.paths import PATHS
from chalicelib.web.openapi.replies import HEADERS
from chalicelib.web.openapi.schemas import SCHEMAS
from chalicelib.web.openapi.webhooks import JOB_ENDED, WEBHOOKS

OPENAPI = "3.1.0"
DESCRIPTION = (
    "Sums every n-th column of CSV files, exactly. Submit a file, follow its job, and fetch the "
    "sums. Every error is a problem document (RFC 9457)."
)


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document."""
    return {
        "openapi": OPENAPI,
        "info": {
            "title": "csvsum",
            "version": VERSION,
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        # Relative to the URL of this document, so that it is right below any prefix.
        "servers": [{"url": "."}],
        "security": [{}, {"token": []}],
        "paths": PATHS,
        "webhooks": WEBHOOKS,
        "components": {
            "schemas": {**SCHEMAS, "JobEnded": JOB_ENDED},
            "headers": HEADERS,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }
