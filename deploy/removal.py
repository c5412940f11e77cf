"""Take a stage down, and look whether anything of it is left before saying so."""

from collections.abc import Mapping

from deploy import cloudformation, data, inventory, resources, roles
from deploy.aws import Aws
from deploy.progress import Say
from deploy.project import chalice, lay_out
from deploy.stage import Stage, UsageError


def down(stage: Stage, aws: Aws, environment: Mapping[str, str], with_data: bool, say: Say) -> str:
    """Remove a stage, whichever way it was deployed. Returns what was removed and what is left."""
    names = resources.names(stage, aws)
    stacks = [name for name in (stage.prefix, stage.stack) if cloudformation.describe(aws, name)]
    if not (stacks or inventory.find(stage, aws) or (with_data and data.left(aws, names))):
        return f"There is nothing of {stage.prefix} in this account and region."
    if stage.prefix in stacks:
        say(f"Deleting the stack {stage.prefix}")
        cloudformation.delete(aws, stage.prefix)
    _delete_functions(stage, aws, environment, say)
    if stage.stack in stacks:
        say(f"Deleting the stack {stage.stack}")
        resources.delete(stage, aws)
    deleted = data.delete(stage, aws, names) if with_data else []
    return _farewell(stage, deleted, data.left(aws, names))


def _delete_functions(stage: Stage, aws: Aws, environment: Mapping[str, str], say: Say) -> None:
    """Delete what Chalice made. Raises UsageError if something of it is left."""
    found = inventory.find(stage, aws)
    apis = [each for each in found if each["resource_type"] == "rest_api"]
    for api in apis[1:]:  # Chalice records one
        say(f"Deleting another {inventory.show(api)} with the same name")
        aws.client("apigateway").delete_rest_api(restApiId=api["rest_api_id"])
    inventory.write_record(stage, found)
    if found:
        arguments = ("delete", "--stage", stage.name)
        chalice(lay_out(stage), *arguments, environment=environment, say=say)
        roles.release(stage, aws)
    left = inventory.find(stage, aws)
    if left:
        names = "\n  ".join(inventory.show(each) for each in left)
        raise UsageError(f"This could not be removed:\n  {names}\nRun the same command again.")


def _farewell(stage: Stage, deleted: list[str], kept: list[str]) -> str:
    advice = " (DATA=delete deletes what csvsum made)" if kept else ""
    return (
        f"Removed {stage.prefix}: no function, role, rule, API or stack of it is left.\n"
        f"Data deleted: {', '.join(deleted) or 'none'}.\n"
        f"Data left: {', '.join(kept) or 'none'}{advice}."
    )
