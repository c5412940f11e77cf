"""Steps 8 and 10: deployments repeated, elsewhere, broken and undone, by given commands."""

import os
import shlex
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from smoke.errors import Failed, Skipped
from smoke.leftovers import leftovers
from smoke.report import Step
from smoke.target import Target

COMMAND_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Commands:
    """Command lines, empty where a step is not wanted; ``region`` is one that has nothing yet."""

    deploy: str = ""
    broken_deploy: str = ""
    undeploy: str = ""
    region: str = ""
    removes: bool = False


def steps_of(commands: Commands) -> tuple[Step, ...]:
    """Return the steps about deployments, to be run before the last one."""

    def step(name: str, title: str, run: Callable[[Target, Commands], str], times: int) -> Step:
        return Step(
            name, title, times * COMMAND_SECONDS, 0.02, lambda target: run(target, commands)
        )

    return (
        step("8a", "a deployment repeated without a change", redeploy, 1),
        step("8b", "another region, and this one unharmed", deploy_elsewhere, 3),
        step("8c", "deployed again within a minute of its removal", redeploy_at_once, 3),
        step("8d", "deployed after a first deployment that failed", deploy_after_failure, 3),
    )


def removal_of(commands: Commands) -> Step:
    return Step(
        "10",
        "nothing is left after its removal",
        COMMAND_SECONDS,
        0.01,
        lambda target: remove(target, commands),
    )


def redeploy(target: Target, commands: Commands) -> str:
    _require_no_stack(target)
    before = _apis(target)
    seconds = _run(commands.deploy, "")
    _require_same(target, before)
    return f"{seconds:.0f} s, and it answers"


def deploy_elsewhere(target: Target, commands: Commands) -> str:
    _require_region(commands)
    _require_no_stack(target)
    before = _apis(target)
    try:
        _run(commands.deploy, commands.region)
        _require_same(target, before)
        _run(commands.deploy, "")
        _require_same(target, before)
    finally:
        _run(commands.undeploy, commands.region)
    return f"deployed to {commands.region}; here it answers, and was deployed once more"


def redeploy_at_once(_: Target, commands: Commands) -> str:
    _require_region(commands)
    try:
        _run(commands.deploy, commands.region)
        _run(commands.undeploy, commands.region)
        seconds = _run(commands.deploy, commands.region)
    finally:
        _run(commands.undeploy, commands.region)
    return f"removed and deployed again in {seconds:.0f} s"


def deploy_after_failure(target: Target, commands: Commands) -> str:
    _require_region(commands)
    if not commands.broken_deploy:
        raise Skipped("needs --broken-deploy: a command whose first deployment fails")
    try:
        if _status(commands.broken_deploy, commands.region)[0] == 0:
            text = "the deployment that was to fail did not"
            raise Failed(text) if target.on_aws else Skipped(f"{text}: this AWS is lenient")
        seconds = _run(commands.deploy, commands.region)
    finally:
        _run(commands.undeploy, commands.region)
    return f"after a failure it was deployed in {seconds:.0f} s"


def remove(target: Target, commands: Commands) -> str:
    if not commands.removes:
        raise Skipped("needs --remove, which takes the deployment down with its data")
    seconds = _run(commands.undeploy, "")
    left = leftovers(target)
    if left:
        raise Failed(f"left: {', '.join(left)}")
    return (
        f"{seconds:.0f} s; no function, role, API, rule, log group, queue, bucket or alarm is left"
    )


def _require_region(commands: Commands) -> None:
    if not commands.region:
        raise Skipped("needs --second-region: one that has no deployment yet")


def _require_no_stack(target: Target) -> None:
    stacks = target.client("cloudformation").get_paginator("describe_stacks").paginate()
    if any(stack["StackName"] == target.prefix for page in stacks for stack in page["Stacks"]):
        raise Skipped("it was deployed as a stack: --deploy is for what Chalice deploys")


def _apis(target: Target) -> set[str]:
    """Return the ids of this region's REST APIs."""
    pages = target.client("apigateway").get_paginator("get_rest_apis").paginate()
    return {api["id"] for page in pages for api in page.get("items", [])}


def _require_same(target: Target, apis: set[str]) -> None:
    """The service answers under its URL, and no API was made beside its own."""
    if _apis(target) != apis:
        raise Failed(f"the REST APIs were {sorted(apis)} and are {sorted(_apis(target))}")
    reply = target.get("/storage/get_counter")
    if reply.status != 200:
        raise Failed(f"the service does not answer: {reply}")


def _run(command: str, region: str) -> float:
    """Run a command; return its seconds. Raises Failed with its last words."""
    status, seconds, text = _status(command, region)
    if status:
        raise Failed(f"{command!r} in {region or 'this region'} ended with {status}: {text}")
    return seconds


def _status(command: str, region: str) -> tuple[int, float, str]:
    if not command:
        raise Skipped("needs --deploy and --undeploy: the commands to deploy and to remove")
    place = {"AWS_REGION": region, "AWS_DEFAULT_REGION": region} if region else {}
    started = time.monotonic()
    ended = subprocess.run(
        shlex.split(command),
        env={**os.environ, **place},
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )
    last = (ended.stderr or ended.stdout).strip()[-300:]
    return ended.returncode, time.monotonic() - started, last
