"""Deploy a stage with Chalice, or return to the release before."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from urllib3 import PoolManager, Retry
from urllib3.exceptions import HTTPError

from deploy import (
    changes,
    cloudformation,
    concurrency,
    gateway_responses,
    inventory,
    releases,
    resources,
    roles,
)
from deploy.aws import Aws
from deploy.progress import Say
from deploy.project import build, chalice, link_record, request_limits, zip_of
from deploy.stage import Stage, UsageError, read_stage

SHOWN = ("lambda_memory_size", "lambda_timeout", "reserved_concurrency")
# A new API answers within seconds. A dozen tries take a minute.
TRIES = Retry(
    12, redirect=False, status_forcelist=range(500, 600), backoff_factor=0.2, backoff_max=10
)
# The limits of all methods of all paths, by their names in templates:
# https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html#UpdateStage-Patch
LIMITS = {
    "ThrottlingRateLimit": "/*/*/throttling/rateLimit",
    "ThrottlingBurstLimit": "/*/*/throttling/burstLimit",
}


def up(stage: Stage, aws: Aws, environment: Mapping[str, str], say: Say) -> str:
    """Deploy a stage, or bring it up to date. Returns the service's base URL."""
    _require_no_stack(stage, aws)
    release = releases.new_id()
    stage = concurrency.chosen(releases.tagged(stage, release), aws, say)
    show_changes(stage, aws, say)
    project = build(stage, environment, say)
    resources.put(stage, aws, say)
    url = _deploy(stage, aws, project, environment, say)
    say(f"Keeping this release for make rollback: {release}")
    releases.keep(stage, aws, project, release)
    return url


def rollback(stage: Stage, aws: Aws, environment: Mapping[str, str], say: Say) -> str:
    """Deploy the release before the live one anew. Returns the service's base URL.

    The releases after it are forgotten: what was left once is not returned to.
    """
    release = releases.before(stage, aws)
    say(f"Returning from {releases.live(stage, aws)} to {release}")
    folder = releases.fetch(stage, aws, release)
    stage = Stage(stage.name, json.loads((folder / ".chalice" / "config.json").read_text()))
    show_changes(stage, aws, say)
    _use_zip(stage, folder)
    link_record(folder)
    url = _deploy(stage, aws, folder, environment, say)
    later = [each for each in releases.stored(stage, aws) if each > release]
    releases.remove(stage, aws, later)
    return url


def _use_zip(stage: Stage, project: Path) -> None:
    """Let Chalice find the release's zip, also after an update of Chalice."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (code,) = (project / ".chalice" / "deployments").iterdir()
    if version not in code.name:
        raise UsageError(
            f"This release is not for {version} ({code.name}): set PYTHON to the version that it "
            "is for."
        )
    code.rename(zip_of(stage, project))


def _deploy(stage: Stage, aws: Aws, project: Path, environment: Mapping[str, str], say: Say) -> str:
    inventory.write_record(stage, inventory.find(stage, aws))
    arguments = ("deploy", "--stage", stage.name)
    chalice(project, *arguments, environment=environment, say=say)
    roles.mark(stage, aws)
    gateway_responses.put(aws, inventory.api(stage, aws)["rest_api_id"], say)
    limit_requests(stage, aws, say)
    # Once more, so that `chalice url` prints a URL that also an emulator answers.
    inventory.write_record(stage, inventory.find(stage, aws))
    url = inventory.base_url(stage, aws)
    require_answer(url, say)
    return url


def limit_requests(stage: Stage, aws: Aws, say: Say) -> None:
    """Have API Gateway refuse more requests than the settings allow, as Chalice cannot."""
    if aws.emulator:  # they take no limits
        return
    wanted = request_limits(stage.settings)
    say("Limiting the API to {} requests a second, and {} at once".format(*wanted.values()))
    aws.client("apigateway").update_stage(
        restApiId=inventory.api(stage, aws)["rest_api_id"],
        stageName=inventory.API_STAGE,
        patchOperations=[
            {"op": "replace", "path": LIMITS[name], "value": str(value)}
            for name, value in wanted.items()
        ],
    )


def require_answer(base: str, say: Say, tries: Retry = TRIES) -> None:
    """Ask the service until its reply is no 5xx. Raises UsageError if it stays one."""
    say(f"Asking {base}/storage/get_counter")
    try:
        PoolManager(retries=tries, timeout=30).request("GET", f"{base}/storage/get_counter")
    except HTTPError as error:
        raise UsageError(
            f"It is deployed, but does not answer: {error}\n"
            "See `chalice logs`, or return to the last release with `make rollback`."
        ) from error


def _require_no_stack(stage: Stage, aws: Aws) -> None:
    if cloudformation.describe(aws, stage.prefix) is not None:
        raise UsageError(
            f"{stage.prefix} was deployed as a CloudFormation stack: update that one, or remove "
            f"it with make undeploy STAGE={stage.name} first."
        )


def show_changes(stage: Stage, aws: Aws, say: Say) -> None:
    """Show which settings of the functions change: what changes for all of them, once.

    A function that is new is compared with .chalice/config.json.
    """
    committed = read_stage(stage.name)
    live = {name: _live_settings(stage, aws, name) for name in stage.wanted_functions}
    by_function = {
        name: changes.differences(settings or _settings_of(committed, name), after)
        for name, settings in live.items()
        for after in [_settings_of(stage, name)]
    }
    common = set.intersection(*map(set, by_function.values()))
    lines = [line for line in next(iter(by_function.values())) if line in common] + [
        f"{name}.{line}"
        for name, lines in by_function.items()
        for line in lines
        if line not in common
    ]
    if any(live.values()):
        say("Settings that change:" if lines else "Settings that change: none")
    else:
        say(f"New stage, with the settings of .chalice/config.json{', but:' if lines else ''}")
    for line in lines:
        say(f"  {line}")


def _settings_of(stage: Stage, function: str) -> dict[str, str]:
    settings = stage.function(function)
    variables: dict[str, str] = settings["environment_variables"]
    return variables | {key: str(settings[key]) for key in SHOWN if key in settings}


def _live_settings(stage: Stage, aws: Aws, function: str) -> dict[str, str]:
    """Return the settings of a function as AWS has them; none if there is no such function."""
    live = inventory.live_function(stage, aws, function)
    if live is None:
        return {}
    configuration = live["Configuration"]
    variables: dict[str, str] = configuration.get("Environment", {}).get("Variables", {})
    reserved = live.get("Concurrency", {}).get("ReservedConcurrentExecutions")
    return variables | {
        "lambda_memory_size": str(configuration["MemorySize"]),
        "lambda_timeout": str(configuration["Timeout"]),
        **({} if reserved is None else {"reserved_concurrency": str(reserved)}),
    }
