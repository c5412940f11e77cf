"""A template and a zip for CloudFormation: what `chalice package` makes, named and normalized."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy import api_limits
from deploy.progress import Say
from deploy.project import build
from deploy.stage import ROOT, Stage

FUNCTIONS = ROOT / "infra" / "functions.json"


@dataclass(frozen=True, slots=True)
class Package:
    template: Path
    code: Path


def package(
    stage: Stage, environment: Mapping[str, str], say: Say, more: Sequence[Path] = ()
) -> Package:
    """Make build/<stage>/package/sam.json and deployment.zip.

    ``more``: files to merge into the template, as infra/functions.json is.
    """
    stage.folder.mkdir(parents=True, exist_ok=True)
    merged: dict[str, Any] = {}
    for path in (FUNCTIONS, *more):
        merged = merge(merged, json.loads(path.read_text()))
    merged = merge(merged, api_limits.in_template(stage.settings))
    file = stage.folder / "merge.json"
    file.write_text(json.dumps(merged, indent=2))
    build(stage, environment, say, "--merge-template", str(file))
    out = stage.folder / "package"
    return Package(out / "sam.json", out / "deployment.zip")


def merge(into: dict[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return both, merged deeply. Where both have something that is no object, the other wins."""
    both = {
        name: merge(into[name], value)
        for name, value in other.items()
        if isinstance(value, dict) and isinstance(into.get(name), dict)
    }
    return {**into, **other, **both}
