"""What operations share: parameters, links, and the operations HEAD and OPTIONS of each path."""

from typing import Any

from chalicelib.jobs.options import FRESH
from chalicelib.jobs.waiting import MAX_SECONDS
from chalicelib.web.openapi import options
from chalicelib.web.openapi.options import TEXT, Schema
from chalicelib.web.openapi.replies import headers, problems, reply
from chalicelib.web.openapi.schemas import ref

Item = dict[str, Any]


def query(name: str, schema: Schema, description: str = "") -> Item:
    """Return a parameter of the query, which may be left out."""
    return {"name": name, "in": "query", "schema": schema, "description": description}


def header_field(name: str, schema: Schema, description: str) -> Item:
    """Return a header of a request, which may be left out."""
    return {"name": name, "in": "header", "schema": schema, "description": description}


def in_path(name: str, schema: Schema = TEXT) -> Item:
    """Return a parameter in the path."""
    return {"name": name, "in": "path", "required": True, "schema": schema}


JOB_ID = in_path("job_id", ref("JobId"))
LINK = reply("The body is too large: follow the link within 300 s.", ref("Link"), "Location")
OPTIONS_IN_QUERY = [query(name, schema) for name, schema in options.GIVEN.items()]
FRESH_IN_QUERY = query(
    FRESH, options.FLAG, "Whether to sum the file even if an earlier job has its result."
)
WAIT = query(
    "wait",
    {"type": "integer", "minimum": 0, "maximum": MAX_SECONDS},
    "How many seconds to wait for news at most.",
)
KNOWN = header_field("If-None-Match", TEXT, "The ETag of a reply that the client has.")
KEY = header_field(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[ -~]{0,255}$"},
    "A new one for each request; the same request with the same key within 24 hours gives the "
    "same job.",
)
OPTIONS_REPLY: Item = {
    "description": "What the path has.",
    "headers": headers(
        "Allow",
        "Access-Control-Allow-Methods",
        "Access-Control-Allow-Headers",
        "Access-Control-Max-Age",
    ),
}


def links(pointer: str) -> Item:
    """Return the operations on a job whose id is in the body, at this JSON pointer."""
    parameters = {"job_id": f"$response.body#{pointer}"}
    names = ("getJob", "getSums", "cancelJob")
    return {name: {"operationId": name, "parameters": parameters} for name in names}


def json_body(schema: Schema, description: str) -> Item:
    return {
        "required": True,
        "description": f"{description} Any Content-Type is taken for application/json.",
        "content": {"application/json": {"schema": schema}},
    }


def complete(item: Item) -> Item:
    """Return a path with HEAD for its GET, and with OPTIONS."""
    full, operations = dict(item), list(item.values())
    if "get" in item:
        full["head"] = _head(item["get"])
    full["options"] = {
        "operationId": f"options{_capitalized(operations[0]['operationId'])}",
        "summary": "Get the methods of the path; also the preflight request of CORS",
        "parameters": _in_path(operations[0]),
        "responses": {"204": OPTIONS_REPLY, **problems()},
    }
    return full


def _in_path(operation: Item) -> list[Item]:
    """Return the parameters in the path of an operation; any text may be in their place."""
    given = operation.get("parameters", ())
    return [{**each, "schema": TEXT} for each in given if each["in"] == "path"]


def _head(get: Item) -> Item:
    """Return the operation HEAD: the same replies without their bodies."""
    replies = {
        status: {"description": each["description"], "headers": each["headers"]}
        for status, each in get["responses"].items()
    }
    return {
        **get,
        "operationId": f"head{_capitalized(get['operationId'])}",
        "summary": f"{get['summary']}: the headers alone",
        "responses": replies,
    }


def _capitalized(name: str) -> str:
    return name[0].upper() + name[1:]
