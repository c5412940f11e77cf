"""A stage of .chalice/config.json, and the names that follow from it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from chalice.config import Config

from chalicelib.settings import Settings

ROOT = Path(__file__).parent.parent
CHALICE = ROOT / ".chalice"
BUILD = ROOT / "build"
RESOURCES = ROOT / "infra" / "resources.json"
FUNCTIONS = ROOT / "infra" / "functions.json"
INBOX = ROOT / "infra" / "inbox.json"

#: What Chalice's configuration may have for one function.
FUNCTION_SETTINGS = (
    "lambda_memory_size",
    "lambda_timeout",
    "reserved_concurrency",
    "layers",
    "subnet_ids",
    "security_group_ids",
    "iam_policy_file",
    "environment_variables",
)


class UsageError(Exception):
    """Why nothing, or no more, was done, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage, with what ``SET`` changes.

    ``config`` is .chalice/config.json with ``changes`` made; ``changes`` are the texts of
    ``SET`` by their names, those of earlier deployments included.
    """

    name: str
    config: Mapping[str, Any]
    changes: Mapping[str, str] = field(default_factory=dict)

    @property
    def prefix(self) -> str:
        """How the names of everything that belongs to the stage begin."""
        return f"{self.config['app_name']}-{self.name}"

    @property
    def stack(self) -> str:
        """The CloudFormation stack of infra/resources.json."""
        return f"{self.prefix}-resources"

    @property
    def functions(self) -> list[str]:
        return list(self.config["lambda_functions"])

    @property
    def wanted_functions(self) -> list[str]:
        """The functions that a deployment makes: the one of the inbox only where it is on."""
        return [name for name in self.functions if name != "inbox" or self.settings.inbox]

    def function(self, name: str) -> dict[str, Any]:
        """Return the settings of a function as Chalice reads them from its configuration."""
        read = Config(
            chalice_stage=self.name, function_name=name, config_from_disk=dict(self.config)
        )
        values = {key: getattr(read, key) for key in FUNCTION_SETTINGS}
        return {key: value for key, value in values.items() if value is not None}

    def lambda_name(self, function: str) -> str:
        """Return what Chalice calls a function in AWS Lambda."""
        return self.prefix if function == "api_handler" else f"{self.prefix}-{function}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables of all functions; some have more, or others."""
        variables: Mapping[str, str] = self.config["stages"][self.name]["environment_variables"]
        return dict(variables)

    @property
    def settings(self) -> Settings:
        return Settings.from_env(self.environment)

    def with_own(self, **settings: Any) -> "Stage":
        """Return the stage with other settings in its own part of the configuration."""
        own = {**self.config["stages"][self.name], **settings}
        stages = {**self.config["stages"], self.name: own}
        return replace(self, config={**self.config, "stages": stages})

    @property
    def folder(self) -> Path:
        """Where everything that is made for the stage is kept."""
        return BUILD / self.name


def read_stages() -> list[Stage]:
    """Return all stages of .chalice/config.json that can be deployed."""
    config = json.loads((CHALICE / "config.json").read_text())
    return [Stage(name, config) for name, settings in config["stages"].items() if settings]


def read_stage(name: str) -> Stage:
    """Return one of the stages. Raises UsageError if there is none of that name."""
    stages = {stage.name: stage for stage in read_stages()}
    return stages[require_known("stage", name, list(stages))]


def csv_bucket(settings: Settings) -> str | None:
    """Return the bucket of the CSV files; None if they are in a folder."""
    scheme, _, rest = settings.csv_source.partition("://")
    return rest.split("/")[0] if scheme == "s3" else None


def require_known(kind: str, name: str, known: list[str]) -> str:
    """Return the name. Raises UsageError, with the nearest of ``known``, if it is none of them."""
    if name in known:
        return name
    nearest = get_close_matches(name, known, n=1, cutoff=0.5)
    advice = f"did you mean {nearest[0]}?" if nearest else f"choose one of {', '.join(known)}."
    raise UsageError(f"There is no {kind} {name!r}; {advice}")
