"""The paths and their operations."""

from chalicelib.jobs.job import Status
from chalicelib.jobs.listing import MAX_LIMIT
from chalicelib.web import page_files
from chalicelib.web.openapi import codes
from chalicelib.web.openapi.common import (
    FRESH_IN_QUERY,
    JOB_ID,
    KEY,
    KNOWN,
    LINK,
    OPTIONS_IN_QUERY,
    WAIT,
    Item,
    complete,
    in_path,
    json_body,
    links,
    query,
)
from chalicelib.web.openapi.options import TEXT, Schema
from chalicelib.web.openapi.replies import (
    file_problem,
    not_modified,
    page_replies,
    problems,
    reply,
)
from chalicelib.web.openapi.schemas import NAME, ref
from chalicelib.web.submissions import MAX_SUBMISSIONS

SWITCH: Schema = {"enum": ["true", "1", "false", "0"]}
_STATUS = "|".join(Status)
STATUSES: Schema = {"type": "string", "pattern": f"^(({_STATUS})(,({_STATUS}))*)?$"}

PAGE: Item = {
    "get": {
        "operationId": "getPage",
        "summary": "Get the page for people",
        "parameters": [KNOWN],
        "responses": page_replies("text/html; charset=utf-8"),
    }
}
PAGE_FILE: Item = {
    "get": {
        "operationId": "getPageFile",
        "summary": "Get a file of the page",
        "parameters": [in_path("version"), in_path("file"), KNOWN],
        "responses": page_replies(*page_files.TYPES.values()),
    }
}
PAGE_VIEW: Item = {
    "get": {
        **PAGE_FILE["get"],
        "operationId": "getPageView",
        "summary": "Get a file of the page for one kind of view",
    }
}
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
            *OPTIONS_IN_QUERY,
            FRESH_IN_QUERY,
            KEY,
        ],
        "responses": {
            "200": {
                **reply("The job is accepted.", ref("Accepted")),
                "links": links("/Task started, your id"),
            },
            **problems(codes.BAD_REQUEST, codes.SUBMISSION),
        },
    }
}
COUNTER: Item = {
    "get": {
        "operationId": "countInProgress",
        "summary": "Count the jobs in progress",
        "parameters": [query("mine", SWITCH, "Only those of the client.")],
        "responses": {
            "200": reply("How many jobs are accepted and not yet final.", ref("Counter")),
            **problems(codes.BAD_REQUEST),
        },
    }
}
SUMS: Item = {
    "get": {
        "operationId": "getSums",
        "summary": "Get the sums of a job",
        "parameters": [JOB_ID, WAIT, KNOWN],
        "responses": {
            "200": reply("The sums, in the order of the columns.", ref("Sums"), "ETag"),
            "202": reply("The job is in progress.", ref("Job"), "Retry-After"),
            "303": LINK,
            "304": not_modified(),
            **problems(codes.BAD_REQUEST, codes.UNKNOWN_JOB),
            "422": file_problem(codes.SUMS),
        },
    }
}
JOBS: Item = {
    "get": {
        "operationId": "listJobs",
        "summary": "List the jobs of the client, the newest first",
        "parameters": [
            query("status", STATUSES, "Only those with one of these, apart by commas."),
            query("since", TEXT, "A date or a moment of ISO 8601."),
            query("csv", TEXT, "A part of the file's name."),
            query("limit", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT}),
            query("cursor", TEXT, "The member next of the page before."),
            query("counts", SWITCH, "Whether to count the jobs by status, and not to wait."),
            WAIT,
            KNOWN,
        ],
        "responses": {
            "200": reply("A page of jobs, without their results.", ref("Page"), "ETag"),
            "304": not_modified(),
            **problems(codes.BAD_REQUEST),
        },
    },
    "post": {
        "operationId": "submit",
        "summary": "Submit a file, or several",
        "parameters": [KEY],
        "requestBody": json_body(
            {
                "anyOf": [
                    ref("Submission"),
                    {
                        "type": "array",
                        # One that is no submission has an error in the reply.
                        "items": {"anyOf": [ref("Submission"), {}]},
                        "minItems": 1,
                        "maxItems": MAX_SUBMISSIONS,
                    },
                ]
            },
            f"At most 64 KiB: a submission, or a list of up to {MAX_SUBMISSIONS}.",
        ),
        "responses": {
            "200": reply("An answer to each submission of a list.", ref("Answers")),
            "202": {
                **reply(
                    "The job is accepted; its Location is given.", ref("SubmittedJob"), "Location"
                ),
                "links": links("/id"),
            },
            **problems(codes.BODY, codes.SUBMISSION),
        },
    },
}
PREVIEW: Item = {
    "post": {
        "operationId": "preview",
        "summary": "Show how a file would be read, without a job",
        "requestBody": json_body(ref("Submission"), "At most 64 KiB."),
        "responses": {
            "200": reply("What is found in the first bytes.", ref("Preview")),
            **problems(codes.BODY, codes.FILE_MISSING),
            "422": file_problem(codes.JOB),
        },
    }
}
FILES: Item = {
    "get": {
        "operationId": "listFiles",
        "summary": "List the files and folders of the source",
        "parameters": [
            query("prefix", TEXT, "How the names begin, like q3/."),
            query("search", TEXT, "A text in the names below the prefix, folders included."),
            query("cursor", TEXT, "The member next of the page before."),
        ],
        "responses": {
            "200": reply("A page of files and folders.", ref("FilePage")),
            **problems(codes.BAD_REQUEST, codes.FILES),
        },
    }
}
UPLOADS: Item = {
    "post": {
        "operationId": "upload",
        "summary": "Get a form to upload a file with",
        "requestBody": json_body(ref("WantedUpload"), "At most 64 KiB."),
        "responses": {
            "201": reply("Send the fields, and then the file, to the URL.", ref("Form")),
            **problems(codes.BODY, codes.UPLOAD),
        },
    }
}
JOB: Item = {
    "get": {
        "operationId": "getJob",
        "summary": "Get a job in any state",
        "parameters": [JOB_ID, WAIT, KNOWN],
        "responses": {
            "200": reply("The job, also if it failed.", ref("Job"), "ETag", "Retry-After?"),
            "303": LINK,
            "304": not_modified(),
            **problems(codes.BAD_REQUEST, codes.UNKNOWN_JOB),
        },
    },
    "delete": {
        "operationId": "cancelJob",
        "summary": "Cancel a job",
        "parameters": [JOB_ID],
        "responses": {
            "202": reply("The job is cancelled, now or before.", ref("Job")),
            **problems(codes.UNKNOWN_JOB, codes.ALREADY_ENDED),
        },
    },
}
HEALTH: Item = {
    "get": {
        "operationId": "getHealth",
        "summary": "Learn whether the API takes requests; needs no token",
        "security": [],
        "responses": {"200": reply("It does.", ref("Health")), **problems()},
    }
}
ME: Item = {
    "get": {
        "operationId": "getMe",
        "summary": "Get the client that asks",
        "responses": {"200": reply("The client.", ref("Me")), **problems()},
    }
}
PARTS: Item = {
    "get": {
        "operationId": "getParts",
        "summary": "Get the states of a job's parts",
        "parameters": [JOB_ID, WAIT, KNOWN],
        "responses": {
            "200": reply("A letter for each part.", ref("Parts"), "ETag", "Retry-After?"),
            "304": not_modified(),
            **problems(codes.BAD_REQUEST, codes.UNKNOWN_JOB),
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
#: A new path goes here.
PATHS: Item = {
    path: complete(item)
    for path, item in {
        "/": PAGE,
        "/page/{version}/{file}": PAGE_FILE,
        "/page/{version}/views/{file}": PAGE_VIEW,
        "/csv_name={name}": SUBMIT_BY_NAME,
        "/storage/get_counter": COUNTER,
        "/storage/get_json/{job_id}": SUMS,
        "/jobs": JOBS,
        "/preview": PREVIEW,
        "/uploads": UPLOADS,
        "/files": FILES,
        "/jobs/{job_id}": JOB,
        "/health": HEALTH,
        "/me": ME,
        "/jobs/{job_id}/parts": PARTS,
        "/openapi.json": OPENAPI,
    }.items()
}
