"""The schemas of bodies. Replies allow no member that is not written here.

A new option goes into OPTION_VALUES, a new member of a job into ALWAYS, SUCCEEDED or FAILED.
"""

from typing import Any

from chalicelib.jobs.options import DELIMITERS, MAX_INDEX, MAX_NAME_BYTES
from chalicelib.web.openapi import codes

Schema = dict[str, Any]

COUNT: Schema = {"type": "integer", "minimum": 0}
TEXT: Schema = {"type": "string"}
TIME: Schema = {"type": "string", "format": "date-time"}
JOB_ID: Schema = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
# A component of a name: anything but "", "." and "..".
_ANY = r"[^/\\\u0000-\u001f\u007f-\u009f]"
_COMPONENT = rf"(\.{{0,2}}[^./\\\u0000-\u001f\u007f-\u009f]{_ANY}*|\.{{3}}{_ANY}*)"
NAME: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": MAX_NAME_BYTES,
    "pattern": f"^{_COMPONENT}(/{_COMPONENT})*$",
    "examples": ["sample.csv"],
    "description": f"A path below the source, of at most {MAX_NAME_BYTES} bytes of UTF-8, "
    "without backslashes, control characters, empty components, '.' and '..'.",
}


def ref(name: str) -> Schema:
    """Return a reference to a schema of SCHEMAS."""
    return {"$ref": f"#/components/schemas/{name}"}


def closed(members: Schema, optional: Schema | None = None) -> Schema:
    """Return the schema of an object with these members, of which the first are required."""
    return {
        "type": "object",
        "required": list(members),
        "properties": {**members, **(optional or {})},
        "additionalProperties": False,
    }


def by_name(schema: Schema) -> Schema:
    """Return the schema of an object that has a value for each summed column."""
    return {"type": "object", "additionalProperties": schema}


def nullable(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _index(minimum: int) -> Schema:
    """Return the schema of an option that is an index or a distance, also as a string."""
    first = "0*[1-9]" if minimum else ""
    digits = f"{first}[0-9]{{0,6}}" if minimum else "[0-9]{1,7}"
    return {
        "anyOf": [
            {"type": "integer", "minimum": minimum, "maximum": MAX_INDEX},
            {"type": "string", "pattern": f"^{digits}$", "maxLength": 8},
        ]
    }


#: The options, by their names, as requests may give them: as JSON values or as strings.
OPTION_VALUES: dict[str, Schema] = {
    "step": _index(1),
    "first": _index(0),
    "delimiter": {"enum": sorted(DELIMITERS)},
    "header": {
        "anyOf": [
            {"type": "boolean"},
            {"type": "string", "pattern": "^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|0|1)$"},
        ]
    },
    "non_numeric": {"enum": ["fail", "skip"]},
}
#: The options as a job has them.
OPTIONS = closed(
    {
        "step": {"type": "integer", "minimum": 1, "maximum": MAX_INDEX},
        "first": {"type": "integer", "minimum": 0, "maximum": MAX_INDEX},
        "delimiter": {"enum": sorted(DELIMITERS)},
        "header": {"type": "boolean"},
        "non_numeric": {"enum": ["fail", "skip"]},
    }
)
PLACE: dict[str, Schema] = {
    "line": {"type": "integer", "minimum": 1, "description": "Counted from 1."},
    "column": {**TEXT, "description": "The name of the column."},
    "byte_offset": {**COUNT, "description": "Counted from 0; in gzip, in the unpacked text."},
}
#: What every job has.
ALWAYS: dict[str, Schema] = {
    "id": ref("JobId"),
    "csv": TEXT,
    "options": ref("Options"),
    "progress": closed({"parts_done": COUNT, "parts": {**COUNT, "minimum": 1}, "bytes": COUNT}),
    "submitted_at": TIME,
    "started_at": nullable(TIME),
    "finished_at": nullable(TIME),
}
SUCCEEDED: dict[str, Schema] = {
    "result": ref("Sums"),
    "exact": by_name({**TEXT, "description": "The sum with all its digits."}),
    "cells": by_name(closed({"values": COUNT, "missing": COUNT, "skipped": COUNT})),
    "ledger": closed(
        {
            "rows": COUNT,
            "bytes": COUNT,
            "parts": COUNT,
            "etag": TEXT,
            "seconds": {"type": "number", "minimum": 0},
            "kernel": TEXT,
        }
    ),
}
FAILED: dict[str, Schema] = {
    "error": closed({"code": {"enum": list(codes.JOB)}, "detail": TEXT}, PLACE),
}
#: By the statuses of a job: what it has then, beyond ALWAYS.
BY_STATUS: dict[tuple[str, ...], dict[str, Schema]] = {
    ("queued", "running"): {},
    ("succeeded",): SUCCEEDED,
    ("failed",): FAILED,
}
STATUSES = [status for statuses in BY_STATUS for status in statuses]
SCHEMAS: dict[str, Schema] = {
    "JobId": JOB_ID,
    "Options": OPTIONS,
    "Sums": by_name({"type": ["number", "null"]}),
    "Job": {
        "oneOf": [
            closed({**ALWAYS, "status": {"enum": list(statuses)}, **more})
            for statuses, more in BY_STATUS.items()
        ]
    },
    "Submission": closed({"csv": NAME}, OPTION_VALUES),
    "Accepted": closed({"Task started, your id": ref("JobId")}),
    "Counter": closed({"ongoing_tasks": COUNT}),
    "Link": closed({"id": ref("JobId"), "status": {"enum": STATUSES}}),
}
