"""python -m deploy up|stack|down|package STAGE [NAME=value ...]; `make deploy` and its like call it."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.settings import BadSetting
from deploy import chalice_way, one_stack
from deploy.aws import Aws, environment_of
from deploy.package import package
from deploy.stage import ROOT, Stage, UsageError, read_stage


def main(arguments: Sequence[str]) -> int:
    given = _parser().parse_args(arguments)
    os.environ.update(environment_of(os.environ))
    try:
        print(given.does(read_stage(given.stage, given.changes), given))
    except (UsageError, BadSetting, BotoCoreError, ClientError) as error:
        print(f"csvsum: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="deploy", description="From this folder to AWS, and back."
    )
    commands = parser.add_subparsers(required=True)
    for name, does, text in (
        ("up", _up, "the resources stack, then chalice deploy"),
        ("stack", _stack, "everything in one CloudFormation stack"),
        ("down", _down, "take down what up or stack made"),
        ("package", _package, "make the template and the zip, and deploy nothing"),
    ):
        command = commands.add_parser(name, help=text)
        command.set_defaults(does=does)
        command.add_argument("stage")
        command.add_argument(
            "changes",
            nargs="*",
            metavar="NAME=value",
            help="VARIABLE=, function.key= or Parameter=",
        )
        command.add_argument(
            "--with",
            dest="more",
            action="append",
            type=Path,
            default=[],
            help="a file to merge into the template",
        )
        command.add_argument(
            "--data",
            choices=["keep", "delete"],
            default="keep",
            help="down: the table and the buckets",
        )
    return parser


def _up(stage: Stage, _: argparse.Namespace) -> str:
    return _welcome(chalice_way.up(stage, Aws(), os.environ))


def _stack(stage: Stage, given: argparse.Namespace) -> str:
    outputs = one_stack.put(stage, Aws(), os.environ, given.more)
    return _welcome(outputs["EndpointURL"].rstrip("/"))


def _down(stage: Stage, given: argparse.Namespace) -> str:
    gone = chalice_way.down(stage, Aws(), os.environ, given.data == "delete")
    return f"{stage.prefix} is down. Data deleted: {', '.join(gone) or 'none'}."


def _package(stage: Stage, given: argparse.Namespace) -> str:
    # Packaging asks AWS nothing, but Chalice wants some region to name the services of.
    made = package(stage, {"AWS_DEFAULT_REGION": "us-east-1", **os.environ}, given.more)
    size = made.code.stat().st_size / 1024 / 1024
    return f"{made.template.relative_to(ROOT)}, {made.code.relative_to(ROOT)} ({size:.1f} MiB)"


def _welcome(base: str) -> str:
    return f"""Deployed: {base}
  curl {base}/csv_name=<a file>
  curl {base}/storage/get_counter
  curl {base}/storage/get_json/<the id>"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
