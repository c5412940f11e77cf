"""CloudFormation stacks: create or update, delete, and say why that failed."""

import json
import time
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from deploy.aws import Aws
from deploy.progress import Say
from deploy.stage import UsageError

POLL_SECONDS = 1.0
# A stack in one of these was never complete and cannot be updated: it counts as none.
NEVER_MADE = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "REVIEW_IN_PROGRESS")
STARTED = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS")
GOOD = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
ADVICE = {
    "QueueDeletedRecently": "SQS blocks the name of a deleted queue for 60 seconds: "
    "run the same command in a minute.",
    "namespace": "Account-regional names end in -<account>-<region>-an, global names do not: see "
    "BUCKET_NAMESPACE in docs/deploy.md.",
    "already exists": "Something with this name exists already: remove it, or choose "
    "another name, and run the same command again.",
}


def describe(aws: Aws, name: str) -> Mapping[str, Any] | None:
    """Return a stack's description; None if there is no such stack."""
    try:
        stacks = aws.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in error.response["Error"]["Message"]:
            return None
        raise
    found = [stack for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE"]
    return found[0] if found else None


def current(aws: Aws, name: str) -> Mapping[str, Any] | None:
    """Return a stack's description; None also for one that was never complete."""
    stack = describe(aws, name)
    return None if stack is None or stack["StackStatus"] in NEVER_MADE else stack


def settled(aws: Aws, name: str, say: Say) -> Mapping[str, Any] | None:
    """Return a stack once nobody changes it. One that was never complete is deleted first."""
    stack = _wait(aws, name)
    if stack is not None and stack["StackStatus"] in NEVER_MADE:
        say(f"Deleting the stack {name}, which was never complete ({stack['StackStatus']})")
        delete(aws, name)
        return None
    return stack


def put(aws: Aws, name: str, template: Mapping[str, Any], parameters: Mapping[str, str]) -> None:
    """Create or update a stack, and wait. Raises UsageError with what failed.

    If a stack cannot be created, nothing of it is left, so that the call can be made once more.
    """
    arguments = {
        "StackName": name,
        "TemplateBody": json.dumps(template),
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
        ],
    }
    cloudformation = aws.client("cloudformation")
    try:
        if describe(aws, name) is None:
            cloudformation.create_stack(**arguments, RetainExceptOnCreate=True)
        else:
            cloudformation.update_stack(**arguments)
    except ClientError as error:
        if "No updates" in str(error):
            return
        raise UsageError(_with_advice(f"The stack {name} was refused: {error}")) from error
    _require_good(aws, name)


def delete(aws: Aws, name: str) -> None:
    """Delete a stack and wait. Raises UsageError if something of it is left."""
    if describe(aws, name) is None:
        return
    aws.client("cloudformation").delete_stack(StackName=name)
    left = _wait(aws, name)
    if left is not None:
        raise UsageError(f"The stack {name} was not deleted.{_failures(aws, name)}")


def parameters_of(stack: Mapping[str, Any] | None) -> dict[str, str]:
    return {
        each["ParameterKey"]: each["ParameterValue"] for each in (stack or {}).get("Parameters", [])
    }


def _wait(aws: Aws, name: str) -> Mapping[str, Any] | None:
    """Return a stack once its status is final."""
    while True:
        stack = describe(aws, name)
        status = stack["StackStatus"] if stack else ""
        if not status.endswith("_IN_PROGRESS") or status == "REVIEW_IN_PROGRESS":
            return stack
        time.sleep(POLL_SECONDS)


def _require_good(aws: Aws, name: str) -> None:
    stack = _wait(aws, name)
    status = stack["StackStatus"] if stack else "deleted"
    failures = _failures(aws, name)
    # LocalStack calls an update complete of which a resource failed.
    if status not in GOOD or failures:
        raise UsageError(_with_advice(f"The stack {name} was not made ({status}).{failures}"))


def _failures(aws: Aws, name: str) -> str:
    """Return the first failures of the last operation on a stack, one a line."""
    lines: list[str] = []
    for event in aws.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]:
        own = event["LogicalResourceId"] == name
        if own and event["ResourceStatus"] in STARTED:
            break
        if event["ResourceStatus"].endswith("_FAILED") and not own:
            reason = event.get("ResourceStatusReason", "no reason given")
            lines.insert(0, f"\n  {event['LogicalResourceId']}: {reason}")
    return "".join(lines[:5])


def _with_advice(text: str) -> str:
    advice = next((advice for word, advice in ADVICE.items() if word in text), None)
    return f"{text}\n{advice or 'Correct that, and run the same command again.'}"
