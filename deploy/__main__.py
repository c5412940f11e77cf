"""python -m deploy COMMAND STAGE [NAME=value ...]; `make deploy` and its like call it."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.settings import BadSetting, Settings
from deploy import (
    chalice_deploy,
    changes,
    cloudformation,
    concurrency,
    inventory,
    policies,
    releases,
    removal,
    resources,
)
from deploy.aws import Aws, environment_of
from deploy.progress import Progress, Say
from deploy.project import package
from deploy.stage import CHALICE, ROOT, Stage, UsageError, read_stage, read_stages, require_known

#: The variables that make may be given.
MAKE = [
    "STAGE",
    "SET",
    "WITH",
    "DATA",
    "CSV",
    "UNFINISHED",
    "STEPS",
    "SECOND_REGION",
    "PYTHON",
    "VENV",
]


def main(arguments: Sequence[str]) -> int:
    given = _parser().parse_args(arguments)
    os.environ.update(environment_of(os.environ))
    try:
        for name in given.given.split():
            require_known("variable of make", name, MAKE)
        with Progress() as say:
            print(given.does(given, say))
    except KeyboardInterrupt:
        print("\ncsvsum: stopped; the same command goes on from what is there.", file=sys.stderr)
        return 130
    except (UsageError, BadSetting, BotoCoreError, ClientError) as error:
        print(f"csvsum: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="deploy", description="From this folder to AWS, and back."
    )
    parser.add_argument("--given", default="", help="the names of what make was given")
    commands = parser.add_subparsers(required=True)
    for name, does, text in (
        ("resources", _resources, "the stack of queues, table, buckets and alarms"),
        ("up", _up, "the resources, then chalice deploy"),
        ("rollback", _rollback, "return to the release before"),
        ("url", _url, "where the deployed service answers; also for `chalice url`"),
        ("down", _down, "take everything down"),
        ("package", _package, "make the template and the zip, and deploy nothing"),
        ("policies", _policies, "write .chalice/policies/ of all stages"),
    ):
        command = commands.add_parser(name, help=text)
        command.set_defaults(does=does)
        command.add_argument("stage", nargs="?", default="dev")
        command.add_argument("set", nargs="*", metavar="NAME=value")
        command.add_argument("--with", dest="more", action="append", type=Path, default=[])
        command.add_argument("--data", choices=["keep", "delete"], default="keep")
        command.add_argument("--unfinished", action="store_true")
    return parser


def _open(given: argparse.Namespace, say: Say) -> tuple[Stage, Aws]:
    """Return the stage, with what SET changes and changed before, and the AWS that has it."""
    stage = read_stage(given.stage)
    fresh = changes.parse(stage, given.set)
    aws = Aws()
    where = f", at {aws.emulator}" if aws.emulator else ""
    say(f"{stage.prefix}: AWS account {aws.identity.account}, {aws.identity.region}{where}")
    stack = cloudformation.current(aws, stage.stack)
    return _checked(changes.changed(stage, changes.kept(stack), fresh)), aws


def _checked(stage: Stage) -> Stage:
    """Return the stage. Raises BadSetting if its functions could not start with their variables."""
    for function in stage.functions:
        Settings.from_env(stage.function(function)["environment_variables"])
    return stage


def _resources(given: argparse.Namespace, say: Say) -> str:
    stage, aws = _open(given, say)
    resources.put(stage, aws, say)
    suits = concurrency.chosen(stage, aws, say)
    for line in changes.differences(stage.environment, suits.environment):
        say(f"  in .chalice/config.json this account may have {line}")
    return f"The resources are there. Next: chalice deploy --stage {stage.name}"


def _up(given: argparse.Namespace, say: Say) -> str:
    stage, aws = _open(given, say)
    return _welcome(chalice_deploy.up(stage, aws, os.environ, say))


def _rollback(given: argparse.Namespace, say: Say) -> str:
    stage, aws = _open(given, say)
    if given.unfinished and releases.is_complete(stage, aws):
        return "The last deployment that changed a function is complete: nothing to return from."
    return _welcome(chalice_deploy.rollback(stage, aws, os.environ, say))


def _url(given: argparse.Namespace, _: Say) -> str:
    stage, aws = _open(given, lambda _: None)  # others read the URL from the output
    inventory.write_record(stage, inventory.find(stage, aws))
    return inventory.base_url(stage, aws)


def _down(given: argparse.Namespace, say: Say) -> str:
    stage, aws = _open(given, say)
    return removal.down(stage, aws, os.environ, given.data == "delete", say)


def _package(given: argparse.Namespace, say: Say) -> str:
    stage = read_stage(given.stage)
    stage = _checked(changes.changed(stage, changes.parse(stage, given.set)))
    # Packaging asks AWS nothing, but Chalice wants some region to name the services of.
    made = package(stage, {"AWS_DEFAULT_REGION": "us-east-1", **os.environ}, say, given.more)
    size = (made / "deployment.zip").stat().st_size / 1024 / 1024
    return f"sam.json and deployment.zip ({size:.1f} MiB) are in {made.relative_to(ROOT)}"


def _policies(_: argparse.Namespace, __: Say) -> str:
    paths = [path for stage in read_stages() for path in policies.write(stage, CHALICE)]
    return f"{len(paths)} policies are written to .chalice/."


def _welcome(base: str) -> str:
    return f"""Deployed: {base}
  curl {base}/csv_name=<a file>
  curl {base}/storage/get_counter
  curl {base}/storage/get_json/<the id>"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
