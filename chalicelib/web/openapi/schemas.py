"""The schemas of bodies. Replies allow no member that is not written here.

A new member of a job goes into ALWAYS, MAYBE, SUCCEEDED or FAILED.
"""

from chalicelib.jobs.client import Role
from chalicelib.jobs.file_names import MAX_NAME_BYTES
from chalicelib.jobs.options import FRESH
from chalicelib.jobs.part_states import PartState
from chalicelib.jobs.uploads import MAX_NAME_BYTES as MAX_UPLOAD_NAME_BYTES
from chalicelib.web.openapi import codes, options
from chalicelib.web.openapi.options import TEXT, Schema, nullable
from chalicelib.web.submissions import MAX_SUBMISSIONS

COUNT: Schema = {"type": "integer", "minimum": 0}
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
COMPONENT: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": MAX_UPLOAD_NAME_BYTES,
    "pattern": f"^{_COMPONENT}$",
    "examples": ["sales.csv"],
    "description": f"The name of a file without folders, of at most {MAX_UPLOAD_NAME_BYTES} bytes "
    "of UTF-8, and without '${'.",
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


def list_of(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


PLACE: dict[str, Schema] = {
    "line": {"type": "integer", "minimum": 1, "description": "Counted from 1."},
    "column": {**TEXT, "description": "The name of the column."},
    "byte_offset": {**COUNT, "description": "Counted from 0; in the unpacked text."},
}
SUGGESTION = closed(
    {
        "code": TEXT,
        "sentence": TEXT,
        "options": {
            "type": "object",
            "properties": {name: nullable(given) for name, given in options.GIVEN.items()},
            "additionalProperties": False,
        },
    }
)
EXCERPT = closed(
    {
        "lines": list_of(closed({"line": COUNT, "text": TEXT})),
        "line": COUNT,
        "from": COUNT,
        "to": COUNT,
        "bytes": {**list_of(COUNT), "minItems": 2, "maxItems": 2},
    }
)
#: Where a fault is, and what helps.
ADVICE: dict[str, Schema] = {
    **PLACE,
    "suggestions": list_of(ref("Suggestion")),
    "excerpt": ref("Excerpt"),
}
FOUND = closed({"found": {"type": ["string", "boolean"]}, "asked": {}, "why": TEXT})
DIALECT = closed({}, dict.fromkeys(("delimiter", "encoding", "row_end", "header"), FOUND))
NOTICE = closed({"code": TEXT, "detail": TEXT}, {"column": TEXT})
LEFT_OUT = closed({"name": TEXT, "index": COUNT, "cell": TEXT, "why": TEXT})
ERROR = closed({"code": {"enum": list(codes.JOB)}, "detail": TEXT}, ADVICE)
#: What every job has.
ALWAYS: dict[str, Schema] = {
    "id": ref("JobId"),
    "csv": TEXT,
    "bytes": {**COUNT, "description": "The size of the file as it is stored."},
    "options": ref("Options"),
    "progress": closed({"parts_done": COUNT, "parts": {**COUNT, "minimum": 1}, "bytes": COUNT}),
    "submitted_at": TIME,
    "started_at": nullable(TIME),
    "finished_at": nullable(TIME),
}
#: What a job has once its file was looked at.
MAYBE: dict[str, Schema] = {
    "dialect": ref("Dialect"),
    "cached_from": {**JOB_ID, "description": "The job whose result it has."},
}
LEDGER = closed(
    {
        "rows": COUNT,
        "bytes": COUNT,
        "parts": COUNT,
        "etag": TEXT,
        "seconds": {"type": "number", "minimum": 0},
        "kernel": TEXT,
    }
)
SUCCEEDED: dict[str, Schema] = {
    "summed": {**list_of(TEXT), "description": "The names, in the order of the columns."},
    "result": ref("Sums"),
    "exact": by_name({**TEXT, "description": "The sum with all its digits."}),
    "cells": by_name(closed({"values": COUNT, "missing": COUNT, "skipped": COUNT})),
    "left_out": list_of(ref("LeftOut")),
    "warnings": list_of(ref("Notice")),
    "ledger": LEDGER,
}
FAILED: dict[str, Schema] = {"error": ref("Error")}
#: By the statuses of a job: what it has then, beyond ALWAYS.
BY_STATUS: dict[tuple[str, ...], dict[str, Schema]] = {
    ("queued", "running", "cancelled"): {},
    ("succeeded",): SUCCEEDED,
    ("failed",): FAILED,
}
PART_STATES: Schema = {
    "type": "string",
    "pattern": f"^[{''.join(PartState)}]+$",
    "description": "A letter for each part: . waiting, q sent to the workers, s summed, r summed "
    "once more, f failed.",
}
STATUSES = [status for statuses in BY_STATUS for status in statuses]
PREVIEW = closed(
    {
        "csv": TEXT,
        "options": ref("Options"),
        "bytes": COUNT,
        "complete": {"type": "boolean"},
        "compression": nullable(TEXT),
    },
    {
        "dialect": ref("Dialect"),
        "fields": COUNT,
        "names": list_of(TEXT),
        "rows": list_of(list_of(TEXT)),
        "parts": {**COUNT, "minimum": 1},
        "summed": list_of(closed({"name": TEXT, "index": COUNT})),
        "left_out": list_of(ref("LeftOut")),
        "warnings": list_of(ref("Notice")),
        "error": ref("Error"),
    },
)
ANSWER: Schema = {
    "oneOf": [
        closed({"status": {"const": 202}, "job": ref("SubmittedJob")}),
        closed(
            {
                "status": {"type": "integer", "minimum": 400, "maximum": 599},
                "error": closed({"code": TEXT, "detail": TEXT}),
            }
        ),
    ]
}
SCHEMAS: dict[str, Schema] = {
    "JobId": JOB_ID,
    "Options": closed(options.OF_JOB),
    "Dialect": DIALECT,
    "Suggestion": SUGGESTION,
    "Excerpt": EXCERPT,
    "Error": ERROR,
    "Notice": NOTICE,
    "LeftOut": LEFT_OUT,
    "Sums": by_name({"type": ["number", "null"]}),
    "Job": {
        "oneOf": [
            closed({**ALWAYS, "status": {"enum": list(statuses)}, **more}, MAYBE)
            for statuses, more in BY_STATUS.items()
        ]
    },
    "ListedJob": closed(
        {**ALWAYS, "status": {"enum": STATUSES}}, {**MAYBE, "ledger": LEDGER, **FAILED}
    ),
    # Long results are left out, as in a list.
    "SubmittedJob": {"anyOf": [ref("Job"), ref("ListedJob")]},
    "Page": closed(
        {"jobs": list_of(ref("ListedJob")), "next": nullable(TEXT)},
        {"counts": closed(dict.fromkeys(STATUSES, COUNT)), "counts_complete": {"type": "boolean"}},
    ),
    "Parts": closed(
        {
            "status": {"enum": STATUSES},
            "parts": {**COUNT, "minimum": 1},
            "part_bytes": COUNT,
            "reruns": COUNT,
            "states": PART_STATES,
        }
    ),
    "Preview": PREVIEW,
    "Submission": closed(
        {"csv": NAME},
        {
            **{name: nullable(given) for name, given in options.GIVEN.items()},
            FRESH: nullable(options.FLAG),
        },
    ),
    "WantedUpload": closed({"name": COMPONENT}, {"bytes": nullable(COUNT)}),
    "FilePage": closed(
        {
            "files": list_of(closed({"csv": NAME, "bytes": COUNT, "modified_at": TIME})),
            "folders": list_of({**TEXT, "pattern": "/$"}),
            "next": nullable(TEXT),
        }
    ),
    "Form": closed(
        {
            "csv": NAME,
            "url": {**TEXT, "format": "uri"},
            "fields": {"type": "object", "additionalProperties": TEXT},
            "max_bytes": COUNT,
            "expires_at": TIME,
        }
    ),
    "Answers": {**list_of(ANSWER), "minItems": 1, "maxItems": MAX_SUBMISSIONS},
    "Accepted": closed({"Task started, your id": ref("JobId")}),
    "Counter": closed({"ongoing_tasks": COUNT}),
    "Health": closed({"status": {"const": "ok"}, "version": TEXT}),
    "Me": closed(
        {"client": TEXT, "role": {"enum": [*Role]}, "expires_at": nullable(TIME)},
    ),
    "Link": closed({"id": ref("JobId"), "status": {"enum": STATUSES}}),
}
