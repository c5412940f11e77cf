"""The boto3 session of a process that uses the embedded AWS."""

from typing import Any

import boto3
from botocore import UNSIGNED

from local.bell import ring_on_send

# The services with many short calls. Links to files in S3 must be signed even here.
UNCHECKED = ("dynamodb", "sqs")


def start_session() -> None:
    """Set up boto3's default session: call this before creating clients."""
    boto3.DEFAULT_SESSION = boto3.Session()
    ring_on_send(boto3.DEFAULT_SESSION)
    leave_unsigned(boto3.DEFAULT_SESSION)


def leave_unsigned(session: boto3.Session) -> None:
    """Do not sign calls: nothing checks signatures here, and they take a tenth of a call."""
    for service in UNCHECKED:
        session.events.register(f"choose-signer.{service}", _no_signature)


def _no_signature(**_: Any) -> Any:
    return UNSIGNED
