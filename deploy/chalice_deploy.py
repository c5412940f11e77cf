"""Deploy a stage with Chalice, take it down, return to the release before."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy import changes, cloudformation, data, health, inventory, releases, resources
from deploy.aws import Aws
from deploy.inventory import Resource
from deploy.progress import Say
from deploy.project import build, chalice, lay_out, link_record, zip_of
from deploy.stage import Stage, UsageError

SHOWN = ("lambda_memory_size", "lambda_timeout", "reserved_concurrency")


def up(stage: Stage, aws: Aws, environment: Mapping[str, str], say: Say) -> str:
    """Deploy a stage, or bring it up to date. Returns the service's base URL."""
    _require_no_stack(stage, aws)
    release = releases.new_id()
    stage = releases.tagged(stage, release)
    show_changes(stage, aws, say)
    project = build(stage, environment, say)
    resources.put(stage, aws, say)
    url = _deploy(stage, aws, project, environment, say)
    say(f"Keeping this release for make rollback: {release}")
    releases.keep(stage, aws, project, release)
    return url


def rollback(stage: Stage, aws: Aws, environment: Mapping[str, str], say: Say) -> str:
    """Deploy the release before the live one anew. Returns the service's base URL."""
    release = releases.before(stage, aws)
    say(f"Returning from {releases.live(stage, aws)} to {release}")
    folder = releases.fetch(stage, aws, release)
    stage = Stage(stage.name, json.loads((folder / ".chalice" / "config.json").read_text()))
    show_changes(stage, aws, say)
    _use_zip(stage, folder)
    link_record(folder)
    return _deploy(stage, aws, folder, environment, say)


def _use_zip(stage: Stage, project: Path) -> None:
    """Let Chalice find the release's zip, also after an update of Chalice."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (code,) = (project / ".chalice" / "deployments").iterdir()
    if version not in code.name:
        raise UsageError(f"This release is not for {version} ({code.name}): set PYTHON.")
    code.rename(zip_of(stage, project))


def _deploy(stage: Stage, aws: Aws, project: Path, environment: Mapping[str, str], say: Say) -> str:
    inventory.write_record(stage, inventory.find(stage, aws))
    arguments = ("deploy", "--stage", stage.name)
    chalice(project, *arguments, environment=environment, say=say)
    # Once more, so that `chalice url` prints a URL that also an emulator answers.
    inventory.write_record(stage, inventory.find(stage, aws))
    url = inventory.base_url(stage, aws)
    health.require_answer(url, say)
    return url


def _require_no_stack(stage: Stage, aws: Aws) -> None:
    if cloudformation.describe(aws, stage.prefix) is not None:
        raise UsageError(
            f"{stage.prefix} was deployed as a CloudFormation stack: update that one, or remove "
            f"it with make undeploy STAGE={stage.name} first."
        )


def show_changes(stage: Stage, aws: Aws, say: Say) -> None:
    """Show which settings of the functions will change."""
    before = _live_settings(stage, aws)
    after = {name: _settings_of(stage, name) for name in stage.functions}
    lines = changes.differences(before.pop("", {}), stage.environment)
    for function, settings in after.items():
        lines += (
            f"{function}.{line}" for line in changes.differences(before.get(function, {}), settings)
        )
    say("Settings that change: " + ("" if lines else "none"))
    for line in lines:
        say(f"  {line}")


def _settings_of(stage: Stage, function: str) -> dict[str, str]:
    settings = stage.function(function)
    return {key: str(settings[key]) for key in SHOWN if key in settings}


def _live_settings(stage: Stage, aws: Aws) -> dict[str, dict[str, str]]:
    """Return the settings of each function as AWS has them, and under "" the variables."""
    found: dict[str, dict[str, str]] = {}
    for function in stage.functions:
        live = inventory.live_function(stage, aws, function)
        if live is None:
            continue
        configuration = live["Configuration"]
        found[""] = configuration.get("Environment", {}).get("Variables", {})
        reserved = live.get("Concurrency", {}).get("ReservedConcurrentExecutions")
        found[function] = {
            "lambda_memory_size": str(configuration["MemorySize"]),
            "lambda_timeout": str(configuration["Timeout"]),
            **({} if reserved is None else {"reserved_concurrency": str(reserved)}),
        }
    return found


def down(stage: Stage, aws: Aws, environment: Mapping[str, str], with_data: bool, say: Say) -> str:
    """Take a stage down, by whichever way it came. Returns what was removed and what is left."""
    names = resources.names(stage, aws)
    stacks = [name for name in (stage.prefix, stage.stack) if cloudformation.describe(aws, name)]
    found = inventory.find(stage, aws)
    if not (stacks or found or (with_data and data.left(aws, names))):
        return _nothing(stage, aws)
    if stage.prefix in stacks:
        say(f"Deleting the stack {stage.prefix}")
        cloudformation.delete(aws, stage.prefix)
    _delete_functions(stage, aws, environment, say)
    if stage.stack in stacks:
        say(f"Deleting the stack {stage.stack}")
        resources.delete(stage, aws)
    deleted = data.delete(stage, aws, names) if with_data else []
    _require_gone(stage, aws)
    return _farewell(stage, deleted, data.left(aws, names))


def _delete_functions(stage: Stage, aws: Aws, environment: Mapping[str, str], say: Say) -> None:
    found = inventory.find(stage, aws)
    apis = [each for each in found if each["resource_type"] == "rest_api"]
    for api in apis[1:]:  # Chalice knows one
        say(f"Deleting another {inventory.show(api)} of the same name")
        aws.client("apigateway").delete_rest_api(restApiId=api["rest_api_id"])
    inventory.write_record(stage, found)
    if found:
        arguments = ("delete", "--stage", stage.name)
        chalice(lay_out(stage), *arguments, environment=environment, say=say)


def _require_gone(stage: Stage, aws: Aws) -> None:
    left: list[Resource] = inventory.find(stage, aws)
    if left:
        names = "\n  ".join(inventory.show(each) for each in left)
        raise UsageError(f"This is left, and was to be removed:\n  {names}\nRun it again.")


def _nothing(stage: Stage, aws: Aws) -> str:
    region = inventory.last_region(stage)
    elsewhere = region and region != aws.identity.region
    hint = f" The last deployment from this folder was in {region}." if elsewhere else ""
    return f"There is nothing of {stage.prefix} in this account and region.{hint}"


def _farewell(stage: Stage, deleted: list[str], kept: list[str]) -> str:
    return (
        f"Removed {stage.prefix}: no function, role, rule, API or stack of it is left.\n"
        f"Data deleted: {', '.join(deleted) or 'none'}.\n"
        f"Data left: {', '.join(kept) or 'none'}"
        + (" (DATA=delete deletes what csvsum made)." if kept else ".")
    )
