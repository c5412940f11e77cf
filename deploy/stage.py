"""A stage as .chalice/config.json has it, with what the command line changes, and the names that follow from it."""

import json
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.settings import Settings

ROOT = Path(__file__).parent.parent
CHALICE = ROOT / ".chalice"
BUILD = ROOT / "build"
PLACEHOLDER = re.compile(r"\$\{([A-Za-z_:]+)\}")


class UsageError(Exception):
    """One sentence on why nothing, or no more, was done."""


@dataclass(frozen=True, slots=True)
class Stage:
    """``config`` is all of .chalice/config.json, changed; ``parameters`` are those of infra/resources.json that were given."""

    name: str
    config: Mapping[str, Any]
    parameters: Mapping[str, str]

    @property
    def prefix(self) -> str:
        """What Chalice lets the functions' names begin with."""
        return f"{self.config['app_name']}-{self.name}"

    @property
    def functions(self) -> Mapping[str, Mapping[str, Any]]:
        functions: Mapping[str, Mapping[str, Any]] = self.config["stages"][self.name].get(
            "lambda_functions", {}
        )
        return functions

    @property
    def environment(self) -> Mapping[str, str]:
        variables: Mapping[str, str] = self.config["stages"][self.name]["environment_variables"]
        return variables

    @property
    def folder(self) -> Path:
        """Where everything that is made for this stage lies."""
        return BUILD / self.name

    @property
    def csv_bucket(self) -> str | None:
        """The bucket of the CSV files; None where they are in a folder."""
        scheme, _, rest = self.environment["CSV_SOURCE"].partition("://")
        return rest.split("/")[0] if scheme == "s3" else None

    def names(self) -> dict[str, str]:
        """What the placeholders in the policies stand for."""
        objects = self.environment["CSV_SOURCE"].removeprefix("s3://").rstrip("/") + "/*"
        return {"PREFIX": self.prefix, **self.environment} | (
            {"CSV_OBJECTS": objects} if self.csv_bucket else {}
        )

    def fixed_parameters(self) -> dict[str, str]:
        """The parameters of infra/resources.json that must agree with what the functions are told."""
        settings = Settings.from_env(self.environment)
        return {
            "Prefix": self.prefix,
            "JobsTable": settings.table,
            "JobsQueue": settings.jobs_queue,
            "PartsQueue": settings.parts_queue,
            "DeadQueue": settings.dead_queue,
            "ResultsBucket": settings.results_bucket,
            "CsvBucket": self.csv_bucket or "",
            "KeepDays": str(settings.keep_days),
        }


def read_stage(name: str, changes: Sequence[str] = ()) -> Stage:
    """The stage of that name. ``changes``: VARIABLE=text sets an environment variable of the functions, function.key=value
    a setting of Chalice for one function, Parameter=text a parameter of infra/resources.json. Raises UsageError."""
    config = json.loads((CHALICE / "config.json").read_text())
    if not config["stages"].get(name):
        raise UsageError(f"STAGE: .chalice/config.json has no stage {name!r} to deploy.")
    stage = Stage(name, config, {})
    for change in changes:
        stage = changed(stage, change)
    return stage


def changed(stage: Stage, change: str) -> Stage:
    name, separator, value = change.partition("=")
    config, parameters = deepcopy(dict(stage.config)), dict(stage.parameters)
    function, _, key = name.partition(".")
    if not separator or not name:
        raise UsageError(f"SET: {change!r} is not NAME=value.")
    if key:
        _function_of(config, stage, function)[key] = _json_or_text(value)
    elif name.isupper():
        config["stages"][stage.name]["environment_variables"][name] = value
    else:
        parameters[name] = value
    return Stage(stage.name, config, parameters)


def _function_of(config: dict[str, Any], stage: Stage, name: str) -> dict[str, Any]:
    if name not in stage.functions:
        raise UsageError(
            f"SET: there is no function {name!r}; there are {', '.join(stage.functions)}."
        )
    function: dict[str, Any] = config["stages"][stage.name]["lambda_functions"][name]
    return function


def _json_or_text(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


def filled(node: Any, names: Mapping[str, str]) -> Any:
    """JSON with the placeholders ${name} filled in; those of other names stay."""
    if isinstance(node, dict):
        return {key: filled(value, names) for key, value in node.items()}
    if isinstance(node, list):
        return [filled(value, names) for value in node]
    if isinstance(node, str):
        return PLACEHOLDER.sub(lambda match: names.get(match[1], match[0]), node)
    return node


def policy_of(stage: Stage, function: str) -> dict[str, Any]:
    """The function's policy document; ${AWS::Region} and its like stay. Without a CSV bucket, no right to one."""
    document: dict[str, Any] = json.loads(
        (CHALICE / stage.functions[function]["iam_policy_file"]).read_text()
    )
    names = stage.names()
    document["Statement"] = [
        filled(statement, names)
        for statement in document["Statement"]
        if "CSV_OBJECTS" in names or "${CSV_OBJECTS}" not in json.dumps(statement)
    ]
    return document
