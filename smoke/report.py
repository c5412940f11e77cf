"""Steps, what became of them, and the run that holds them to their limits."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from smoke.errors import Failed, Skipped
from smoke.target import Target


class Verdict(StrEnum):
    PASS = "PASS"  # noqa: S105  # nosec B105  # no password
    FAIL = "FAIL"
    SKIP = "SKIP"


@dataclass(frozen=True, slots=True)
class Step:
    """``run`` returns what was seen, or raises Skipped or Failed.

    It takes at most so many ``seconds``, and costs at most so many ``dollars``.
    """

    name: str
    title: str
    seconds: float
    dollars: float
    run: Callable[[Target], str]


@dataclass(frozen=True, slots=True)
class Outcome:
    step: Step
    verdict: Verdict
    seen: str
    seconds: float

    def __str__(self) -> str:
        return f"{self.verdict} {self.step.name} ({self.seconds:.0f} s): {self.seen}"


@dataclass
class Budget:
    """What may still be used: seconds of ``clock`` and dollars."""

    seconds: float
    dollars: float
    clock: Callable[[], float] = time.monotonic
    spent: float = 0.0

    def __post_init__(self) -> None:
        self._ends_at = self.clock() + self.seconds

    def refuses(self, step: Step) -> str | None:
        """Return why a step no longer fits; None if it does."""
        if self.clock() + step.seconds > self._ends_at:
            return f"it may take {step.seconds:.0f} s, and the time is nearly over (--minutes)"
        if self.spent + step.dollars > self.dollars:
            return f"it may cost ${step.dollars:.2f}, and the rest is less (--dollars)"
        return None


def run(
    steps: Iterable[Step], target: Target, budget: Budget, say: Callable[[str], None]
) -> list[Outcome]:
    """Run the steps that fit into the budget, one after the other, and clean up after each."""
    outcomes = []
    for step in steps:
        say(f"{step.name}: {step.title}")
        outcome = _run(step, target, budget)
        print(outcome, flush=True)
        outcomes.append(outcome)
    return outcomes


def _run(step: Step, target: Target, budget: Budget) -> Outcome:
    started = budget.clock()
    reason = budget.refuses(step)
    if reason is not None:
        return Outcome(step, Verdict.SKIP, reason, 0.0)
    budget.spent += step.dollars
    verdict, seen = _verdict(step, target)
    problem = target.clean_up()
    if problem:
        verdict, seen = Verdict.FAIL, f"{seen}; not cleaned up: {problem}"
    return Outcome(step, verdict, seen, budget.clock() - started)


def _verdict(step: Step, target: Target) -> tuple[Verdict, str]:
    target.deadline = time.monotonic() + step.seconds
    try:
        return Verdict.PASS, step.run(target)
    except Skipped as reason:
        return Verdict.SKIP, str(reason)
    except Failed as seen:
        return Verdict.FAIL, str(seen)
    except Exception as error:  # a step that breaks must not end the others
        return Verdict.FAIL, f"{type(error).__name__}: {error}"


def summary(outcomes: Iterable[Outcome]) -> str:
    found = list(outcomes)
    counts = [f"{sum(o.verdict is verdict for o in found)} {verdict}" for verdict in Verdict]
    bad = [outcome.step.name for outcome in found if outcome.verdict is Verdict.FAIL]
    return ", ".join(counts) + (f"; failed: {', '.join(bad)}" if bad else "")
