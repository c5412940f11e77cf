"""The stack of infra/resources.json, which a stage needs before Chalice can deploy it."""

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.settings import Settings
from deploy import changes, cloudformation, data, releases
from deploy.aws import Aws
from deploy.progress import Say
from deploy.stage import RESOURCES, ROOT, Stage, csv_bucket
from infra.parameters import names_of, parameters_of

SAMPLE = ROOT / "data" / "sample.csv"


def put(stage: Stage, aws: Aws, say: Say) -> None:
    """Create or update the stack. A bucket of CSV files that it makes gets the sample."""
    stack = cloudformation.settled(aws, stage.stack, say)
    old = cloudformation.parameters_of(stack)
    wanted, bucket = parameters(stage, aws, stack), names(stage, aws)["CsvBucket"]
    say(f"{'Updating' if stack else 'Creating'} the stack {stage.stack}")
    shown = {name: value for name, value in wanted.items() if name != "Settings"}
    for line in changes.differences(old, old | shown) if stack else ():
        say(f"  {line}")
    cloudformation.put(aws, stage.stack, json.loads(RESOURCES.read_text()), wanted)
    if wanted["CreateCsvBucket"] == "true" and bucket not in _made_by(stage, aws, old):
        say(f"Putting {SAMPLE.name} into the new bucket {bucket}")
        aws.upload(bucket, SAMPLE.name, SAMPLE)


def delete(stage: Stage, aws: Aws) -> None:
    """Delete the stack. Tables and buckets of data stay."""
    code = releases.bucket_of(stage, aws)
    if aws.has_bucket(code):
        data.empty_bucket(aws.own_s3(), code)
    cloudformation.delete(aws, stage.stack)


def parameters(stage: Stage, aws: Aws, stack: Mapping[str, Any] | None) -> dict[str, str]:
    """Return the parameters that the stack gets; those that are left out keep their values."""
    old = cloudformation.parameters_of(stack)
    chosen = changes.set_parameters(stage.changes)
    initial = defaults(aws)
    unset = set(changes.set_parameters(changes.kept(stack))) - set(chosen)
    return (
        ({name: initial[name] for name in unset} if stack else initial)
        | _names_to_give(stage, aws)
        | data.to_create(aws, _made_by(stage, aws, old), names(stage, aws))
        | {
            "Settings": json.dumps(stage.changes),
            "CreateCodeBucket": "true",
            **_following(stage.settings),
        }
        | chosen
    )


def _following(settings: Settings) -> dict[str, str]:
    """Return the parameters, but for the names, that follow from settings."""
    given = names_of(settings)
    return {name: value for name, value in parameters_of(settings).items() if name not in given}


def defaults(aws: Aws) -> dict[str, str]:
    """Return the parameters of a new stack: the template's, but with logs and alarms."""
    tls_only = "false" if (aws.emulator or "").startswith("http://") else "true"
    return {
        **{name: str(each["Default"]) for name, each in changes.template_parameters().items()},
        "Alarms": "on",
        "LogDays": "30",
        "TlsOnly": tls_only,
    }


def names(stage: Stage, aws: Aws) -> dict[str, str]:
    """Return the names of a stage's resources by their parameters. No bucket: an empty name."""
    settings = stage.settings.in_account(aws.identity.account, aws.identity.region)
    return names_of(settings) | {"CsvBucket": csv_bucket(settings) or ""}


def template_names(stage: Stage, aws: Aws) -> dict[str, str]:
    """Return the names that the template makes of the prefix."""
    place = f"{aws.identity.account}-{aws.identity.region}"
    return {
        "JobsTable": stage.prefix,
        "TokensTable": f"{stage.prefix}-tokens",
        "JobsQueue": f"{stage.prefix}-jobs",
        "PartsQueue": f"{stage.prefix}-parts",
        "DeadQueue": f"{stage.prefix}-dead",
        "ResultsBucket": f"{stage.prefix}-results-{place}",
        "CsvBucket": f"{stage.prefix}-csv-{place}",
    }


def _names_to_give(stage: Stage, aws: Aws) -> dict[str, str]:
    """Return the parameters for the names: empty where the template makes the same name."""
    by_template = template_names(stage, aws)
    given = {
        parameter: "" if name == by_template[parameter] else name
        for parameter, name in names(stage, aws).items()
    }
    return {"Prefix": stage.prefix, **given}


def _made_by(stage: Stage, aws: Aws, old: Mapping[str, str]) -> set[str]:
    """Return the names of what the stack made so far."""
    by_template = template_names(stage, aws)
    return {
        old[parameter] or by_template[parameter]
        for create, parameter in data.MADE.items()
        if old.get(create) == "true"
    }
