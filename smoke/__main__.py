"""The smoke test of a deployment: python -m smoke --base-url URL --prefix csvsum-prod."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import boto3

from deploy.progress import Progress
from smoke import (
    account,
    changes,
    deployments,
    links,
    load,
    mounted,
    names,
    refusals,
    rights,
    speed,
)
from smoke.errors import Failed
from smoke.one_file import sum_file
from smoke.report import Budget, Step, Verdict, run, summary
from smoke.target import Target

LARGE_BYTES = 130 * 10**9
EMULATED_BYTES, EMULATED_PARTS = 12 * 10**6, 3


def main(arguments: Sequence[str]) -> int:
    given = _parser().parse_args(arguments)
    target = Target(given.base_url, given.prefix, _clients(given.endpoint_url), given.folder)
    if given.csv:
        return _sum(target, given.csv)
    chosen = [step for step in steps(given, target) if _is_wanted(step, given.only)]
    budget = Budget(60 * given.minutes, given.dollars)
    with target.authorized(), Progress() as say:
        outcomes = run(chosen, target, budget, say)
    print(summary(outcomes))
    return int(any(outcome.verdict is Verdict.FAIL for outcome in outcomes))


def _sum(target: Target, csv: str) -> int:
    try:
        with target.authorized(), Progress() as say:
            say(f"Summing {csv}")
            print(sum_file(target.get, csv))
    except (Failed, OSError) as error:
        print(f"csvsum: {error}", file=sys.stderr)
        return 1
    return 0


def steps(given: argparse.Namespace, target: Target) -> list[Step]:
    """Return all steps in their order."""
    emulated = max(EMULATED_BYTES, EMULATED_PARTS * target.part_bytes)
    size = given.large_bytes or (LARGE_BYTES if target.on_aws else emulated)
    commands = deployments.Commands(
        given.deploy, given.broken_deploy, given.undeploy, given.second_region, given.remove
    )
    return [
        *account.STEPS,
        *names.STEPS,
        *links.STEPS,
        *refusals.STEPS,
        load.step_of(size),
        *speed.STEPS,
        *rights.STEPS,
        *changes.STEPS,
        *mounted.STEPS,
        *deployments.steps_of(commands),
        *links.LATER,
        deployments.removal_of(commands),
    ]


def _is_wanted(step: Step, only: Sequence[str] | None) -> bool:
    return not only or any(step.name.startswith(name) for name in only)


def _clients(endpoint: str | None) -> Any:
    session: Any = boto3.Session()
    made: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in made:
            made[service] = session.client(service, endpoint_url=endpoint)
        return made[service]

    return client


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m smoke", description=__doc__)
    add = parser.add_argument
    add("--base-url", required=True, help="where the service answers")
    add("--prefix", required=True, help="what its functions' names begin with: csvsum-<stage>")
    add("--endpoint-url", help="where AWS answers, when that is an emulator")
    add("--folder", type=Path, help="the folder of CSV files, when it is mounted here as well")
    add("--csv", metavar="FILE", help="sum this file of the source, and run no steps")
    add("--minutes", type=float, default=60, help="how long the run may take (default: 60)")
    add("--dollars", type=float, default=2.0, help="what the run may cost (default: 2)")
    add("--large-bytes", type=int, help="the size of the large file (default: 130 GB on AWS)")
    add("--only", nargs="+", metavar="STEP", help="only the steps whose names begin so")
    add("--deploy", default="", metavar="COMMAND", help="the command that deploys")
    add("--broken-deploy", default="", metavar="COMMAND", help="one that fails the first time")
    add("--undeploy", default="", metavar="COMMAND", help="the command that removes all, with data")
    add("--second-region", default="", help="a region without a deployment, for steps 8b to 8d")
    add("--remove", action="store_true", help="run --undeploy at the end, and see what is left")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
