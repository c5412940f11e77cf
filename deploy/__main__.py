"""python -m deploy COMMAND STAGE [NAME=value ...]; `make deploy` and its like call it."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import CsvsumError
from chalicelib.settings import Auth, Settings
from deploy import (
    bucket_names,
    chalice_deploy,
    changes,
    cloudformation,
    concurrency,
    inventory,
    policies,
    releases,
    removal,
    resources,
    tokens,
)
from deploy.aws import Aws, environment_of
from deploy.progress import Progress, Say
from deploy.project import package
from deploy.stage import CHALICE, ROOT, Stage, UsageError, read_stage, read_stages, require_known
from infra.tokens import create_text, list_text, revoke_text

#: How curl sends what the service asks for.
CURL_OPTIONS = {
    Auth.OPEN: "",
    Auth.TOKEN: ' -H "Authorization: Bearer $TOKEN"',
    Auth.IAM: ' --aws-sigv4 "aws:amz:$AWS_REGION:execute-api" --user "<key id>:<secret>"',
}
TOKEN_OPTIONS = ("client", "role", "days", "token")
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
MAKE += [option.upper() for option in TOKEN_OPTIONS]


def main(arguments: Sequence[str]) -> int:
    given = _parser().parse_args(arguments)
    os.environ.update(environment_of(os.environ))
    try:
        for name in given.given.split():
            require_known("variable of make", name, MAKE)
        with Progress() as say:
            print(given.does(given, say))
    except KeyboardInterrupt:
        print("\ncsvsum: stopped; run the same command again to continue.", file=sys.stderr)
        return 130
    except (UsageError, CsvsumError, BotoCoreError, ClientError) as error:
        print(f"csvsum: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="deploy", description="Deploy csvsum to AWS, or remove it."
    )
    parser.add_argument("--given", default="", help="the names of what make was given")
    commands = parser.add_subparsers(required=True)
    for name, does, text in (
        ("resources", _resources, "the stack of queues, table, buckets and alarms"),
        ("up", _up, "the resources, then chalice deploy"),
        ("rollback", _rollback, "return to the previous release"),
        ("url", _url, "print the URL of the deployed service; also for `chalice url`"),
        ("token", _token, "create a token for a client"),
        ("tokens", _tokens, "list the tokens"),
        ("revoke", _revoke, "revoke the tokens of a client, or one of them"),
        ("down", _down, "remove a deployment"),
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
        for option in TOKEN_OPTIONS:
            command.add_argument(f"--{option}", default="")
    return parser


def _open(given: argparse.Namespace, say: Say) -> tuple[Stage, Aws]:
    """Return the stage, with what SET changes and changed before, and the AWS that has it."""
    stage = read_stage(given.stage)
    fresh = changes.parse(stage, given.set)
    aws = Aws()
    where = f", at {aws.emulator}" if aws.emulator else ""
    say(f"{stage.prefix}: AWS account {aws.identity.account}, {aws.identity.region}{where}")
    stack = cloudformation.current(aws, stage.stack)
    stage = _checked(changes.changed(stage, changes.kept(stack), fresh))
    return bucket_names.settled(stage, aws, stack), aws


def _checked(stage: Stage) -> Stage:
    """Return the stage. Raises BadSetting if its functions could not start with their variables."""
    for function in stage.functions:
        Settings.from_env(stage.function(function)["environment_variables"])
    return stage


def _resources(given: argparse.Namespace, say: Say) -> str:
    stage, aws = _open(given, say)
    resources.put(stage, aws, say)
    # For Chalice: another machine may have deployed, and an emulator forgets what it had.
    inventory.write_record(stage, inventory.find(stage, aws))
    suits = concurrency.chosen(stage, aws, say)
    committed = changes.changed(read_stage(stage.name), stage.changes)
    for line in changes.differences(committed.environment, suits.environment):
        verb = "needs" if line.startswith("BUCKET_NAMESPACE") else "may have, to be faster,"
        say(f"  for this stage .chalice/config.json {verb} {line}")
    return f"The resources are ready. Next: chalice deploy --stage {stage.name}"


def _up(given: argparse.Namespace, say: Say) -> str:
    stage, aws = _open(given, say)
    url = chalice_deploy.up(stage, aws, os.environ, say)
    return f"{_welcome(stage, url)}\n{tokens.offer_first(stage, aws)}".rstrip()


def _rollback(given: argparse.Namespace, say: Say) -> str:
    stage, aws = _open(given, say)
    if given.unfinished and releases.is_complete(stage, aws):
        return "The last deployment is complete: there is nothing to roll back."
    return _welcome(stage, chalice_deploy.rollback(stage, aws, os.environ, say))


def _url(given: argparse.Namespace, _: Say) -> str:
    stage, aws = _open(given, lambda _: None)  # others read the URL from the output
    inventory.write_record(stage, inventory.find(stage, aws))
    return inventory.base_url(stage, aws)


def _token(given: argparse.Namespace, say: Say) -> str:
    stage, aws = _open(given, say)
    table = tokens.table_of(stage, aws)
    return tokens.note(stage) + create_text(table, given.client, given.role, given.days)


def _tokens(given: argparse.Namespace, say: Say) -> str:
    return list_text(tokens.table_of(*_open(given, say)))


def _revoke(given: argparse.Namespace, say: Say) -> str:
    return revoke_text(tokens.table_of(*_open(given, say)), given.client, given.token)


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


def _welcome(stage: Stage, base: str) -> str:
    curl = "curl" + CURL_OPTIONS[stage.settings.auth]
    return f"""Deployed: {base}
  {curl} {base}/csv_name=<a file>
  {curl} {base}/storage/get_counter
  {curl} {base}/storage/get_json/<the id>"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
