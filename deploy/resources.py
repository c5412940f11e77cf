"""The stack of infra/resources.json, which a stage needs before Chalice can deploy it."""

import json
from collections.abc import Mapping
from typing import Any

from deploy import changes, cloudformation, concurrency, data, releases
from deploy.aws import Aws
from deploy.progress import Say
from deploy.stage import RESOURCES, ROOT, Stage, UsageError, csv_bucket
from infra.parameters import names_of, parameters_of

SAMPLE = ROOT / "data" / "sample.csv"


def put(stage: Stage, aws: Aws, say: Say) -> None:
    """Create or update the stack. A bucket of CSV files that it made gets the sample if empty."""
    stack = cloudformation.settled(aws, stage.stack, say)
    wanted = parameters(stage, aws, stack)
    _check_source(stage, aws, wanted, say)
    say(f"{'Updating' if stack else 'Creating'} the stack {stage.stack}")
    old = cloudformation.parameters_of(stack)
    shown = wanted | {"Settings": old.get("Settings", "")}
    for line in changes.differences(old, shown) if stack else ():
        say(f"  {line}")
    cloudformation.put(aws, stage.stack, json.loads(RESOURCES.read_text()), wanted)
    _require_data(aws, wanted)
    if wanted["CreateCsvBucket"] == "true":
        _put_sample(aws.own_bucket(wanted["CsvBucket"]), say)


def _require_data(aws: Aws, names: Mapping[str, str]) -> None:
    """Raise UsageError if table or bucket is missing, which CloudFormation does not notice."""
    wanted = {names[parameter] for parameter in data.MADE.values()} - {""}
    lost = sorted(wanted - set(data.left(aws, names)))
    if lost:
        raise UsageError(
            f"Somebody deleted {', '.join(lost)}, and CloudFormation does not make it again: run "
            "make undeploy, and deploy again. The rest of the data stays."
        )


def _put_sample(bucket: Any, say: Say) -> None:
    if not list(bucket.objects.limit(1)):
        say(f"Putting {SAMPLE.name} into the empty bucket {bucket.name}")
        bucket.upload_file(str(SAMPLE), SAMPLE.name)


def _check_source(stage: Stage, aws: Aws, wanted: Mapping[str, str], say: Say) -> None:
    """Raise UsageError if there will be no source of CSV files; say what cannot be known of it."""
    bucket = names(stage, aws)["CsvBucket"]
    if not bucket:
        say(f"CSV files are in {stage.settings.csv_source}: the functions must have it mounted")
    elif wanted["CreateCsvBucket"] == "true":
        return
    elif not aws.has_bucket(bucket, own=False):
        raise UsageError(
            f"CSV_SOURCE: there is no bucket {bucket}. Create it, name another one, or let the "
            "stack make it with CreateCsvBucket=true."
        )
    elif not aws.may_see_bucket(bucket):
        say(f"You may not list the bucket {bucket}; check that the functions may read it")


def delete(stage: Stage, aws: Aws) -> None:
    """Delete the stack. Tables and buckets of data stay."""
    code = releases.bucket_of(stage, aws)
    if aws.has_bucket(code):
        aws.own_bucket(code).object_versions.delete()
    cloudformation.delete(aws, stage.stack)


def parameters(stage: Stage, aws: Aws, stack: Mapping[str, Any] | None) -> dict[str, str]:
    """Return the parameters of the stack. What it has, and nobody unset, stays as it is."""
    old = cloudformation.parameters_of(stack)
    chosen = changes.set_parameters(stage.changes)
    unset = changes.set_parameters(changes.kept(stack)).keys() - chosen
    initial = defaults(aws)
    stays = {name: value for name, value in old.items() if name in initial.keys() - unset}
    given = names(stage, aws)
    return {
        **initial,
        **stays,
        **parameters_of(stage.settings),
        **given,
        **data.to_create(aws, _made_by(old, given), given),
        "Prefix": stage.prefix,
        "MaxConcurrent": concurrency.alarm_at(aws),
        "CreateCodeBucket": "true",
        "Settings": json.dumps(stage.changes),
        **chosen,
    }


def defaults(aws: Aws) -> dict[str, str]:
    """Return the parameters of a new stack: the template's, but with logs, alarms, dashboard.

    Emulators raise no alarms, and MiniStack makes none of metrics that are computed.
    """
    plain_http = (aws.emulator or "").startswith("http://")
    return {
        **{name: str(each["Default"]) for name, each in changes.template_parameters().items()},
        "Alarms": "off" if plain_http else "on",
        "Dashboard": "off" if aws.emulator else "on",
        "LogDays": "30",
        "TlsOnly": "false" if plain_http else "true",
    }


def names(stage: Stage, aws: Aws) -> dict[str, str]:
    """Return the names of a stage's resources by their parameters. No bucket: an empty name."""
    settings = stage.settings.in_account(aws.identity.account, aws.identity.region)
    return names_of(settings) | {"CsvBucket": csv_bucket(settings) or ""}


def _made_by(old: Mapping[str, str], names: Mapping[str, str]) -> set[str]:
    """Return the names of what the stack made so far; an empty one is the template's, as ours."""
    return {
        old[parameter] or names[parameter]
        for create, parameter in data.MADE.items()
        if old.get(create) == "true"
    }
