"""The paths and their operations."""

from typing import Any

from chalicelib.web.openapi import codes
from chalicelib.web.openapi.replies import failed_job, headers, problems, reply
from chalicelib.web.openapi.schemas import NAME, OPTION_VALUES, TEXT, ref

Item = dict[str, Any]

JOB_ID: Item = {"name": "job_id", "in": "path", "required": True, "schema": ref("JobId")}
LINK = reply("The body is too large: follow the link within 300 s.", ref("Link"), "Location")
QUERY: list[Item] = [
    {"name": name, "in": "query", "schema": schema} for name, schema in OPTION_VALUES.items()
]
OPTIONS_REPLY: Item = {
    "description": "What the path has.",
    "headers": headers(
        "Allow",
        "Access-Control-Allow-Methods",
        "Access-Control-Allow-Headers",
        "Access-Control-Max-Age",
    ),
}


def _links(pointer: str) -> Item:
    """Return the operations on a job whose id is in the body, at this JSON pointer."""
    parameters = {"job_id": f"$response.body#{pointer}"}
    return {name: {"operationId": name, "parameters": parameters} for name in ("getJob", "getSums")}


SUBMIT_BY_NAME: Item = {
    "get": {
        "operationId": "submitByName",
        "summary": "Submit a file by its name, with options in the query",
        "parameters": [
            {
                "name": "name",
                "in": "path",
                "required": True,
                "schema": NAME,
                "description": "Percent-encoded as UTF-8, each / as %2F.",
            },
            *QUERY,
        ],
        "responses": {
            "200": {
                **reply("The job is accepted.", ref("Accepted")),
                "links": _links("/Task started, your id"),
            },
            **problems(codes.BAD_REQUEST, codes.FILE, codes.IN_PROGRESS),
        },
    }
}
COUNTER: Item = {
    "get": {
        "operationId": "countInProgress",
        "summary": "Count the jobs in progress",
        "responses": {
            "200": reply("How many jobs are accepted and not yet final.", ref("Counter")),
            **problems(),
        },
    }
}
SUMS: Item = {
    "get": {
        "operationId": "getSums",
        "summary": "Get the sums of a job",
        "parameters": [JOB_ID],
        "responses": {
            "200": reply("The sums, in the order of the columns.", ref("Sums")),
            "202": reply("The job is in progress.", ref("Job"), "Retry-After"),
            "303": LINK,
            **problems(codes.UNKNOWN_JOB),
            "422": failed_job(),
        },
    }
}
JOBS: Item = {
    "post": {
        "operationId": "submit",
        "summary": "Submit a file",
        "requestBody": {
            "required": True,
            "description": "At most 64 KiB. Any Content-Type is taken for application/json.",
            "content": {"application/json": {"schema": ref("Submission")}},
        },
        "responses": {
            "202": {
                **reply("The job is accepted; its Location is given.", ref("Job"), "Location"),
                "links": _links("/id"),
            },
            **problems(codes.BODY, codes.FILE, codes.IN_PROGRESS),
        },
    }
}
JOB: Item = {
    "get": {
        "operationId": "getJob",
        "summary": "Get a job in any state",
        "parameters": [JOB_ID],
        "responses": {
            "200": reply("The job, also if it failed.", ref("Job"), "Retry-After?"),
            "303": LINK,
            **problems(codes.UNKNOWN_JOB),
        },
    }
}
OPENAPI: Item = {
    "get": {
        "operationId": "getOpenapi",
        "summary": "Get this document",
        "responses": {
            "200": reply("This document.", {"type": "object", "required": ["openapi", "paths"]}),
            **problems(),
        },
    }
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


#: A new path goes here.
PATHS: Item = {
    path: complete(item)
    for path, item in {
        "/csv_name={name}": SUBMIT_BY_NAME,
        "/storage/get_counter": COUNTER,
        "/storage/get_json/{job_id}": SUMS,
        "/jobs": JOBS,
        "/jobs/{job_id}": JOB,
        "/openapi.json": OPENAPI,
    }.items()
}
