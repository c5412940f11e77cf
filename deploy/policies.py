"""The IAM policy of each function: the rights that its code uses, on the resources of one stage.

`make policies` writes them to .chalice/policies/, from where `chalice deploy` takes them. Region
and account are wildcards, since a committed file cannot know them; the names are complete, but
for buckets whose name has the account in it. Their pattern suits both namespaces, since two regions
share the roles and one may not have account-regional buckets.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chalicelib.jobs.inbox import FOLDER
from chalicelib.names import Namespace
from chalicelib.settings import Settings
from deploy.stage import Stage, csv_bucket

PARTITION = "aws"


@dataclass(frozen=True, slots=True)
class Right:
    """A statement: its id, the resources by their names in ``arns``, and the actions.

    ``in_source``: only for what is below the prefix of the source.
    """

    sid: str
    resources: tuple[str, ...]
    actions: tuple[str, ...]
    in_source: bool = False


def _trigger(queue: str) -> Right:
    """What Lambda does with the function's role to receive its messages."""
    actions = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")
    return Right("Trigger", (queue,), actions)


LOGS = Right("Logs", ("log",), ("logs:CreateLogStream", "logs:PutLogEvents"))
TRACES = Right("TracesHaveNoArn", ("*",), ("xray:PutTelemetryRecords", "xray:PutTraceSegments"))
API_ON_JOBS = (
    "dynamodb:BatchGetItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
)
CSV = Right("Csv", ("csv",), ("s3:GetObject",))
UPLOADS = Right("Uploads", ("uploads",), ("s3:GetObject",))
JOBS_URL = Right("Queues", ("jobs",), ("sqs:GetQueueUrl",))
PARTS_URL = Right("Queues", ("parts",), ("sqs:GetQueueUrl",))
QUEUES_URL = Right("Queues", ("jobs", "parts"), ("sqs:GetQueueUrl",))
# Of the functions that end jobs, where these are announced.
EVENTS = Right("Events", ("bus",), ("events:PutEvents",))
READ_RESULTS = Right("Results", ("results",), ("s3:GetObject",))
WRITE_RESULTS = Right("Results", ("results",), ("s3:GetObject", "s3:PutObject"))

RIGHTS: Mapping[str, tuple[Right, ...]] = {
    "api_handler": (
        CSV,
        # A form is signed with the rights of the function that makes it.
        Right("Uploads", ("uploads",), ("s3:GetObject", "s3:PutObject")),
        Right("UploadsOwner", ("uploads_bucket",), ("s3:GetBucketLocation",)),
        Right("Files", ("csv_bucket",), ("s3:ListBucket",), in_source=True),
        Right("Jobs", ("table",), API_ON_JOBS),
        Right("Tokens", ("tokens",), ("dynamodb:GetItem",)),
        Right("Counter", ("in_progress",), ("dynamodb:Query",)),
        Right("Lists", ("history",), ("dynamodb:Query",)),
        JOBS_URL,
        Right("Submit", ("jobs",), ("sqs:SendMessage",)),
        WRITE_RESULTS,
        EVENTS,
    ),
    "work_job": (
        _trigger("jobs"),
        Right("RedeliverSoon", ("jobs",), ("sqs:ChangeMessageVisibility",)),
        CSV,
        UPLOADS,
        Right("Jobs", ("table",), ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem")),
        QUEUES_URL,
        Right("Cut", ("parts",), ("sqs:SendMessage",)),
        WRITE_RESULTS,
        EVENTS,
    ),
    "work_part": (
        _trigger("parts"),
        Right("RedeliverSoon", ("parts",), ("sqs:ChangeMessageVisibility",)),
        CSV,
        UPLOADS,
        Right(
            "Jobs",
            ("table",),
            ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"),
        ),
        PARTS_URL,
        Right("Rerun", ("parts",), ("sqs:SendMessage",)),
        WRITE_RESULTS,
        EVENTS,
    ),
    "give_up": (
        _trigger("dead"),
        Right("Jobs", ("table",), ("dynamodb:GetItem", "dynamodb:UpdateItem")),
        # For a file of the inbox that has no job yet.
        Right("Inbox", ("table_of_inbox",), ("dynamodb:PutItem",)),
        READ_RESULTS,
        EVENTS,
    ),
    "inbox": (
        _trigger("inbox"),
        Right("RedeliverSoon", ("inbox",), ("sqs:ChangeMessageVisibility",)),
        Right("Uploads", ("uploads_inbox",), ("s3:GetObject",)),
        Right("Jobs", ("table",), ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")),
        Right("Counter", ("in_progress",), ("dynamodb:Query",)),
        Right("Queues", ("jobs", "inbox"), ("sqs:GetQueueUrl",)),
        Right("Submit", ("jobs",), ("sqs:SendMessage",)),
        WRITE_RESULTS,
        EVENTS,
    ),
    "sweep": (
        Right("Jobs", ("table",), ("dynamodb:GetItem", "dynamodb:UpdateItem")),
        Right("InProgress", ("in_progress",), ("dynamodb:Query",)),
        Right("Queues", ("jobs", "parts"), ("sqs:GetQueueAttributes", "sqs:GetQueueUrl")),
        Right("Resend", ("jobs",), ("sqs:SendMessage",)),
        READ_RESULTS,
        EVENTS,
    ),
}


def policy(stage: Stage, function: str) -> dict[str, Any]:
    """Return the policy document of a function. Of what a stage does not have, it has no right."""
    names = arns(stage, function)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": right.sid,
                "Effect": "Allow",
                "Action": list(right.actions),
                "Resource": [names[resource] for resource in right.resources],
                **(_condition(stage.settings) if right.in_source else {}),
            }
            for right in (LOGS, TRACES, *RIGHTS[function])
            if set(right.resources) <= set(names)
        ],
    }


def arns(stage: Stage, function: str) -> dict[str, str]:
    """Return the ARNs of a stage's resources by the names that the rights call them."""
    settings = replace(stage.settings, bucket_namespace=Namespace.GLOBAL).in_account("*", "*")
    table = f"arn:{PARTITION}:dynamodb:*:*:table/{settings.table}"
    found = {
        "*": "*",
        "log": f"arn:{PARTITION}:logs:*:*:log-group:/aws/lambda/{stage.lambda_name(function)}:*",
        "table": table,
        "tokens": f"arn:{PARTITION}:dynamodb:*:*:table/{settings.tokens_table}",
        "in_progress": f"{table}/index/in_progress",
        "history": f"{table}/index/history",
        "jobs": f"arn:{PARTITION}:sqs:*:*:{settings.jobs_queue}",
        "parts": f"arn:{PARTITION}:sqs:*:*:{settings.parts_queue}",
        "dead": f"arn:{PARTITION}:sqs:*:*:{settings.dead_queue}",
        "results": f"arn:{PARTITION}:s3:::{settings.results_bucket}/*",
        "uploads": f"arn:{PARTITION}:s3:::{settings.uploads_bucket}/*",
        "inbox": f"arn:{PARTITION}:sqs:*:*:{settings.inbox_queue}",
        "uploads_inbox": f"arn:{PARTITION}:s3:::{settings.uploads_bucket}/{FOLDER}*",
        "uploads_bucket": f"arn:{PARTITION}:s3:::{settings.uploads_bucket}",
    }
    if bucket := csv_bucket(settings):
        objects = settings.csv_source.removeprefix("s3://").rstrip("/")
        found["csv"] = f"arn:{PARTITION}:s3:::{objects}/*"
        if settings.list_files:
            found["csv_bucket"] = f"arn:{PARTITION}:s3:::{bucket}"
    if settings.inbox:
        found["table_of_inbox"] = table
    if settings.event_bus:
        found["bus"] = f"arn:{PARTITION}:events:*:*:event-bus/{settings.event_bus}"
    return found


def _condition(settings: Settings) -> dict[str, Any]:
    """Return the condition of a right to list the source: nothing beside it, if it has a prefix."""
    prefix = settings.csv_source.removeprefix("s3://").partition("/")[2].strip("/")
    return {"Condition": {"StringLike": {"s3:prefix": [f"{prefix}/*"]}}} if prefix else {}


def write(stage: Stage, folder: Path) -> list[Path]:
    """Write the policies of all functions to where the stage's configuration names them."""
    paths = []
    for function in stage.functions:
        path = folder / stage.function(function)["iam_policy_file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(policy(stage, function), indent=2) + "\n")
        paths.append(path)
    return paths
