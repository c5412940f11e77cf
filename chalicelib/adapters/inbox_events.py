"""Reads what S3 reports of new objects.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

import json
from typing import Any
from urllib.parse import unquote_plus

from chalicelib.adapters.work_queue import SHOWN_CHARS, BadMessage
from chalicelib.jobs.inbox import NewFile

CREATED = "ObjectCreated:"
TEST = "s3:TestEvent"


def decode_report(text: str) -> list[NewFile]:
    """Return the new files of a message; none for S3's test of the queue. Raise BadMessage."""
    try:
        return _files(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        shown = f"{len(text)} characters, {text[:SHOWN_CHARS]!r}"
        raise BadMessage(f"Not a report of S3: {shown}.") from error


def is_report(text: str) -> bool:
    """Return whether a message is one of S3."""
    try:
        return bool(decode_report(text))
    except BadMessage:
        return False


def _files(body: dict[str, Any]) -> list[NewFile]:
    """Read the members of a body. Raise an error of Python for what is wrong."""
    if body.get("Event") == TEST:
        return []
    return [_file(each["s3"]) for each in body["Records"] if each["eventName"].startswith(CREATED)]


def _file(of_s3: dict[str, Any]) -> NewFile:
    found = of_s3["object"]
    return NewFile(
        bucket=str(of_s3["bucket"]["name"]),
        key=unquote_plus(found["key"]),
        size=int(found.get("size", 0)),
        etag=found["eTag"].strip('"'),
        sequencer=str(found.get("sequencer", "")),
    )
