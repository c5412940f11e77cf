"""The log groups of the functions, where Chalice and Lambda are not of one mind.

Chalice makes the API's group under the handler's name, but Lambda writes to that of the function, which would then have
no group, or one that is never emptied. And Chalice deletes no group.
"""

from contextlib import suppress

from deploy.aws import Aws
from deploy.stage import Stage


def keep(stage: Stage, aws: Aws) -> None:
    """Make the group that the API's function writes to, kept for as long as the others. Repeatable."""
    logs = aws.client("logs")
    group = f"/aws/lambda/{stage.prefix}"
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName=group)
    logs.put_retention_policy(
        logGroupName=group,
        retentionInDays=stage.config["stages"][stage.name]["log_retention_in_days"],
    )


def delete(stage: Stage, aws: Aws) -> None:
    logs = aws.client("logs")
    for name in (stage.prefix, *(f"{stage.prefix}-{function}" for function in stage.functions)):
        with suppress(logs.exceptions.ResourceNotFoundException):
            logs.delete_log_group(logGroupName=f"/aws/lambda/{name}")
