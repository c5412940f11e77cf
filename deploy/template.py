"""The CloudFormation template that has everything: Chalice's, with infra/resources.json and infra/functions.json."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from deploy.stage import ROOT, Stage

Json = dict[str, Any]
PSEUDO = "${AWS::"
REFERENCE = re.compile(r"\$\{([A-Za-z]+)\}")


def resources(parameters: Mapping[str, str]) -> Json:
    """infra/resources.json, with these as the defaults of its parameters."""
    template: Json = json.loads((ROOT / "infra" / "resources.json").read_text())
    for name, value in parameters.items():
        template["Parameters"][name]["Default"] = value
    return template


def to_merge(stage: Stage, more: Sequence[Path] = ()) -> Json:
    """What `chalice package --merge-template` adds for a stage.

    Names are fixed when it is packaged: the functions are told the same ones, and would not hear of another value later.
    """
    fixed = stage.fixed_parameters()
    merged = resources(defaults(stage))
    for path in (ROOT / "infra" / "functions.json", *more):
        merged = merge(merged, json.loads(path.read_text()))
    merged["Parameters"] = {
        name: value for name, value in merged["Parameters"].items() if name not in fixed
    }
    written: Json = _with_pseudo_parameters(_without_parameters(merged, fixed))
    return written


def defaults(stage: Stage) -> dict[str, str]:
    """The parameters that follow from a stage, unless they are given: a bucket of CSV files, alarms, TLS."""
    return {"CreateCsvBucket": "true" if stage.csv_bucket else "false", "Alarms": "on"} | dict(
        stage.parameters
    )


def merge(into: Json, other: Json) -> Json:
    """Deeply; where both say something that is no object, the other wins."""
    both = {
        name: merge(into[name], value)
        for name, value in other.items()
        if isinstance(value, dict) and isinstance(into.get(name), dict)
    }
    return {**into, **other, **both}


def finished(template: Json) -> Json:
    """Chalice's template with the pseudo parameters in its plain texts (environment, policies) made to be filled in."""
    written: Json = _with_pseudo_parameters(template)
    return written


def _without_parameters(node: Any, fixed: Mapping[str, str]) -> Any:
    if isinstance(node, list):
        return [_without_parameters(value, fixed) for value in node]
    if isinstance(node, str):
        return node
    if not isinstance(node, dict):
        return node
    if set(node) == {"Ref"} and node["Ref"] in fixed:
        return fixed[node["Ref"]]
    if set(node) == {"Fn::Sub"} and isinstance(node["Fn::Sub"], str):
        text = REFERENCE.sub(lambda match: fixed.get(match[1], match[0]), node["Fn::Sub"])
        return {"Fn::Sub": text} if "${" in text else text
    return {name: _without_parameters(value, fixed) for name, value in node.items()}


def _with_pseudo_parameters(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            name: value if name == "Fn::Sub" else _with_pseudo_parameters(value)
            for name, value in node.items()
        }
    if isinstance(node, list):
        return [_with_pseudo_parameters(value) for value in node]
    return {"Fn::Sub": node} if isinstance(node, str) and PSEUDO in node else node
