"""The smoke test itself, on the deployment that is there: its verdicts, its limits, its traces."""

from collections.abc import Callable, Sequence

import pytest

from smoke.__main__ import EMULATED_BYTES, _parser, steps
from smoke.errors import Failed, Skipped
from smoke.report import Budget, Outcome, Step, Verdict, run, summary
from smoke.target import Target
from tests.deployed.deployment import Deployment

ON_EMULATORS = ("0", "1a", "1c", "1d", "2", "3a", "3b", "4", "5", "6a", "6b", "7a", "7b")
NEED_AWS_OR_COMMANDS = ("8a", "8b", "8c", "8d", "9b", "10")


@pytest.fixture
def target(deployment: Deployment) -> Target:
    target = Target(deployment.api.base, deployment.prefix, deployment.client, deployment.folder)
    token = deployment.api.token
    target.credentials = lambda *_: {"Authorization": f"Bearer {token}"} if token else {}
    return target


def outcomes(target: Target, names: Sequence[str]) -> dict[str, Outcome]:
    given = _parser().parse_args(["--base-url", target.base, "--prefix", target.prefix])
    chosen = [step for step in steps(given, target) if step.name in names]
    assert len(chosen) == len(names)
    return {outcome.step.name: outcome for outcome in run(chosen, target, Budget(3600, 2), print)}


def test_the_steps_that_emulators_can_do_pass(
    target: Target, request: pytest.FixtureRequest
) -> None:
    policies_may_be_ignored = request.config.getoption("--base-url")
    names = [name for name in ON_EMULATORS if name[0] != "6" or not policies_may_be_ignored]
    found = outcomes(target, names)
    verdicts = {str(outcome): outcome.verdict for outcome in found.values()}
    assert set(verdicts.values()) == {Verdict.PASS}, verdicts


def test_what_needs_aws_or_a_command_is_skipped_with_a_reason(target: Target) -> None:
    for outcome in outcomes(target, NEED_AWS_OR_COMMANDS).values():
        assert outcome.verdict is Verdict.SKIP, outcome
        assert outcome.seen


def jobs_and_parts(deployment: Deployment) -> int:
    """Return how many items there are, without counts of clients and entries of earlier results.

    Those of jobs that were deleted say nothing, and expire.
    """
    table = deployment.settings.table
    items = deployment.client("dynamodb").scan(TableName=table)["Items"]
    return sum(not item["pk"]["S"].startswith(("client#", "cache#")) for item in items)


def test_a_run_leaves_nothing_behind(target: Target, deployment: Deployment) -> None:
    def everything() -> tuple[int, int]:
        items = jobs_and_parts(deployment)
        bucket = deployment.settings.results_bucket
        listed = deployment.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"]
        return items, listed

    before = everything()
    outcomes(target, ("1a", "2"))
    assert everything() == before


def step(run_it: Callable[[Target], str], seconds: float = 1, dollars: float = 0.1) -> Step:
    return Step("x", "a step", seconds, dollars, run_it)


def fail(_: Target) -> str:
    raise Failed("seen")


def skip(_: Target) -> str:
    raise Skipped("reason")


def crash(_: Target) -> str:
    raise RuntimeError("broken")


@pytest.mark.parametrize(
    ("run_it", "verdict", "seen"),
    [
        (lambda _: "fine", Verdict.PASS, "fine"),
        (fail, Verdict.FAIL, "seen"),
        (skip, Verdict.SKIP, "reason"),
        (crash, Verdict.FAIL, "RuntimeError: broken"),
    ],
)
def test_a_step_has_a_verdict_and_what_was_seen(
    target: Target, run_it: Callable[[Target], str], verdict: Verdict, seen: str
) -> None:
    (outcome,) = run([step(run_it)], target, Budget(60, 1), print)
    assert (outcome.verdict, outcome.seen) == (verdict, seen)
    assert str(outcome) == f"{verdict.value} x (0 s): {seen}"


def test_steps_beyond_the_time_or_the_money_are_skipped(target: Target) -> None:
    steps = [step(lambda _: "", 10, 0.6), step(lambda _: "", 10, 0.6), step(lambda _: "", 99, 0)]
    found = run(steps, target, Budget(60, 1), print)
    assert [outcome.verdict for outcome in found] == [Verdict.PASS, Verdict.SKIP, Verdict.SKIP]
    assert ("--dollars" in found[1].seen, "--minutes" in found[2].seen) == (True, True)
    assert summary(found) == "1 PASS, 0 FAIL, 2 SKIP"


def test_what_cannot_be_taken_away_fails_the_step(target: Target) -> None:
    def leave(target: Target) -> str:
        target.at_end(lambda: 1 / 0)
        return "fine"

    (outcome,) = run([step(leave)], target, Budget(60, 1), print)
    assert outcome.verdict is Verdict.FAIL
    assert "not cleaned up" in outcome.seen


def test_the_large_file_costs_what_its_size_says(target: Target) -> None:
    arguments = ["--base-url", target.base, "--prefix", target.prefix]
    small = _parser().parse_args([*arguments, "--large-bytes", str(EMULATED_BYTES)])
    large = _parser().parse_args([*arguments, "--large-bytes", str(130 * 10**9)])
    costs = [
        next(each.dollars for each in steps(given, target) if each.name == "4")
        for given in (small, large)
    ]
    assert costs[0] < 0.03 < costs[1] < 0.5
