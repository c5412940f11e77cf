"""What ``SET`` changes: environment variables, settings of functions, parameters of resources.

One rule for all: what was set stays set, for whoever deploys from wherever, until ``NAME=`` unsets
it. The stack of resources keeps it, as the parameter ``Settings``.
"""

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from chalicelib.settings import VARIABLES
from deploy import cloudformation
from deploy.stage import FUNCTION_SETTINGS, RESOURCES, Stage, UsageError, require_known

#: The settings of one function that SET changes.
FUNCTION_KEYS = FUNCTION_SETTINGS[:6]
#: Parameters that follow from an environment variable: the functions have to know them too.
FOLLOWS = {
    "Prefix": "STAGE",
    "JobsTable": "JOBS_TABLE",
    "TokensTable": "TOKENS_TABLE",
    "JobsQueue": "JOBS_QUEUE",
    "PartsQueue": "PARTS_QUEUE",
    "DeadQueue": "DEAD_QUEUE",
    "InboxQueue": "INBOX_QUEUE",
    "ResultsBucket": "RESULTS_BUCKET",
    "UploadsBucket": "UPLOADS_BUCKET",
    "CsvBucket": "CSV_SOURCE",
    "BucketNamespace": "BUCKET_NAMESPACE",
    "KeepDays": "KEEP_DAYS",
    "VisibilitySeconds": "VISIBILITY_SECONDS",
    "MaxReceiveCount": "MAX_RECEIVE_COUNT",
    "Inbox": "INBOX",
    "CorsOrigins": "CORS_ORIGINS",
}
OWN = ("Settings", "CreateCodeBucket")
NOTHING = "(not set)"


def parse(stage: Stage, given: Sequence[str]) -> dict[str, str]:
    """Return the texts by names. Raises UsageError for a name that does not exist."""
    changes = {}
    for change in given:
        name, separator, value = change.partition("=")
        if not separator:
            raise UsageError(f"SET: {change!r} is not NAME=value.")
        _require_name(stage, name)
        changes[name] = value
    return changes


def _require_name(stage: Stage, name: str) -> None:
    function, dot, key = name.partition(".")
    if dot:
        require_known("function", function, stage.functions)
        require_known("setting of a function", key, list(FUNCTION_KEYS))
    elif name in FOLLOWS:
        raise UsageError(f"{name} follows from {FOLLOWS[name]}: set that instead.")
    elif name.isupper():
        require_known("variable", name, list(VARIABLES))
    else:
        free = [each for each in template_parameters() if each not in (*FOLLOWS, *OWN)]
        require_known("parameter", name, free)


def kept(stack: Mapping[str, Any] | None) -> dict[str, str]:
    """Return what earlier deployments set."""
    changes: dict[str, str] = json.loads(cloudformation.parameters_of(stack).get("Settings", "{}"))
    return changes


def changed(stage: Stage, *several: Mapping[str, str]) -> Stage:
    """Return the stage with the changes made, later ones last. An empty text unsets a name."""
    changes = {name: value for each in several for name, value in each.items()}
    changes = {name: value for name, value in changes.items() if value}
    config: dict[str, Any] = deepcopy(dict(stage.config))
    own = config["stages"][stage.name]
    for name, value in changes.items():
        function, dot, key = name.partition(".")
        if dot:
            own["lambda_functions"][function][key] = _value(name, value)
        elif name.isupper():
            own["environment_variables"][name] = value
            for settings in own["lambda_functions"].values():
                settings.get("environment_variables", {}).pop(name, None)
    return Stage(stage.name, config, changes)


def _value(name: str, text: str) -> int | list[str]:
    if name.endswith(("layers", "_ids")):
        return text.split(",")
    if not text.isascii() or not text.isdigit():
        raise UsageError(f"{name} must be a whole number, not {text!r}.")
    return int(text)


def template_parameters() -> dict[str, Any]:
    declared: dict[str, Any] = json.loads(RESOURCES.read_text())["Parameters"]
    return declared


def set_parameters(changes: Mapping[str, str]) -> dict[str, str]:
    """Return those of the changes that are parameters of infra/resources.json."""
    return {
        name: value for name, value in changes.items() if "." not in name and not name.isupper()
    }


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Return a line for each name whose value changes."""
    names = [*after, *(name for name in before if name not in after)]
    return [
        f"{name}: {before.get(name) or NOTHING} -> {after.get(name) or NOTHING}"
        for name in names
        if before.get(name) != after.get(name)
    ]
